"""A run: callers, faults at drawn moments, and everything compared when all is quiet again."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.asterisk.phone import Telephone
from tests.asterisk import sipp
from tests.asterisk.people import endpoints, folder
from tests.faults import callers, schedule, witness
from tests.faults.audit import Difference, audit
from tests.faults.callers import Officers
from tests.faults.databases import DURABLE, Postgresql, Server, Sqlite
from tests.faults.disk import small_disk
from tests.faults.evidence import Evidence, gather
from tests.faults.house import House
from tests.faults.postbox import Postbox, postbox
from tests.faults.processes import Fault
from tests.faults.schedule import POSTGRESQL, Kind, Planned
from tests.fixtures.postgres import running_cluster

DISK_MIB = 600
SETTLE_SECONDS = 150.0
"""A killed worker's job is taken up again after 75 s, a recording that lost its writer after 60 s."""
PATIENCE = 45.0
"""Seconds to wait for a target that an earlier fault has taken away."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be done."""

    seed: int
    database: str
    calls: int
    rate: float
    faults: int
    """0: one for each target."""
    only: str = ""
    """What is found in the names of the kinds that may come (a regular expression)."""

    @property
    def seconds(self) -> float:
        """Tell how long calls are being placed."""
        return self.calls / self.rate

    def plan(self) -> list[Planned]:
        kinds = [kind for kind in schedule.of(self.database) if re.search(self.only, kind.name)]
        if not self.faults:
            return schedule.draw_short(self.seed, kinds, self.seconds)
        return schedule.draw(self.seed, kinds, self.faults, self.seconds)


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault as it was; times in seconds since 1970."""

    kind: Kind
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found."""

    options: Options
    happened: list[Happened]
    evidence: Evidence
    differences: list[Difference]
    began: float
    seconds: float
    exchange: str
    disk: bool
    """Whether the full disk was a real one."""


def run(options: Options, home: Path, say: Say) -> Outcome:
    """Run it in the folder ``home``; whatever was started is stopped."""
    began = time.time()
    with ExitStack() as stack:
        box = stack.enter_context(postbox())
        server = stack.enter_context(_server(options.database, home))
        disk = stack.enter_context(small_disk(home / "machine", DISK_MIB))
        house = House(home / "machine" / "home", server.url, box.url)
        stack.callback(house.stop)
        house.start_supervised()
        say(f"up after {time.time() - began:.0f} s")
        faults = house.faults(server, home / "machine" if disk else None)
        happened, seen = _play(options, house, faults, home, say)
        evidence, differences = _settled(house, seen, box, say)
        if differences:
            stack.callback(_keep, home, say)
        return Outcome(
            options, happened, evidence, differences, began, time.time() - began,
            ".".join(map(str, house.binary.version)), disk,
        )  # fmt: skip


@contextmanager
def _server(database: str, home: Path) -> Iterator[Server]:
    if database != POSTGRESQL:
        yield Sqlite(home / "machine" / "home" / "callcenter.db")
        return
    with running_cluster(DURABLE) as cluster, cluster.database() as url:
        yield Postgresql(cluster, url)


def _keep(home: Path, say: Say) -> None:
    """Copy what the machine wrote before its disk is gone, to find out why."""
    shutil.copytree(home / "machine", home / "after", ignore=shutil.ignore_patterns("prompts*", "run"))
    say(f"everything is left in {home}")


def _play(
    options: Options, house: House, faults: Mapping[str, Fault], home: Path, say: Say
) -> tuple[list[Happened], list[witness.Seen]]:
    """Let everybody call, and faults come; gives what happened and what callers saw."""
    acts, who = callers.draw(options.seed, options.calls)
    officers = endpoints(house)
    with Telephone(house.binary, house.address, folder(home / "machine"), officers) as telephone:
        telephone.wait_registered()
        house.wait_registered(officers)
        desk = Officers(telephone, list(officers), options.seed)
        desk.start()
        place = home / "sipp"
        calling = sipp.place(house.address, place, acts, who, options.rate)
        try:
            happened = inflict(options.plan(), faults, say)
            calling.wait(180)
        finally:
            calling.kill()
            desk.stop()
        tally = sipp.tally(place)
        say(f"SIPp: {tally.placed} placed, {tally.failed} failed; officers answered {desk.answered}")
        stays = {one.number: callers.seconds(acts[one.branch]) for one in who}
        house.wait_until_back()
    return happened, witness.read((place / "calls.log").read_text().splitlines(), stays)


def inflict(plan: list[Planned], faults: Mapping[str, Fault], say: Say) -> list[Happened]:
    """Let each fault begin and end at its time; an end that fails is tried again at the very end."""
    start = time.time()
    deeds = sorted([(one.at, 0, one) for one in plan] + [(one.until, 1, one) for one in plan], key=_order)
    begun: dict[int, float] = {}
    happened: list[Happened] = []
    try:
        for at, end, one in deeds:
            time.sleep(max(0.0, start + at - time.time()))
            if not end:
                begun[id(one)] = _begin(faults[one.kind.name], one, say)
            else:
                faults[one.kind.name].heal()
                happened.append(Happened(one.kind, begun[id(one)], time.time()))
    finally:
        for one in plan:
            faults[one.kind.name].heal()
    return happened


def _order(deed: tuple[float, int, Planned]) -> tuple[float, int]:
    return deed[:2]


def _begin(fault: Fault, one: Planned, say: Say) -> float:
    """Inflict a fault, as soon as its target is there."""
    end = time.time() + PATIENCE
    while True:
        at = time.time()
        try:
            fault.inflict()
        except (LookupError, OSError) as error:
            if at > end:
                raise
            say(f"{one.kind.name} waits: {error}")
            time.sleep(0.5)
            continue
        say(f"{one.at:7.1f} s  {one.kind.name}" + (f" for {one.until - one.at:.1f} s" * (one.until > one.at)))
        return at


def _settled(
    house: House, seen: list[witness.Seen], box: Postbox, say: Say
) -> tuple[Evidence, list[Difference]]:
    """Compare again until everything agrees, or until that takes too long."""
    end, told = time.monotonic() + SETTLE_SECONDS, ""
    while True:
        evidence = gather(house, seen, box.letters)
        differences = audit(evidence)
        if not differences or time.monotonic() > end:
            return evidence, differences
        if (line := f"not yet: {len(differences)} differences, {differences[0]}") != told:
            say(told := line)
        time.sleep(2)
