"""Calls while the recordings' disk is full, and when it has room again."""

from __future__ import annotations

from dataclasses import dataclass

from tests.asterisk.disk import SmallDisk, small_disk
from tests.asterisk.hotline import until
from tests.asterisk.own import own_hotline
from tests.asterisk.people import Citizen, Stage
from tests.asterisk.scenes import Played

SIZE = 4 * 2**20
ROOM = 24 * 1024
"""Bytes: one and a half seconds of sound."""
TOLD_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class FullDisk:
    """Calls without room, with room for half a message, and with room again; the alarms open behind each."""

    without: Played
    half: Played
    again: Played
    alarms: tuple[set[str], set[str], set[str]]


def full_disk(stage: Stage) -> FullDisk:
    """Play on a hotline whose spool is a small disk."""
    spool = stage.hotline.home.parent / "full" / "home" / "spool"
    spool.mkdir(parents=True)
    with small_disk(spool, SIZE) as disk, own_hotline(stage, "full") as own:
        return _play(own, disk)


def _play(stage: Stage, disk: SmallDisk) -> FullDisk:
    hotline = stage.hotline
    without, half = stage.citizen_calls("complaints"), stage.citizen_calls("complaints")
    half.reaches("language").waits(1).presses("1")
    disk.fill()
    _leave_message(without.chooses("2"))
    until(lambda: "disk-full" in hotline.alarms(), TOLD_WITHIN, "the alarm of the full disk")
    full = hotline.alarms()
    disk.free()
    disk.fill(ROOM)
    _leave_message(half.presses("2"))
    again = stage.citizen_calls("complaints").chooses("2")
    fuller = hotline.alarms()
    disk.free()
    _leave_message(again)
    until(lambda: "disk-full" not in hotline.alarms(), TOLD_WITHIN, "the alarm's end")
    calls = [_over(citizen) for citizen in (without, half, again)]
    return FullDisk(*calls, alarms=(full, fuller, hotline.alarms()))


def _leave_message(citizen: Citizen) -> None:
    """Speak for five seconds: Asterisk writes two seconds at once."""
    citizen.leaves_message(700, 5).presses("#").reaches("tell")


def _over(citizen: Citizen) -> Played:
    """Listen until the hotline ends the call."""
    return Played(citizen.stays(), citizen.story())
