"""Whether an agency's lines can be answered now: the roster, and what exchanges see of telephones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from callcenter.db import Base
from callcenter.models import Agency, Alarm, Line, MemberState, NodeState, Unreachable
from callcenter.services.alarms import Alarms
from callcenter.services.duty import Duty, OnDuty
from callcenter.services.line_checks import active_lines
from callcenter.services.phones import Phones
from callcenter.services.residency import Residency
from callcenter.services.upsert import insert_into
from ivr.asterisk.names import is_mobile

FRESH = timedelta(seconds=60)
"""What an exchange told longer ago is not known any more."""
FORGOTTEN = timedelta(days=7)
"""An exchange that told nothing for so long was taken out of service."""
ALARM_AFTER = timedelta(minutes=5)
NOBODY_REACHABLE, SILENT = "nobody-reachable", "exchange-silent"
REASONS = {
    "nobody": "tidak ada petugas jaga; lengkapi daftar jaga",
    "no_telephone": "petugas jaga tidak punya telepon; isi nomor HP atau akun SIP",
    "no_mobile": "nomor instansi ini di Twilio, dan petugas jaga tidak punya nomor HP; isi nomor HP",
    "no_trunk": "sentral tidak punya jalur keluar ke HP petugas jaga; isi CALLCENTER_TRUNK_CONTACT",
    "away": "tidak satu pun telepon petugas jaga tersambung; minta petugas menyalakannya",
    "unknown": "keadaan telepon petugas tidak diketahui; periksa proses ivr",
}
"""From the worst to the least certain."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An agency whose lines nobody answers now; ``reason`` is a key of ``REASONS``."""

    agency: Agency
    lines: Sequence[Line]
    reason: str
    on_duty: Sequence[OnDuty]
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the exchanges told lately: the members one of them can ring, and when one told last."""

    fresh: bool
    at: datetime | None
    present: frozenset[str] = field(default_factory=frozenset)


class Sightings:
    """Keeps what each exchange tells of the queues' members."""

    def __init__(self, session: Session) -> None:
        """Work through ``session``."""
        self._session = session

    def take(self, node: str, states: Mapping[str, str], now: datetime) -> None:
        """Keep what a node sees now in place of what it saw before."""
        rows = self._session.execute(
            select(MemberState.interface, MemberState.state).where(MemberState.node == node)
        )
        known = {interface: state for interface, state in rows}
        if gone := known.keys() - states.keys():
            these = (MemberState.node == node, MemberState.interface.in_(gone))
            self._session.execute(delete(MemberState).where(*these))
        for interface, state in sorted(states.items()):
            if known.get(interface) != state:
                self._put(MemberState, {"node": node, "interface": interface}, state=state, since=now)
        self._put(NodeState, {"node": node}, seen_at=now)
        Phones(self._session).seen((one for one, state in states.items() if state != "away"), now)

    def now(self, now: datetime) -> Seen:
        """Tell what exchanges that are heard of see."""
        told = {row.node: row.seen_at for row in self._session.scalars(select(NodeState))}
        fresh = [node for node, at in told.items() if at > now - FRESH]
        query = select(MemberState.interface).where(MemberState.node.in_(fresh), MemberState.state != "away")
        return Seen(bool(fresh), max(told.values(), default=None), frozenset(self._session.scalars(query)))

    def watch(self, now: datetime) -> None:
        """Raise and clear the alarm on each exchange that tells nothing."""
        alarms = Alarms(self._session)
        for row in self._session.scalars(select(NodeState)):
            forgotten = row.seen_at < now - FORGOTTEN
            silent = not forgotten and row.seen_at <= now - FRESH
            if silent != alarms.is_open(SILENT, row.node):
                alarms.show(SILENT, row.node, _SILENCE if silent else "", now)
            if forgotten:
                for model in (MemberState, NodeState):
                    self._session.execute(delete(model).where(model.node == row.node))

    def _put(self, model: type[Base], key: dict[str, Any], **values: Any) -> None:
        """Write a row whether or not another process of the node writes it as well."""
        row = insert_into(self._session, model).values(**key, **values)
        self._session.execute(row.on_conflict_do_update(index_elements=list(key), set_=values))


class Reach:
    """Finds the agencies that nobody answers for, and remembers since when."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Work through ``session``; rosters and dates are read in ``zone``."""
        self._session = session
        self._zone = zone

    def troubles(self, now: datetime) -> list[Trouble]:
        """List the agencies out of reach or of unknown reach, the worst and longest first."""
        seen = Sightings(self._session).now(now)
        people = Duty(self._session, self._zone).everywhere(now)
        since = {row.agency_id: row.since for row in self._session.scalars(select(Unreachable))}
        found = []
        for agency, lines in self._agencies(now):
            on_duty = people.get(agency.id, [])
            if reason := _reason(lines, on_duty, seen):
                began = seen.at if reason == "unknown" else since.get(agency.id)
                found.append(Trouble(agency, lines, reason, on_duty, began))
        order = list(REASONS)
        return sorted(found, key=lambda it: (order.index(it.reason), it.since or now, it.agency.name))

    def watch(self, now: datetime) -> None:
        """Remember who is out of reach since when; raise and clear the alarms, one an agency.

        Who was out of reach and is unknown now stays so: nothing says otherwise.
        """
        troubles = {it.agency.id: it for it in self.troubles(now)}
        known = set(self._session.scalars(select(Unreachable.agency_id)))
        if found := known - troubles.keys():
            self._session.execute(delete(Unreachable).where(Unreachable.agency_id.in_(found)))
        for agency_id, it in troubles.items():
            if agency_id not in known and it.reason != "unknown":
                row = insert_into(self._session, Unreachable).values(agency_id=agency_id, since=now)
                self._session.execute(row.on_conflict_do_nothing())
        late = [it for it in troubles.values() if it.reason != "unknown" and _is_late(it, now)]
        self._show({it.agency.code: it for it in late}, {it.agency.code for it in troubles.values()}, now)

    def _show(self, late: Mapping[str, Trouble], troubled: set[str], now: datetime) -> None:
        alarms = Alarms(self._session)
        query = select(Alarm.subject).where(Alarm.kind == NOBODY_REACHABLE, Alarm.cleared_at.is_(None))
        known = set(self._session.scalars(query))
        for code in late.keys() - known:
            alarms.raise_(NOBODY_REACHABLE, code, _told(late[code]), now)
        for code in known - troubled:
            alarms.clear(NOBODY_REACHABLE, code, now)

    def _agencies(self, now: datetime) -> Iterable[tuple[Agency, list[Line]]]:
        today = now.astimezone(self._zone).date()
        lines = self._session.scalars(
            select(Line).where(*active_lines(today)).options(selectinload(Line.agency)).order_by(Line.number)
        )
        by_agency: dict[int, tuple[Agency, list[Line]]] = {}
        for line in Residency(self._session).served(lines):  # nobody is meant to answer the others
            by_agency.setdefault(line.agency_id, (line.agency, []))[1].append(line)
        return by_agency.values()


def _reason(lines: Sequence[Line], on_duty: Sequence[OnDuty], seen: Seen) -> str | None:
    """Tell the worst reason why some line of these cannot be answered."""
    ways = {
        "asterisk": lambda: why_not(on_duty, seen),
        "twilio": lambda: why_not_on_twilio(on_duty),
    }
    found = {ways[provider]() for provider in {line.provider for line in lines}}
    return next((reason for reason in REASONS if reason in found), None)


def why_not_on_twilio(on_duty: Sequence[OnDuty]) -> str | None:
    """Tell why Twilio can ring nobody of these, ``None`` when it can ring somebody."""
    if not on_duty:
        return "nobody"
    return None if any(person.has_mobile for person in on_duty) else "no_mobile"


def why_not(on_duty: Sequence[OnDuty], seen: Seen) -> str | None:
    """Tell why nobody of these can be rung, ``None`` when somebody can.

    An officer's own telephone counts as reachable where a trunk leads there:
    only ringing it would tell more.
    """
    ways = [person.interface for person in on_duty if person.interface is not None]
    if any(way in seen.present for way in ways):
        return None
    if not on_duty:
        return "nobody"
    if not ways:
        return "no_telephone"
    if not seen.fresh:
        return "unknown"
    return "no_trunk" if all(map(is_mobile, ways)) else "away"


def _is_late(it: Trouble, now: datetime) -> bool:
    return it.since is not None and it.since <= now - ALARM_AFTER


def _told(it: Trouble) -> str:
    numbers = ", ".join(line.number for line in it.lines)
    return f"{it.agency.name} ({numbers}): {REASONS[it.reason]}. Penelepon masih dapat meninggalkan pesan."


_SILENCE = (
    "Sentral ini tidak memberi kabar: proses ivr atau Asterisk di sana tidak berjalan. Penelepon ditangani "
    "jalur darurat sentral bila Asterisk masih hidup. Jalankan kembali proses ivr."
)
