"""Many random callers against one machine's processes, and a balance afterwards.

``python -m tests.asterisk.load --calls 500 --rate 20 [--kill] [--seed N]``
ends with status 1 when anything disagrees, or when (without ``--kill``) a log
has an error.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from tests.asterisk import sipp, town
from tests.asterisk.hotline import Hotline
from tests.asterisk.ledger import Ledger, balance

VICTIMS = ("ivr serve", "callcenter worker", "redis-server")
KILL_EVERY = 12.0
SETTLE_SECONDS = 90.0


def main() -> int:
    options = _options()
    print(f"seed {options.seed}", flush=True)
    with _hotline(options.home) as hotline:
        ledger = run(hotline, options)
    print(ledger)
    return 1 if ledger.disagreements or (ledger.trouble and not options.kill) else 0


def run(hotline: Hotline, options: argparse.Namespace) -> Ledger:
    """Call, kill what is to be killed, wait until all is quiet, and compare."""
    number, folder = town.number("load"), hotline.home.parent / "sipp"
    began = time.monotonic()
    calls = sipp.start(
        hotline.address, number, folder, calls=options.calls, rate=options.rate, seed=options.seed
    )
    victims = cycle(VICTIMS)
    while calls.poll() is None:
        time.sleep(KILL_EVERY)
        if options.kill and calls.poll() is None:
            _kill(hotline, next(victims))
    tally = sipp.tally(folder)
    print(f"SIPp: {tally.placed} placed, {tally.failed} failed, {time.monotonic() - began:.0f} s")
    hotline.wait_for_end_of_all(SETTLE_SECONDS)
    return _settled(hotline, tally.placed, number)


def _settled(hotline: Hotline, placed: int, number: str) -> Ledger:
    """Compare again until everything agrees, or until that takes too long."""
    end = time.monotonic() + SETTLE_SECONDS
    while (ledger := balance(hotline, placed, number)).disagreements and time.monotonic() < end:
        time.sleep(2)
    return ledger


def _kill(hotline: Hotline, victim: str) -> None:
    pid = hotline.pid_of(victim)
    if pid is None:
        print(f"{victim} was not there to be killed", flush=True)
        return
    os.kill(pid, signal.SIGKILL)
    print(f"killed {victim} ({pid})", flush=True)


@contextmanager
def _hotline(home: Path | None) -> Iterator[Hotline]:
    with tempfile.TemporaryDirectory(prefix="load-") as temporary:
        hotline = Hotline(home or Path(temporary) / "home")
        try:
            hotline.start_supervised()
            yield hotline
        finally:
            hotline.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--kill", action="store_true", help="kill -9 ivr, worker and Redis in turn meanwhile")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--home", type=Path, help="keep everything in this directory")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
