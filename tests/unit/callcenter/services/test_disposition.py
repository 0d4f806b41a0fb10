from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.models import Disposition
from callcenter.services.disposition import Story, decide

GIVEN_UP = Story(
    known_line=True,
    answered=False,
    has_ticket=False,
    has_message=False,
    status_told=False,
    emergency=False,
    has_number=True,
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Disposition.CALL_BACK),
        ({"known_line": False}, Disposition.DISCARDED),
        ({"has_number": False}, Disposition.DISCARDED),
        ({"status_told": True}, Disposition.DISCARDED),
        ({"answered": True, "has_ticket": True}, Disposition.ANSWERED),
        ({"has_message": True, "has_ticket": True}, Disposition.RECORDED),
        ({"emergency": True, "has_number": False}, Disposition.CALL_BACK),
        ({"emergency": True, "status_told": True}, Disposition.CALL_BACK),
    ],
)
def test_each_story_has_its_outcome(change: dict[str, bool], expected: Disposition) -> None:
    assert decide(replace(GIVEN_UP, **change)).disposition is expected


@given(st.builds(Story, *[st.booleans()] * 11))
def test_an_emergency_on_a_known_line_is_never_discarded(story: Story) -> None:
    outcome = decide(replace(story, known_line=True, emergency=True, test=False))
    assert outcome.disposition is not Disposition.DISCARDED


@given(st.builds(Story, *[st.booleans()] * 11))
def test_every_outcome_has_a_reason(story: Story) -> None:
    assert decide(story).reason


def test_who_asked_for_a_call_back_is_owed_one_whatever_else_was_silent() -> None:
    outcome = decide(replace(GIVEN_UP, asked=True, silent=True, status_told=True))
    assert (outcome.disposition, outcome.reason) == (Disposition.CALL_BACK, "asked")


def test_a_silent_call_says_so_and_is_owed_the_same() -> None:
    for change in ({}, {"has_ticket": True, "has_message": True}):
        story = replace(GIVEN_UP, **change)
        silent = decide(replace(story, silent=True))
        assert silent.reason == "silent"
        assert silent.disposition is decide(story).disposition


def test_who_called_a_line_that_is_off_did_not_give_up() -> None:
    assert decide(replace(GIVEN_UP, line_off=True)).reason == "line_off"


@given(st.builds(Story, *[st.booleans()] * 11))
def test_silence_decides_no_outcome(story: Story) -> None:
    outcomes = [decide(replace(story, silent=silent)).disposition for silent in (True, False)]
    assert outcomes[0] is outcomes[1]
