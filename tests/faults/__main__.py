"""``python -m tests.faults``: kill, freeze and cut everything under calls, and see that none is lost."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import report
from tests.faults.run import Options, run
from tests.faults.schedule import POSTGRESQL, SQLITE

PAGE = Path("docs/reliability.md")


def main() -> int:
    given = _arguments()
    options = Options(given.seed, given.database, given.calls, given.rate, given.faults, given.only)
    print(f"seed {options.seed}, {options.database}: {options.seconds:.0f} s of calls", flush=True)
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - began:5.0f}] {line}", flush=True)

    home = given.home or Path(tempfile.mkdtemp(prefix="faults-"))
    outcome = run(options, home, say)
    if not (given.home or outcome.differences):
        shutil.rmtree(home)
    text = report.section(outcome)
    print(text)
    if given.page:
        report.write(given.page, outcome.options.database, text)
    for difference in outcome.differences:
        print(f"DIFFERS {difference}")
    return 1 if outcome.differences else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--database", choices=[SQLITE, POSTGRESQL], default=SQLITE)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=1.3, help="calls a second")
    parser.add_argument("--faults", type=int, default=100, help="0: one for each target")
    parser.add_argument("--only", default="", help="only faults whose names this is found in, as 'kill|disk'")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--home", type=Path, help="keep everything in this directory")
    parser.add_argument("--page", type=Path, help=f"write the table there ({PAGE})")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
