"""Keys of a citizen who waits in a queue of Asterisk."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import Obligation, ObligationCall
from tests.asterisk.hotline import Hotline
from tests.asterisk.scenes import Played
from tests.asterisk.waiting import kept

pytestmark = pytest.mark.xdist_group("asterisk")


@pytest.mark.scene("asks_for_a_call_back")
def test_a_call_back_is_asked_for_while_the_officers_telephone_rings(
    played: Played, hotline: Hotline
) -> None:
    story = played.story
    assert (story.disposition, story.reason) == ("call_back", "asked")
    assert story.data("dial_ended") == [{"outcome": "call_back"}]
    assert story.legs == [(hotline.officers["asking"][0], "cancelled")]
    assert story.hangup_side == "system"
    assert story.ticket is None
    told = [word for word in played.words if "call_back" in word]
    assert told[0] == "id/call_back_owed"
    with hotline.database.reading() as session:
        query = select(Obligation).join(ObligationCall).where(ObligationCall.call_id == story.id)
        owed = session.scalars(query).one()
    assert (owed.status, owed.reason, owed.caller_number) == ("open", "asked", played.citizen.caller)


@pytest.mark.scene("leaves_a_message_instead")
def test_a_message_is_left_instead_of_waiting_on(played: Played, hotline: Hotline) -> None:
    story = played.story
    assert "id/waiting_keys" in played.words
    assert story.data("dial_ended") == [{"outcome": "message"}]
    assert (story.disposition, story.reason) == ("recorded", "message")
    assert story.ticket
    (sound,) = kept(hotline, story, 1)
    assert sound.kind == "message"


@pytest.mark.scene("presses_keys_in_an_emergency")
def test_no_key_ends_the_ringing_of_an_emergency(played: Played) -> None:
    story = played.story
    assert story.data("dial_ended") == [{"outcome": "answered"}]
    assert (story.disposition, story.reason) == ("answered", "officer")
    assert "id/waiting_keys" not in played.words
