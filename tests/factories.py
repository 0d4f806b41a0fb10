"""Small builders of rows; whatever a test does not name is plain and valid."""

from __future__ import annotations

import hashlib
import io
import itertools
import math
import struct
import wave
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from callcenter.models import (
    Account,
    Agency,
    Call,
    CallEvent,
    Leg,
    Line,
    NuisanceMark,
    Obligation,
    ObligationCall,
    Officer,
    Recording,
    Role,
    Shift,
    Ticket,
)
from ivr.damm import check_digit
from recordings.store import Store

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""A Monday, 14.00 WIB."""
PASSWORD = "kata-sandi-uji"
_COUNT = itertools.count(1)


def agency(session: Session, code: str = "dinsos", name: str = "Dinas Sosial", **facts: Any) -> Agency:
    """Add an agency."""
    return _add(
        session, Agency, code=code, name=name, **{"tier": "dinas", "active_from": date(2022, 1, 1), **facts}
    )


def line(session: Session, agency: Agency, number: str = "+622345550101", **facts: Any) -> Line:
    """Add a line."""
    return _add(
        session, Line, agency_id=agency.id, number=number, **{"active_from": date(2022, 1, 1), **facts}
    )


def officer(session: Session, agency: Agency, name: str = "Siti Aminah", **facts: Any) -> Officer:
    """Add an officer with a SIP endpoint."""
    return _add(session, Officer, agency_id=agency.id, name=name, **{"sip_secret": "rahasia", **facts})


def shift(session: Session, officer: Officer, weekday: int = 0, **facts: Any) -> Shift:
    """Add a shift, around the clock unless told otherwise."""
    plain = {"starts": time(0), "ends": time(0), "rung": 0}
    return _add(
        session,
        Shift,
        agency_id=officer.agency_id,
        officer_id=officer.id,
        weekday=weekday,
        **{**plain, **facts},
    )


def account(
    session: Session,
    username: str = "admin",
    role: Role = Role.ADMIN,
    agency: Agency | None = None,
    officer: Officer | None = None,
) -> Account:
    """Add an account whose password is ``PASSWORD``."""
    facts = {"password_hash": _password_hash(), "role": role, "created_at": NOW}
    ids = {"agency_id": agency.id if agency else None, "officer_id": officer.id if officer else None}
    return _add(session, Account, username=username, **facts, **ids)


def call(session: Session, agency: Agency | None = None, **facts: Any) -> Call:
    """Add a call that was offered at ``NOW`` and is in progress."""
    plain = {
        "provider": "asterisk",
        "key": f"node1-{next(_COUNT)}.1",
        "node": "node1",
        "channel": "PJSIP/trunk-00000001",
        "dialled": "+622345550101",
        "agency_id": agency.id if agency else None,
        "caller_kind": "e164",
        "caller_number": "+6281234567890",
        "flow": "hotline",
        "cursor": {"node": "main"},
        "turn": {},
        "offered_at": NOW,
    }
    return _add(session, Call, **{**plain, **facts})


def event(session: Session, call: Call, kind: str, seconds: float = 0, /, **data: Any) -> CallEvent:
    """Add an event some seconds after the call was offered."""
    at = call.offered_at + timedelta(seconds=seconds)
    return _add(session, CallEvent, call_id=call.id, key=f"event:{next(_COUNT)}", kind=kind, at=at, data=data)


def leg(session: Session, call: Call, officer: Officer, **facts: Any) -> Leg:
    """Add an officer's leg that rings."""
    plain = {"key": f"leg-{next(_COUNT)}", "rung_at": call.offered_at + timedelta(seconds=20)}
    return _add(session, Leg, call_id=call.id, officer_id=officer.id, **{**plain, **facts})


def ticket(session: Session, agency: Agency, call: Call | None = None, **facts: Any) -> Ticket:
    """Add a new ticket."""
    opened_at = facts.get("opened_at", call.offered_at if call else NOW)
    body = f"{1_000_000 + next(_COUNT):07}"
    plain = {
        "number": body + check_digit(body),
        "pin_hash": "-",
        "agency_id": agency.id,
        "call_id": call.id if call else None,
        "caller_number": call.caller_number if call else "+6281234567890",
        "language": "id",
        "opened_at": opened_at,
        "verify_by": opened_at + timedelta(days=3),
    }
    return _add(session, Ticket, **{**plain, **facts})


def obligation(session: Session, call: Call, **facts: Any) -> Obligation:
    """Add an open call-back that is due in an hour."""
    plain = {
        "call_id": call.id,
        "agency_id": call.agency_id,
        "caller_number": call.caller_number,
        "reason": "abandoned",
        "opened_at": call.offered_at,
        "last_tried_at": call.offered_at,
        "due_at": call.offered_at + timedelta(hours=1),
    }
    owed: Obligation = _add(session, Obligation, **{**plain, **facts})
    _add(session, ObligationCall, call_id=call.id, obligation_id=owed.id)
    return owed


def mark(session: Session, number: str = "+6281234567890", **facts: Any) -> NuisanceMark:
    """Add a mark on a number, proposed by the system unless told otherwise."""
    return _add(session, NuisanceMark, number=number, **{"reason": "silent", "proposed_at": NOW, **facts})


def active_mark(session: Session, number: str = "+6281234567890", **facts: Any) -> NuisanceMark:
    """Add a mark that was set at ``NOW`` and runs for 30 days."""
    running = {"status": "active", "set_at": NOW, "expires_at": NOW + timedelta(days=30)}
    return mark(session, number, **{**running, **facts})


def recording(session: Session, store: Store, call: Call, audio: bytes, **facts: Any) -> Recording:
    """Put audio into the store and add its row."""
    name = f"{call.key}__m__{next(_COUNT)}"
    key = f"2026/11/23/{name}.wav"
    store.put(key, [audio])
    plain = {
        "call_id": call.id,
        "provider_key": name,
        "kind": "message",
        "part": 1,
        "store_key": key,
        "sha256": hashlib.sha256(audio).hexdigest(),
        "size": len(audio),
        "duration_ms": 3000,
        "format": "wav",
        "channels": 1,
        "created_at": call.offered_at + timedelta(minutes=2),
    }
    return _add(session, Recording, **{**plain, **facts})


def tone(seconds: float = 3.0, channels: int = 1, rate: int = 8000) -> bytes:
    """Make a WAV file; with two channels each has its own tone and its own pauses."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(b"".join(_frame(index / rate, channels) for index in range(int(seconds * rate))))
    return out.getvalue()


def _frame(at: float, channels: int) -> bytes:
    speaks = [math.sin(math.pi * at) ** 2, math.cos(math.pi * at) ** 2]
    values = (
        int(12000 * speaks[side] * math.sin(2 * math.pi * (440 + 220 * side) * at))
        for side in range(channels)
    )
    return b"".join(struct.pack("<h", value) for value in values)


@cache
def _password_hash() -> str:
    """Hash ``PASSWORD`` once, and with less work than real ones take."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def _add(session: Session, model: Any, **facts: Any) -> Any:
    row = model(**facts)
    session.add(row)
    session.flush()
    return row
