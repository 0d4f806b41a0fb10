"""A citizen leaves a complaint and hears a ticket's number."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import Ticket
from callcenter.node import secret
from callcenter.services import numbers
from ivr.hearing import Heard, tellings
from tests.asterisk.audio import channels, tone_seconds
from tests.asterisk.hotline import Hotline
from tests.asterisk.scenes import Played
from tests.asterisk.waiting import kept

pytestmark = pytest.mark.xdist_group("asterisk")


@pytest.mark.scene("complaint")
def test_a_message_becomes_a_ticket(played: Played) -> None:
    story = played.story
    assert (story.disposition, story.reason) == ("recorded", "message")
    assert story.ticket
    assert numbers.is_valid(story.ticket)
    assert story.caller_name == "Siti Aminah"
    assert story.notice_version
    assert story.obligation is None


@pytest.mark.scene("complaint")
def test_the_timeline_tells_the_whole_call(played: Played) -> None:
    nodes = played.story.nodes()
    expected = ["greeting", "notice", "language", "main", "complaint", "message", "tell", "repeat"]
    assert [node for node in nodes if node in expected] == [*expected, "tell", "repeat"]
    kinds = played.story.kinds()
    for kind in ("offered", "keys", "recorded", "ticket_opened", "ticket_told", "hung_up", "disposed"):
        assert kind in kinds, kind
    assert kinds[0] == "offered"


@pytest.mark.scene("complaint")
def test_the_caller_hears_the_prompts_in_their_order(played: Played) -> None:
    heard = [word.partition("/")[2] for word in played.words]
    expected = ["greeting", "notice", "language_id", "main_menu", "message", "message_kept", "ticket_number"]
    assert [word for word in heard if word in expected] == [*expected, "ticket_number"]


@pytest.mark.scene("complaint")
def test_the_spoken_number_is_the_ticket_and_its_pin_fits(played: Played, hotline: Hotline) -> None:
    heard = [Heard(0, word, 1) for word in played.words]
    number = played.story.ticket
    assert number in tellings(heard, "ticket_number")
    with hotline.database.reading() as session:
        pin_hash = session.scalar(select(Ticket.pin_hash).where(Ticket.number == number))
    key = secret(hotline.settings.secrets_dir, "tickets").encode()
    pins = tellings(heard, "ticket_pin")
    assert pin_hash in [numbers.pin_hash(key, str(number), pin) for pin in pins], pins


@pytest.mark.scene("complaint")
def test_the_recording_holds_what_was_said(played: Played, hotline: Hotline) -> None:
    (sound,) = kept(hotline, played.story, 1)
    assert (sound.kind, sound.channels, sound.silent, sound.problem) == ("message", 1, False, None)
    (voice,) = channels(hotline.recording(sound.store_key))
    assert tone_seconds(voice, 700) == pytest.approx(3, abs=0.3)


@pytest.mark.scene("spoken_message")
def test_speech_is_kept(played: Played, hotline: Hotline) -> None:
    (sound,) = kept(hotline, played.story, 1)
    assert not sound.silent
    assert played.story.ticket


@pytest.mark.scene("silent_message")
def test_a_silent_message_is_kept_and_marked(played: Played, hotline: Hotline) -> None:
    (sound,) = kept(hotline, played.story, 1)
    assert sound.silent
    assert played.story.ticket
    assert played.story.disposition == "recorded"


@pytest.mark.scene("nobody_on_duty")
def test_a_message_ends_at_its_greatest_length(played: Played, hotline: Hotline) -> None:
    (ended,) = played.story.data("recorded")
    assert ended["ended_by"] == "limit"
    (sound,) = kept(hotline, played.story, 1)
    assert sound.seconds == pytest.approx(hotline.settings.max_message_seconds, abs=0.5)
    assert "nobody_on_duty" in played.story.nodes()
    assert played.story.legs == []
    assert played.story.ticket


@pytest.mark.scene("talks_over_prompts")
def test_who_talks_over_prompts_reaches_the_message_all_the_same(played: Played, hotline: Hotline) -> None:
    assert played.story.disposition == "recorded"
    (sound,) = kept(hotline, played.story, 1)
    (voice,) = channels(hotline.recording(sound.store_key))
    assert tone_seconds(voice, 700) == pytest.approx(2, abs=0.3)


@pytest.mark.scene("status")
def test_the_status_is_told_by_number_and_pin(played: Played) -> None:
    assert (played.story.disposition, played.story.reason) == ("discarded", "status_told")
    assert "id/status_wrong" in played.words
    pins = [data["digits"] for data in played.story.data("keys") if data["node"] == "status_pin"]
    assert pins == ["••••", "••••"]
