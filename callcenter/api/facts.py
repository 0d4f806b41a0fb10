"""Duty as JSON: only what programs need; never a telephone number, an address or a secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from callcenter.house import house
from callcenter.models import Account, Agency, DutyChange, DutyWarning, Officer
from callcenter.services.duty import OnDuty
from callcenter.services.duty_calendar import Now, Piece
from callcenter.services.duty_work import Interval
from callcenter.services.gaps import Gap

Facts = dict[str, Any]


def time(at: datetime) -> str:
    """Write a time as the instance's clocks show it, with its offset."""
    return at.astimezone(house().zone).isoformat()


def now(one: Now) -> Facts:
    """Tell who is on duty for an agency, or who answers in its place."""
    cover = one.cover and {
        "agency": {"code": one.cover.place.code, "name": one.cover.place.name},
        "on_duty": _people(one.cover.people),
    }
    return {"agency": agency(one.agency), "on_duty": _people(one.people), "covered_by": cover}


def span(piece: Piece) -> Facts:
    """Tell who is on duty throughout an interval."""
    people = [{"officer_id": one.officer_id, "name": one.name, "rung": one.rung} for one in piece.people]
    return {**_interval(piece.starts, piece.ends), "on_duty": people}


def gap(one: Gap) -> Facts:
    """Tell when nobody will be on duty."""
    return {"agency": agency(one.agency), **_interval(one.starts, one.ends), "hours": round(one.hours, 2)}


def warning(row: DutyWarning) -> Facts:
    """Tell what will be wrong, and who was told of it."""
    return {
        "id": row.id,
        "agency": agency(row.agency),
        "kind": row.kind,
        "officer": _officer(row.officer),
        **_interval(row.starts, row.ends),
        "found_at": time(row.found_at),
        "told_days": row.told_days,
        "told": _officer(row.told),
    }


def change(row: DutyChange, names: Mapping[int, str], left: Iterable[Interval] = ()) -> Facts:
    """Tell a change of duty; ``left`` is what of an asked swap is still to be taken."""
    return {
        "id": row.id,
        "agency": agency(row.agency),
        "kind": row.kind,
        "status": row.status,
        **_interval(row.starts, row.ends),
        "comes": _named(row.people, names),
        "goes": _named(row.instead_of, names),
        "rung": row.rung,
        "ask_id": row.ask_id,
        "left": [_interval(*one) for one in left],
        "reason": row.reason,
        "decree": row.decree,
        "approver": row.approver,
        "at": time(row.at),
        "by": _username(row.account),
        "decided_at": time(row.decided_at) if row.decided_at else None,
        "decided_by": _username(row.decided_by),
        "decision": row.decision,
    }


def agency(one: Agency) -> Facts:
    """Name an agency."""
    return {"code": one.code, "name": one.name}


def _interval(starts: datetime, ends: datetime) -> Facts:
    return {"starts": time(starts), "ends": time(ends)}


def _people(people: Sequence[OnDuty]) -> list[Facts]:
    return [
        {
            "officer_id": one.officer_id,
            "name": one.name,
            "rung": one.rung,
            "reachable": one.interface is not None,
        }
        for one in people
    ]


def _named(ids: Iterable[int], names: Mapping[int, str]) -> list[Facts]:
    return [{"officer_id": one, "name": names.get(one, "?")} for one in ids]


def _officer(one: Officer | None) -> Facts | None:
    return {"officer_id": one.id, "name": one.name} if one else None


def _username(account: Account | None) -> str | None:
    return account.username if account else None
