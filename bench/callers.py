"""Citizens who all do the same by SIPp, so that both exchanges are asked for the same."""

from __future__ import annotations

import random
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.asterisk.sipp import FIRST_CALLER, Act, Caller, pcap_folder, row, scenario, tally
from tests.fixtures.children import program

# Greeting and notice take 1.8 s with the prompts of this run, the way to the beep 0.9 s, number and PIN 2.2 s:
# an exchange that falls about a second behind loses keys, and with them the call.
CHOICES: list[Act] = [(3.4, "1"), (1.2, "2"), (1.9, "speech")]
FAREWELL: Act = (3.5, "")
SHORT: list[Act] = [*CHOICES, (2.0, "#"), FAREWELL]
"""Twelve seconds."""
LONG: list[Act] = [*CHOICES, (7.0, "speech"), (7.0, "speech"), (6.0, "#"), FAREWELL]
"""Thirty seconds, of which twenty are spoken."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Of the calls of one measurement: those that left their message, those of which all is where it belongs."""

    told: int
    whole: int


class Callee(Protocol):
    """An exchange that is measured."""

    name: str
    number: str

    @property
    def address(self) -> tuple[str, int]: ...
    def begin(self) -> None: ...
    def kept(self, placed: int) -> Kept: ...
    def used(self) -> dict[str, float]: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a number of calls ended: all, those SIPp saw fail, those that were kept."""

    placed: int
    failed: int
    kept: Kept

    @property
    def held(self) -> bool:
        return not self.failed and self.kept.whole == self.placed

    def __str__(self) -> str:
        lacking, late = self.placed - self.kept.told, self.kept.told - self.kept.whole
        return f"{self.placed} calls, {self.failed} failed, {lacking} without their message, {late} not yet carried"


@dataclass
class Crowd:
    """A running SIPp and where it writes."""

    callee: Callee
    folder: Path
    process: subprocess.Popen[bytes]

    def outcome(self, seconds: float) -> Outcome:
        """Wait for the last caller; give what became of all."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        counted = tally(self.folder)
        return Outcome(counted.placed, counted.failed, self.callee.kept(counted.placed))


def send(callee: Callee, folder: Path, acts: list[Act], *, calls: int, rate: float) -> Crowd:
    """Begin ``calls`` calls, ``rate`` a second."""
    callee.begin()
    folder.mkdir(parents=True)
    (folder / "scenario.xml").write_text(scenario([acts], pcap_folder()))
    rows = [row(Caller(f"0{FIRST_CALLER + n}", 0, callee.number)) for n in range(calls)]
    (folder / "calls.csv").write_text("SEQUENTIAL\n" + "".join(rows))
    host, port = callee.address
    command = [program("sipp"), f"{host}:{port}", "-sf", "scenario.xml", "-inf", "calls.csv"]
    command += ["-i", "127.0.0.1", "-m", str(calls), "-r", f"{rate:g}", "-l", str(calls)]
    command += ["-nostdin", "-recv_timeout", "20000", "-timeout", "120", "-buff_size", "1000000"]
    command += ["-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_err", "-error_file", "errors.log"]
    command += ["-mp", str(random.randrange(31_000, 33_000, 2))]
    with (folder / "console").open("wb") as console:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=console, stderr=console
        )
    return Crowd(callee, folder, process)


def allow_many_files() -> None:
    """Let the exchanges open as many files as the system allows: a call takes about ten."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
