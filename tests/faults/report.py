"""The table of a run, for ``docs/reliability.md``."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.report import machine
from tests.faults.audit import CHECKS, twice
from tests.faults.evidence import Evidence
from tests.faults.run import Happened, Options, Outcome
from tests.faults.witness import Fate, Seen


@dataclass(frozen=True, slots=True)
class Row:
    """What one kind of fault did to the calls that were under way."""

    name: str
    times: int
    calls: int
    whole: int
    asked_again: int
    degraded: int
    cut: int
    unanswered: int
    silence: float
    created: int
    closed: int

    def __str__(self) -> str:
        cells = (
            self.name, self.times, self.calls, self.whole, self.asked_again, self.degraded, self.cut,
            self.unanswered, f"{self.silence:.1f}", self.created, self.closed,
        )  # fmt: skip
        return "| " + " | ".join(map(str, cells)) + " |"


HEAD = (
    "| fault | times | calls under way | ended as they should | asked to hold | dialplan alone | cut off | "
    "not answered | longest silence, s | created by reconciliation | closed by it |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def rows(happened: Iterable[Happened], evidence: Evidence) -> list[Row]:
    """Make one row a kind, in the order of their names."""
    kinds: dict[str, list[Happened]] = {}
    for one in happened:
        kinds.setdefault(one.kind.name, []).append(one)
    return [_row(name, some, evidence) for name, some in sorted(kinds.items())]


def _row(name: str, happened: Sequence[Happened], evidence: Evidence) -> Row:
    under_way = [one for fault in happened for one in evidence.seen if one.under_way(fault.at, fault.until)]
    return count(name, len(happened), under_way, evidence)


def count(name: str, times: int, under_way: Sequence[Seen], evidence: Evidence) -> Row:
    keys = [key for one in under_way for key in evidence.keys_of(one.caller)]
    heard = [evidence.heard[key] for key in keys if key in evidence.heard]
    found = {call.key: {data["what"] for data in call.data("reconciled")} for call in evidence.calls}
    fates = [one.fate for one in under_way]
    return Row(
        name,
        times,
        len(under_way),
        fates.count(Fate.WHOLE),
        sum(one.connections > 1 for one in heard),
        sum(key in evidence.degraded for key in keys),
        fates.count(Fate.CUT),
        fates.count(Fate.UNANSWERED),
        max((one.longest_wait for one in heard), default=0.0),
        sum("created" in found.get(key, ()) for key in keys),
        sum("closed" in found.get(key, ()) for key in keys),
    )


def section(outcome: Outcome) -> str:
    """Write what one run found."""
    evidence = outcome.evidence
    lines = [str(row) for row in rows(outcome.happened, evidence)]
    everybody = [one for one in evidence.seen if one.accepted]
    lines.append(str(count("**all calls**", len(outcome.happened), everybody, evidence)))
    return "\n\n".join([_where(outcome), "\n".join([HEAD, *lines]), _agreement(outcome)]) + "\n"


def _agreement(outcome: Outcome) -> str:
    evidence = outcome.evidence
    accepted = sum(one.accepted for one in evidence.seen)
    refused = sum(bool(one.refused) for one in evidence.seen)
    found = [
        f"{len(evidence.seen)} calls placed, {refused} refused (503, while the exchange was being stopped), "
        f"{accepted} accepted by it, "
        f"{len(evidence.exchange)} in its records, {len(evidence.calls)} in the log; "
        f"{len(evidence.tickets)} tickets, {sum(len(call.recordings) for call in evidence.calls)} recordings, "
        f"{len(evidence.letters)} messages to officers, {twice(evidence)} of them twice.",
        "",
        "| what must hold | differences |",
        "|---|---|",
    ]
    for check in CHECKS:
        number = sum(one.check == check.__name__ for one in outcome.differences)
        found.append(f"| {(check.__doc__ or '').strip().rstrip('.')} | {number} |")
    return "\n".join(found)


def _where(outcome: Outcome) -> str:
    here = machine(outcome.exchange, (0, 0), (0, 0))
    options = outcome.options
    disk = "a small disk of the run's own" if outcome.disk else "a limit on the processes' files"
    return "\n".join(
        [
            f'- seed {options.seed}: `make faults ARGS="{_arguments(options)}"`'
            " draws the same callers and the same faults at the same moments",
            f"- {datetime.fromtimestamp(outcome.began, UTC):%Y-%m-%d %H:%M} UTC, {outcome.seconds / 60:.0f} minutes; "
            f"{options.rate:g} calls a second for {options.seconds / 60:.0f} minutes; full disk: {disk}",
            f"- {here.cores} cores of {here.processor}, {here.memory}, Linux {here.kernel}",
            f"- Asterisk {outcome.exchange}, Python {platform.python_version()}",
        ]
    )


def _arguments(options: Options) -> str:
    words = f"--database {options.database} --calls {options.calls} --rate {options.rate:g}"
    return f"{words} --faults {options.faults} --seed {options.seed}"


def write(page: Path, database: str, text: str) -> None:
    """Put a run's section into the page, in place of the former one on the same database."""
    old = page.read_text("utf-8") if page.exists() else PAGE
    block = f"<!-- {database} -->\n{text}<!-- end -->"
    page.write_text(
        re.sub(rf"<!-- {database} -->\n.*?<!-- end -->", lambda _: block, old, flags=re.S), "utf-8"
    )


PAGE = """# Reliability

Written by `make faults`: change `tests/faults/`, not this page.

## SQLite

<!-- sqlite -->
<!-- end -->

## PostgreSQL

<!-- postgresql -->
<!-- end -->
"""
