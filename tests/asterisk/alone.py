"""The exchange alone: calls without the ivr process, and with one that does not answer."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

from callcenter import bootstrap
from callcenter.services.tickets import Tickets
from tests.asterisk.hotline import Hotline
from tests.asterisk.own import own_hotline
from tests.asterisk.people import Citizen, Stage
from tests.asterisk.stories import Story

PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Alone:
    """What became of each call; ``words`` are the prompts its caller heard, ``told`` number and PIN."""

    story: Story
    words: list[str]
    told: tuple[str, str] = ("", "")
    officer_heard: bytes = b""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """All the calls, and where the log differs from the exchange's records afterwards."""

    calls: dict[str, Alone]
    differences: list[object]


def alone(stage: Stage) -> Aftermath:
    """Take the ivr process away, under a call and before others."""
    with own_hotline(stage, "alone", officers=True, TURN_SECONDS="4") as own:
        return _aftermath(own, _without_ivr(own))


def stuck(stage: Stage) -> Aftermath:
    """Let the database hang under a call, and stop the ivr process under another one."""
    with own_hotline(stage, "stuck", officers=True, TURN_SECONDS="4") as own:
        return _aftermath(own, {"stalled": _stalled(own), "stopped": _stopped(own)})


def _aftermath(stage: Stage, calls: dict[str, Alone]) -> Aftermath:
    stage.hotline.wait_for_empty_spool()
    told = json.loads(stage.hotline.run("reconcile", "--format", "json"))
    return Aftermath(calls, told["differences"])


def _without_ivr(stage: Stage) -> dict[str, Alone]:
    """Dial while nobody answers the exchange; the files come home afterwards."""
    talking = stage.citizen_calls("talks").chooses("1")
    officer = stage.rings("talks")
    officer.answer()
    stage.hotline.kill("ivr")
    stage.hotline.kill("spool")
    plays = (_message, _talk, _emergency, _cut, _unknown)
    with ThreadPoolExecutor(len(plays)) as pool:
        calls = {play.__name__.strip("_"): pool.submit(play, stage) for play in plays}
        talking.waits(2).sounds(500, 2)
        officer.hang_up()
        told = _told(stage, talking)
        talking.hangs_up()
        done = {name: call.result() for name, call in calls.items()}
    stage.hotline.start_part("ivr")
    stage.hotline.start_part("spool")
    stage.hotline.wait_until_up()
    stage.hotline.wait_for_empty_spool()
    return {
        name: Alone(citizen.story(), citizen.words(), told, heard, _status(stage, *told))
        for name, (citizen, told, heard) in {**done, "talking": (talking, told, b"")}.items()
    }


Call = tuple[Citizen, tuple[str, str], bytes]


def _message(stage: Stage) -> Call:
    """Nobody answers; a message, and the number twice."""
    citizen = stage.citizen_calls("complaints")
    stage.rings("complaints", timeout=PATIENCE).wait_for_end(30)
    _at_the_beep(stage, citizen).sounds(700, 3).presses("#")
    told = _told(stage, citizen)
    return citizen.stays(PATIENCE), told, b""


def _talk(stage: Stage) -> Call:
    """The deputy, who is still a member of the queue, answers."""
    citizen = stage.citizen_calls("deputies")
    officer = stage.rings("deputies", 1, PATIENCE)
    officer.answer()
    citizen.sounds(500, 2)
    officer.tone(1100, 2)
    officer.hang_up()
    told = _told(stage, citizen)
    return citizen.hangs_up(), told, officer.heard()


def _emergency(stage: Stage) -> Call:
    """Key 9 in the notice rings everybody at once."""
    citizen = stage.citizen_calls("alarm")
    _waits_for(stage, citizen, "why")
    citizen.listens("id/greeting", "id/agency/alarm", "id/degraded", more=2).presses("9")
    officers = [stage.rings("alarm", rung, PATIENCE) for rung in range(3)]
    officers[2].answer()
    citizen.waits(1).hangs_up()
    return citizen, ("", ""), b""


def _cut(stage: Stage) -> Call:
    """Hangs up in the middle of the message."""
    citizen = stage.citizen_calls("empty")
    _at_the_beep(stage, citizen).sounds(800, 3)
    return citizen.hangs_up(), ("", ""), b""


def _unknown(stage: Stage) -> Call:
    return stage.citizen_calls("79999").stays(PATIENCE), ("", ""), b""


def _stalled(stage: Stage) -> Alone:
    """The database hangs when a key comes; the officers are rung all the same."""
    citizen = stage.citizen_calls("quiet").reaches("language")
    with _locked(stage.hotline):
        citizen.waits(1).presses("1")
        officer = stage.rings("quiet", timeout=PATIENCE)
    officer.answer()
    citizen.waits(2)
    officer.hang_up()
    told = _told(stage, citizen)
    citizen.hangs_up()
    return Alone(citizen.story(), citizen.words(), told, b"", _status(stage, *told))


def _stopped(stage: Stage) -> Alone:
    """The ivr process is stopped in the menu: its watchdog ends it, the next one goes on there."""
    citizen = stage.citizen_calls("complaints").reaches("language").waits(1).presses("1").reaches("main")
    os.kill(stage.hotline.pid("ivr"), signal.SIGSTOP)
    stage.hotline.wait_until_gone("ivr")
    stage.hotline.start_part("ivr")
    stage.hotline.wait_until_up()
    citizen.waits(8).presses("2").reaches("message").hangs_up()
    return Alone(citizen.story(), citizen.words())


@contextmanager
def _locked(hotline: Hotline) -> Iterator[None]:
    """Hold SQLite's lock, as a hanging disk or a stopped server would."""
    with closing(sqlite3.connect(hotline.home / "callcenter.db", isolation_level=None, timeout=20)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
        lock.execute("ROLLBACK")


def _sidecar(stage: Stage, citizen: Citizen) -> tuple[str, dict[str, str]]:
    """Find what the exchange noted of the citizen's call; gives its key, too."""
    caller = f"caller={citizen.caller.replace('+62', '0')}\n"
    for path in (stage.hotline.settings.spool_dir / "degraded").glob("*.call"):
        if caller in (text := path.read_text(errors="replace")):
            return path.stem, dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return "", {}


def _waits_for(stage: Stage, citizen: Citizen, name: str) -> str:
    """Wait until the exchange has noted something; give it."""
    assert citizen.leg.wait_until(lambda: name in _sidecar(stage, citizen)[1], PATIENCE), (
        f"{name} was not noted: {_sidecar(stage, citizen)}; heard: {citizen.words()}"
    )
    return _sidecar(stage, citizen)[1][name]


def _at_the_beep(stage: Stage, citizen: Citizen) -> Citizen:
    """Wait until the message's file is being written."""
    _waits_for(stage, citizen, "queued")
    key, _ = _sidecar(stage, citizen)
    written = stage.hotline.settings.spool_dir / "open" / f"{key}__m__0.wav"
    assert citizen.leg.wait_until(written.exists, PATIENCE), "no beep"
    return citizen


def _told(stage: Stage, citizen: Citizen) -> tuple[str, str]:
    """Wait until number and PIN are spoken; give both."""
    _waits_for(stage, citizen, "told")
    number, _, pin = _waits_for(stage, citizen, "reference").partition(" ")
    return number, pin


def _status(stage: Stage, number: str, pin: str) -> str:
    """Ask for a ticket as the telephone does."""
    if not number:
        return ""
    policy = bootstrap.policy(stage.hotline.settings)
    with stage.hotline.database.transaction() as session:
        return Tickets(session, policy.secret, policy.zone).status(number, pin)["result"]
