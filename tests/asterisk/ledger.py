"""Does everything agree: calls placed, the exchange's own records, the log, and what hangs on it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select

from callcenter.models import Outbox
from ivr.asterisk.records import DetailRecord, parse_detail_record
from tests.asterisk import checks
from tests.asterisk.hotline import Hotline

TROUBLE = ("ERROR", "CRITICAL", "Traceback", '"level": "error"', '"level": "critical"')


@dataclass(frozen=True, slots=True)
class Ledger:
    """The numbers, and every disagreement in words."""

    placed: int
    detailed: int
    logged: int
    dispositions: Counter[tuple[str | None, str | None]]
    tickets: int
    recordings: int
    obligations: int
    trouble: list[str] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"placed {self.placed} = CDR {self.detailed} = logged {self.logged}"]
        lines += [
            f"  {number:5} {one} ({reason})" for (one, reason), number in self.dispositions.most_common()
        ]
        lines.append(f"tickets {self.tickets}, recordings {self.recordings}, obligations {self.obligations}")
        lines.append(f"error lines in logs: {len(self.trouble)}")
        lines += [f"  {line[:300]}" for line in self.trouble[:20]]
        lines += (
            ["everything agrees"]
            if not self.disagreements
            else map("DISAGREES: {}".format, self.disagreements)
        )
        return "\n".join(lines)


def balance(hotline: Hotline, placed: int, dialled: str) -> Ledger:
    """Compare all calls to the number ``dialled``."""
    calls = hotline.stories(dialled)
    detailed = [record for record in details(hotline) if record.is_citizen]
    keys = {record.linkedid for record in detailed} & (
        {call.key for call in calls} | _unknown(hotline, detailed)
    )
    found = [
        *_numbers(placed, len(keys), len(calls)),
        *checks.outcomes(calls),
        *checks.sounds(calls, checks.stored(hotline.home / "store")),
        *_leftovers(hotline),
    ]
    return Ledger(
        placed=placed,
        detailed=len(keys),
        logged=len(calls),
        dispositions=Counter((call.disposition, call.reason) for call in calls),
        tickets=sum(call.ticket is not None for call in calls),
        recordings=sum(len(call.recordings) for call in calls),
        obligations=sum(call.obligation is not None for call in calls),
        trouble=hotline.log_lines(*TROUBLE),
        disagreements=found,
    )


def details(hotline: Hotline) -> list[DetailRecord]:
    """Read the exchange's call detail records, those in renamed files as well."""
    files = (hotline.settings.asterisk_dir / "log/cdr-custom").glob("cdr.csv*")
    parsed = [parse_detail_record(line) for path in files for line in path.read_bytes().splitlines()]
    return [record for record in parsed if isinstance(record, DetailRecord)]


def _unknown(hotline: Hotline, detailed: list[DetailRecord]) -> set[str]:
    return {record.linkedid for record in detailed} - {story.key for story in hotline.stories()}


def _numbers(placed: int, detailed: int, logged: int) -> Iterator[str]:
    if not placed == detailed == logged:
        yield f"{placed} calls placed, {detailed} in the CDR, {logged} in the log"


def _leftovers(hotline: Hotline) -> Iterator[str]:
    waiting = [path.name for path in hotline.settings.spool_dir.rglob("*") if path.is_file()]
    if waiting:
        yield f"still in the spool: {waiting}"
    with hotline.database.reading() as session:
        open_jobs = session.scalar(select(func.count()).where(Outbox.done_at.is_(None)))
    if open_jobs:
        yield f"{open_jobs} rows of the outbox are not done"
