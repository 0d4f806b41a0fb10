"""Officers are rung, and talk with the citizen."""

from __future__ import annotations

import pytest

from tests.asterisk.audio import channels, pcm, tone_seconds
from tests.asterisk.hotline import Hotline
from tests.asterisk.scenes import Played
from tests.asterisk.waiting import kept

pytestmark = pytest.mark.xdist_group("asterisk")


@pytest.mark.scene("talk")
def test_each_side_is_in_its_own_channel(played: Played, hotline: Hotline) -> None:
    (sound,) = kept(hotline, played.story, 1)
    assert (sound.kind, sound.channels) == ("conversation", 2)
    citizen, officer = channels(hotline.recording(sound.store_key))
    assert tone_seconds(citizen, 500) == pytest.approx(3, abs=0.4)
    assert tone_seconds(officer, 1100) == pytest.approx(3, abs=0.4)
    assert tone_seconds(citizen, 1100) < 0.3
    assert tone_seconds(officer, 500) < 0.3


@pytest.mark.scene("talk")
def test_both_hear_each_other(played: Played) -> None:
    assert tone_seconds(pcm(played.heard), 1100) == pytest.approx(3, abs=0.4)
    assert tone_seconds(pcm(played.officers_heard[0]), 500) == pytest.approx(3, abs=0.4)


@pytest.mark.scene("talk")
def test_a_talk_is_an_answered_call_with_a_ticket(played: Played, hotline: Hotline) -> None:
    story = played.story
    assert (story.disposition, story.reason) == ("answered", "officer")
    assert story.ticket
    assert story.legs == [(hotline.officers["talks"][0], "answered")]
    kinds = story.kinds()
    assert kinds.index("queued") < kinds.index("officer_rung") < kinds.index("officer_answered")
    assert "id/ticket_number" in played.words


@pytest.mark.scene("unrecorded_talk")
def test_who_goes_on_unrecorded_is_not_recorded(played: Played, hotline: Hotline) -> None:
    assert played.story.unrecorded
    assert played.story.disposition == "answered"
    assert tone_seconds(pcm(played.officers_heard[0]), 500) == pytest.approx(2, abs=0.4)
    assert kept(hotline, played.story, 0) == []
    assert not list(hotline.settings.spool_dir.rglob(f"{played.story.key}*"))


@pytest.mark.scene("nobody_answers")
def test_nobody_answers_and_a_message_is_left(played: Played, hotline: Hotline) -> None:
    story = played.story
    primary, deputy = hotline.officers["silence"]
    rung = [officer for officer, _ in story.legs]
    assert rung[0] == primary
    assert set(rung[1:3]) == {primary, deputy}
    assert {outcome for _, outcome in story.legs} <= {"no_answer", "cancelled"}
    assert (story.disposition, story.reason) == ("recorded", "message")
    assert story.ticket
    assert story.hangup_side == "caller"
    (sound,) = kept(hotline, story, 1)
    (voice,) = channels(hotline.recording(sound.store_key))
    assert tone_seconds(voice, 800) == pytest.approx(2, abs=0.3)


@pytest.mark.scene("deputy_answers")
def test_the_deputy_answers_when_the_primary_does_not(played: Played, hotline: Hotline) -> None:
    primary, deputy = hotline.officers["deputies"]
    outcomes = dict(played.story.legs)
    assert outcomes[deputy] == "answered"
    assert outcomes[primary] in ("cancelled", "no_answer")
    assert played.story.disposition == "answered"
    assert played.story.ticket


@pytest.mark.scene("emergency")
def test_an_emergency_rings_everybody_at_once(played: Played, hotline: Hotline) -> None:
    officers = hotline.officers["alarm"]
    outcomes = dict(played.story.legs)
    assert set(outcomes) == set(officers)
    assert outcomes[officers[1]] == "answered"
    assert {outcomes[officers[0]], outcomes[officers[2]]} == {"cancelled"}
    assert played.story.emergency
    assert played.story.data("queued")[0]["emergency"] is True
    assert played.story.ticket
