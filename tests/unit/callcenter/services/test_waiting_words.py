"""When a citizen who waits is told something, and whether it is news."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callcenter.services.waiting_words import Told, is_due, is_news, place
from ivr.turns import Clip, Number
from tests.factories import NOW


def told(*before: int | None) -> list[Told]:
    """Words said every 20 seconds, from ``NOW`` on."""
    return [Told(NOW + timedelta(seconds=20 * at), one) for at, one in enumerate(before)]


@pytest.mark.parametrize(
    ("said", "seconds", "emergency", "due"),
    [
        ((), 0, False, True),
        ((), 0, True, False),
        ((), 19.9, True, False),
        ((), 20, True, True),
        ((3,), 19.9, False, False),
        ((3,), 20, False, True),
        ((3, None), 25, False, False),
        ((3, None), 40, False, True),
    ],
)
def test_words_are_due_at_once_and_then_every_20_seconds(
    said: tuple[int | None, ...], seconds: float, emergency: bool, due: bool
) -> None:
    assert is_due(told(*said), NOW, NOW + timedelta(seconds=seconds), emergency=emergency) is due


@pytest.mark.parametrize(
    ("said", "before", "news"),
    [((), 0, True), ((2,), 2, False), ((2, None), 1, True), ((2, None), 2, False), ((2,), None, False)],
)
def test_only_another_position_is_news(said: tuple[int | None, ...], before: int | None, news: bool) -> None:
    assert is_news(told(*said), before) is news


def test_nobody_is_told_that_none_wait_before_them() -> None:
    assert place(0) == [Clip("waiting_next")]
    assert place(3) == [Clip("waiting_before"), Number(3)]
