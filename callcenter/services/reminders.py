"""Officers are reminded of a duty before it begins, and say that they will be there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from callcenter.models import DutyReminder, DutyWarning, Officer, WarningKind
from callcenter.roster.resolver import second
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.gaps import Gaps
from callcenter.services.outbox import Work
from callcenter.services.rosters import Turn
from callcenter.services.upsert import insert_into

FIRST, SECOND = timedelta(hours=12), timedelta(hours=2)
"""How long before a duty its officer is reminded, and once more without a confirmation."""
LONGEST_SHOWN = timedelta(days=7)
"""A duty that goes on for longer is shown as if it ended then."""


@dataclass(frozen=True, slots=True)
class Due:
    """Whom to remind: of turns for the first time, and of reminders (by id) once more."""

    turns: Sequence[Turn]
    again: Sequence[int]

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.turns or self.again)


class Reminders:
    """The reminders of all agencies."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction; weekly plans hang on the clocks of ``zone``."""
        self._session = session
        self._zone = zone

    def due(self, now: datetime) -> Due:
        """Find whom to remind now; writes nothing.

        Who is on duty already, or around the clock, has no beginning to be reminded of.
        """
        coming = self._coming(now)
        known = select(DutyReminder.officer_id, DutyReminder.agency_id, DutyReminder.starts)
        told = {tuple(row) for row in self._session.execute(known.where(DutyReminder.starts > now))}
        again = select(DutyReminder).where(
            DutyReminder.starts > now,
            DutyReminder.starts <= now + SECOND,
            DutyReminder.at <= now - SECOND,
            DutyReminder.again_at.is_(None),
            DutyReminder.confirmed_at.is_(None),
        )
        planned = {_key(turn) for turn in coming}
        return Due(
            [turn for turn in coming if _key(turn) not in told],
            [
                it.id
                for it in self._session.scalars(again)
                if (it.officer_id, it.agency_id, it.starts) in planned
            ],
        )

    def remind(self, due: Due, now: datetime) -> None:
        """Owe the messages; each once, whoever else does the same at the same time."""
        for turn in due.turns:
            row = insert_into(self._session, DutyReminder).values(
                agency_id=turn.agency_id,
                officer_id=turn.officer_id,
                starts=turn.starts,
                ends=turn.ends,
                at=now,
            )
            statement = row.on_conflict_do_nothing(index_elements=["officer_id", "agency_id", "starts"])
            reminder_id = self._session.scalar(statement.returning(DutyReminder.id))
            if reminder_id is not None:
                self._owe(reminder_id, turn.officer_id, "first", now)
        again = update(DutyReminder).where(DutyReminder.id.in_(due.again), DutyReminder.again_at.is_(None))
        told = again.values(again_at=now).returning(DutyReminder.id, DutyReminder.officer_id)
        for reminder_id, officer_id in self._session.execute(told).all():
            self._owe(reminder_id, officer_id, "again", now)

    def confirm(self, reminder_id: int, now: datetime) -> DutyReminder:
        """Take an officer's word; a second time changes nothing. Raises ``NotVisibleError``."""
        query = select(DutyReminder).where(DutyReminder.id == possible_id(reminder_id)).with_for_update()
        row = self._session.scalar(query)
        if row is None:
            raise NotVisibleError(f"reminder {reminder_id}")
        if row.confirmed_at is None and row.ends > now:
            row.confirmed_at = now
            self._clear(row, now)
        self._session.flush()
        return row

    def confirm_own(self, viewer: Viewer, reminder_id: int, now: datetime) -> DutyReminder:
        """Confirm one's own duty, or for a supervisor anybody's."""
        row = self._session.get(DutyReminder, possible_id(reminder_id))
        if row is None or not (viewer.sees_all or viewer.officer_id == row.officer_id):
            raise NotVisibleError(f"reminder {reminder_id}")
        return self.confirm(reminder_id, now)

    def of_officer(self, officer_id: int, now: datetime) -> Sequence[DutyReminder]:
        """List an officer's reminders of duties that are not over."""
        query = select(DutyReminder).where(DutyReminder.officer_id == officer_id, DutyReminder.ends > now)
        query = query.options(joinedload(DutyReminder.agency)).order_by(DutyReminder.starts)
        return self._session.scalars(query).all()

    def find(self, token: str, secret: bytes) -> DutyReminder:
        """Find the reminder that a link is about; raises ``NotVisibleError`` for a forged one."""
        number, _, sign = token.partition("-")
        reminder_id = (
            possible_id(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else 0
        )
        if not hmac.compare_digest(sign.encode(), _sign(reminder_id, secret).encode()):
            raise NotVisibleError("no such reminder")
        row = self._session.get(DutyReminder, reminder_id)
        if row is None:
            raise NotVisibleError(f"reminder {reminder_id}")
        return row

    def _coming(self, now: datetime) -> list[Turn]:
        """List the turns that begin within ``FIRST``."""
        starts, ends = second(now), second(now + FIRST + LONGEST_SHOWN)
        active = set(self._session.scalars(select(Officer.id).where(Officer.active)))
        return [
            turn
            for plan in Gaps(self._session, self._zone).plans(now, starts, ends)
            for turn in plan.turns(starts, ends, active)
            if starts < second(turn.starts) and turn.starts <= now + FIRST
        ]

    def _clear(self, row: DutyReminder, now: datetime) -> None:
        """End the warning that nobody knew whether the officer would come."""
        warning = update(DutyWarning).where(
            DutyWarning.kind == WarningKind.UNCONFIRMED,
            DutyWarning.agency_id == row.agency_id,
            DutyWarning.officer_id == row.officer_id,
            DutyWarning.starts == row.starts,
            DutyWarning.cleared_at.is_(None),
        )
        self._session.execute(warning.values(cleared_at=now))

    def _owe(self, reminder_id: int, officer_id: int, occasion: str, now: datetime) -> None:
        fact = f"duty-reminder:{reminder_id}:{occasion}"
        payload = {"reminder_id": reminder_id, "officer_id": officer_id, "fact": fact}
        Work(self._session).owe("notify_duty_reminder", fact, payload, now)


def token(reminder_id: int, secret: bytes) -> str:
    """Write what a link must hold so that it confirms this duty and no other."""
    return f"{reminder_id}-{_sign(reminder_id, secret)}"


def _sign(reminder_id: int, secret: bytes) -> str:
    return hmac.new(secret, f"duty-reminder:{reminder_id}".encode(), hashlib.sha256).hexdigest()[:32]


def _key(turn: Turn) -> tuple[int, int, datetime]:
    return turn.officer_id, turn.agency_id, turn.starts
