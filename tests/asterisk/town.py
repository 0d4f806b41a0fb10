"""An invented town: its agencies, their numbers, who is on duty, and a ticket."""

from __future__ import annotations

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
)
"""Code, number, and how many officers are on duty at any time, the primary first."""
SINCE = date(2020, 1, 1)
PIN = "4711"


def number(code: str) -> str:
    return next(line for name, line, _ in AGENCIES if name == code)


def secret(officer: int) -> str:
    return f"geheim-{officer:04d}"


def found(session: Session) -> dict[str, list[int]]:
    """Write the town; returns the ids of each agency's officers."""
    officers: dict[str, list[int]] = {}
    for code, line, count in AGENCIES:
        agency = Agency(code=code, name=f"Dinas {code}", tier="dinas", active_from=SINCE)
        agency.lines = [Line(number=line, active_from=SINCE)]
        session.add(agency)
        session.flush()
        officers[code] = [_officer(session, agency, rung) for rung in range(count)]
    return officers


def ticket(session: Session, code: str, key: bytes) -> tuple[str, str]:
    """Open a ticket without a call; returns its number and PIN."""
    fresh, now = numbers.random_number(), datetime.now(UTC)
    agency = session.scalar(select(Agency.id).where(Agency.code == code))
    facts = {"agency_id": agency, "language": "id", "opened_at": now, "verify_by": now}
    session.add(Ticket(number=fresh, pin_hash=numbers.pin_hash(key, fresh, PIN), **facts))
    return fresh, PIN


def _officer(session: Session, agency: Agency, rung: int) -> int:
    officer = Officer(name=f"Petugas {rung} {agency.code}", agency=agency)
    always = {"starts": time(0), "ends": time(0), "rung": rung}
    officer.shifts = [Shift(agency_id=agency.id, weekday=day, **always) for day in range(7)]
    session.add(officer)
    session.flush()
    officer.sip_secret = secret(officer.id)
    return officer.id
