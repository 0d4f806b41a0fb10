"""No room for recordings: calls go on, tickets say so, and somebody is told."""

from __future__ import annotations

import pytest

from callcenter.services import numbers
from tests.asterisk.full import FullDisk
from tests.asterisk.scenes import Played

pytestmark = pytest.mark.xdist_group("asterisk")

FAILED = "Pesan suara tidak dapat ditulis; tanyakan kembali isinya kepada penelepon."


@pytest.fixture(params=["without", "half"])
def failed(request: pytest.FixtureRequest, full_disk: FullDisk) -> Played:
    """A call whose message found no room, or not enough."""
    played: Played = getattr(full_disk, request.param)
    return played


def test_the_caller_is_told_and_the_call_goes_on_to_its_end(failed: Played) -> None:
    heard = [word.partition("/")[2] for word in failed.words]
    wanted = ("message_failed", "message_kept", "ticket_number", "goodbye")
    assert [word for word in heard if word in wanted] == ["message_failed", "ticket_number", "goodbye"]
    assert failed.story.nodes()[-1] == "goodbye"
    assert failed.story.hangup_side == "system"


def test_there_is_a_ticket_that_warns(failed: Played) -> None:
    story = failed.story
    assert story.disposition == "recorded"
    assert story.ticket
    assert numbers.is_valid(story.ticket)
    assert story.ticket_warning == FAILED
    assert story.kinds().count("recording_failed") == 1


def test_somebody_is_told_until_there_is_room_again(full_disk: FullDisk) -> None:
    full, fuller, again = full_disk.alarms
    assert full >= {"disk-full", "recording-failed"}
    assert fuller >= {"disk-full", "recording-failed"}
    assert not again & {"disk-full", "recording-failed"}


def test_messages_are_kept_again_once_there_is_room(full_disk: FullDisk) -> None:
    story = full_disk.again.story
    assert (story.disposition, story.reason) == ("recorded", "message")
    assert story.ticket
    assert story.ticket_warning is None
    assert "id/message_kept" in full_disk.again.words
