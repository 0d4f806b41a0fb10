"""An invented town: its agencies, their numbers, who is on duty, and a ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Line, Officer, Shift, Ticket
from callcenter.services import numbers

AGENCIES = (
    ("complaints", "70101", 1),
    ("talks", "70102", 1),
    ("silence", "70103", 2),
    ("alarm", "70104", 3),
    ("empty", "70105", 0),
    ("quiet", "70106", 1),
    ("deputies", "70107", 2),
    ("waiting", "70108", 1),
    ("load", "70109", 0),
    ("masked", "70110", 0),
    ("terminal", "70111", 1),
    ("board", "70112", 1),
    ("nuisance", "70113", 1),
    ("ringover", "70114", 1),
    ("rungover", "70115", 1),
    ("talkover", "70116", 1),
    ("district", "70117", 1),
    ("village", "70118", 0),
    ("asking", "70119", 1),
    ("leaving", "70120", 1),
    ("urgent", "70121", 1),
)
"""Code, number, and how many officers are on duty at any time, the primary first."""
RELIEVED = frozenset({"ringover", "rungover", "talkover"})
"""Agencies with one more officer, the last, who is not on duty until somebody hands over."""
PARENTS = {"village": "district"}
SINCE = date(2020, 1, 1)
PIN = "4711"


def number(code: str) -> str:
    return next(line for name, line, _ in AGENCIES if name == code)


def secret(officer: int) -> str:
    return f"geheim-{officer:04d}"


def found(session: Session) -> dict[str, list[int]]:
    """Write the town; returns the ids of each agency's officers."""
    officers: dict[str, list[int]] = {}
    agencies: dict[str, Agency] = {}
    for code, line, count in AGENCIES:
        agency = Agency(code=code, name=f"Dinas {code}", tier="dinas", active_from=SINCE)
        agency.lines = [Line(number=line, active_from=SINCE)]
        agency.parent = agencies.get(PARENTS.get(code, ""))
        agencies[code] = agency
        session.add(agency)
        session.flush()
        people = [_officer(session, agency, range(7), rung) for rung in range(count)]
        officers[code] = people + [_officer(session, agency) for _ in RELIEVED & {code}]
    return officers


def on_duty(officers: Mapping[str, Sequence[int]]) -> list[int]:
    """Tell who is on duty at the start, of the ids of each agency's officers."""
    return [one for code, _, count in AGENCIES for one in officers[code][:count]]


def ticket(session: Session, code: str, key: bytes) -> tuple[str, str]:
    """Open a ticket without a call; returns its number and PIN."""
    fresh, now = numbers.random_number(), datetime.now(UTC)
    agency = session.scalar(select(Agency.id).where(Agency.code == code))
    facts = {"agency_id": agency, "language": "id", "opened_at": now, "verify_by": now}
    session.add(Ticket(number=fresh, pin_hash=numbers.pin_hash(key, fresh, PIN), **facts))
    return fresh, PIN


def _officer(session: Session, agency: Agency, days: Iterable[int] = (), rung: int = 0) -> int:
    officer = Officer(name=f"Petugas {rung} {agency.code}", agency=agency)
    always = {"starts": time(0), "ends": time(0), "rung": rung}
    officer.shifts = [Shift(agency_id=agency.id, weekday=day, **always) for day in days]
    session.add(officer)
    session.flush()
    officer.sip_secret = secret(officer.id)
    return officer.id
