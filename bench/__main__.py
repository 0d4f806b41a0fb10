"""Run every benchmark and write the page: ``python -m bench [--only rate|cpu|turns]``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import callers, cpu, rate, report, turns
from bench.bare import Bare
from bench.cpu import Cost
from bench.house import House
from bench.rate import Rate, Search
from bench.turns import Latency

PAGE = Path("docs/performance.md")
NOTES = Path(__file__).with_name("findings.md")
FIRST_RATE = 40.0
PARTS = ("rate", "cpu", "turns")


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("--only", choices=PARTS, action="append", help="measure this part; writes no page")
    arguments.add_argument("--home", type=Path, default=None, help="where the temporary homes are made")
    given = arguments.parse_args()
    callers.allow_many_files()
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-", dir=given.home) as folder:
        _run(Path(folder), given.only)


def _run(folder: Path, only: list[str] | None) -> None:
    began, load = time.monotonic(), os.getloadavg()[0]
    with _exchanges(folder) as (house, bare):
        say(f"ready after {time.monotonic() - began:.0f} s, load average {load:.1f}")
        wanted = only or PARTS
        latencies = _turns(house) if "turns" in wanted else []
        cost = _cpu(house, bare, folder / "cpu") if "cpu" in wanted else None
        late = os.getloadavg()[0]
        rates = _rates(house, bare, folder) if "rate" in wanted else None
        if only or cost is None or rates is None:
            return
        here = report.machine(".".join(map(str, house.binary.version)), (load, late), turns.disk(folder))
        minutes = (time.monotonic() - began) / 60
        found = report.Results(*rates, cost, latencies, here, "make bench", minutes)
    print(report.write(found, PAGE, NOTES))


@contextmanager
def _exchanges(folder: Path) -> Iterator[tuple[House, Bare]]:
    house = House(folder / "house")
    bare = Bare(house, folder / "bare")
    try:
        house.start()
        bare.start()
        yield house, bare
    finally:
        bare.stop()
        house.stop()


def _rates(house: House, bare: Bare, folder: Path) -> tuple[Rate, Rate]:
    first = FIRST_RATE * report.RATE_GOAL
    searches = [
        Search(house, folder / "house-calls", first),
        Search(bare, folder / "bare-calls", FIRST_RATE),
    ]
    ours, theirs = rate.search(searches, say)
    return ours, theirs


def _cpu(house: House, bare: Bare, folder: Path) -> Cost:
    cost = cpu.measure(house, bare, folder)
    say(f"CPU seconds a call: {cost.ours:.3f} ours, {cost.theirs:.3f} bare; {cost.house}; {cost.outcomes}")
    return cost


def _turns(house: House) -> list[Latency]:
    found = []
    for crowd in turns.CALLERS:
        for kind in ("floor", "real"):
            found.append(turns.measure(house, crowd, kind))
            say(str(found[-1]))
    return found


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
