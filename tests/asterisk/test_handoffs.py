"""Duty is handed over under calls: none is lost, none is cut, and a village without officers is answered."""

from __future__ import annotations

import pytest

from tests.asterisk.audio import pcm, tone_seconds
from tests.asterisk.handoffs import Handoffs
from tests.asterisk.scenes import Played

pytestmark = pytest.mark.xdist_group("asterisk")


def answered_by(played: Played) -> set[int | None]:
    return {officer for officer, outcome in played.story.legs if outcome == "answered"}


def test_who_is_rung_at_the_handoff_may_still_answer(handoffs: Handoffs) -> None:
    first, _ = handoffs.officers["ringover"]
    assert answered_by(handoffs.ringing) == {first}
    assert (handoffs.ringing.story.disposition, bool(handoffs.ringing.story.ticket)) == ("answered", True)


def test_who_comes_on_duty_is_rung_for_a_call_that_waits(handoffs: Handoffs) -> None:
    first, second = handoffs.officers["rungover"]
    assert handoffs.unanswered.story.legs[0][0] == first
    assert answered_by(handoffs.unanswered) == {second}
    assert handoffs.unanswered.story.disposition == "answered"


def test_a_conversation_is_not_cut(handoffs: Handoffs) -> None:
    first, _ = handoffs.officers["talkover"]
    assert answered_by(handoffs.talking) == {first}
    assert tone_seconds(pcm(handoffs.talking.heard), 1100) == pytest.approx(3, abs=0.4)
    assert tone_seconds(pcm(handoffs.talking.officers_heard[0]), 500) == pytest.approx(3, abs=0.4)


def test_a_village_without_officers_is_answered_by_its_district(handoffs: Handoffs) -> None:
    assert answered_by(handoffs.village) == set(handoffs.officers["district"])
    assert handoffs.village.story.dialled.endswith("70118")
    assert (handoffs.village.story.disposition, bool(handoffs.village.story.ticket)) == ("answered", True)


@pytest.mark.parametrize(("code", "officer"), [("ringover", 0), ("rungover", 1), ("talkover", 0)])
def test_the_day_s_record_says_who_was_rung_and_answered(handoffs: Handoffs, code: str, officer: int) -> None:
    rung = handoffs.evidence[code][handoffs.officers[code][officer]]
    assert (rung.times >= 1, rung.answered, rung.talk_seconds >= 1) == (True, 1, True)


def test_who_was_not_reached_before_the_handoff_stands_in_the_record(handoffs: Handoffs) -> None:
    rung = handoffs.evidence["rungover"][handoffs.officers["rungover"][0]]
    assert (rung.times >= 1, rung.answered) == (True, 0)


def test_the_district_s_answer_stands_in_the_village_s_record(handoffs: Handoffs) -> None:
    (officer,) = handoffs.officers["district"]
    assert handoffs.evidence["village"][officer].answered == 1
    assert officer not in handoffs.evidence["district"]
