"""A silent call is one in which the caller was asked and made no use of it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Call
from callcenter.services.silence import is_silent
from callcenter.services.timeline import Timeline
from tests import factories
from tests.factories import NOW


def waited(session: Session, *nodes: str, **facts: object) -> Call:
    call: Call = factories.call(session, **facts)
    for node in nodes:
        factories.event(session, call, "timed_out", 0, node=node)
    return call


def silent(session: Session, call: Call) -> bool:
    return is_silent(call, Timeline(session))


def test_who_leaves_a_question_unanswered_is_silent(session: Session) -> None:
    assert silent(session, waited(session, "notice", "language", "main"))


@pytest.mark.parametrize("nodes", [(), ("notice",), ("notice", "language"), ("gone_from_the_flow",)])
def test_who_was_not_asked_yet_is_not(session: Session, nodes: tuple[str, ...]) -> None:
    """Silence is how one agrees to the notice and to Indonesian."""
    assert not silent(session, waited(session, *nodes))


def test_a_key_is_no_silence(session: Session) -> None:
    call = waited(session, "main")
    factories.event(session, call, "keys", 0, node="main", digits="5")
    assert not silent(session, call)


@pytest.mark.parametrize(("seconds", "is_so"), [(0.0, True), (1.9, True), (2.0, False), (30.0, False)])
def test_a_message_of_words_is_no_silence(session: Session, seconds: float, is_so: bool) -> None:
    call = waited(session, "main")
    factories.event(session, call, "recorded", 0, name="x", seconds=seconds, ended_by="silence")
    assert silent(session, call) is is_so


def test_what_an_officer_heard_is_for_the_officer_to_say(session: Session) -> None:
    assert not silent(session, waited(session, "main", answered_at=NOW))
