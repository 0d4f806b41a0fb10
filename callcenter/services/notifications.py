"""Telling officers what they have to do: once for each fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Table, bindparam, case, select, update
from sqlalchemy.orm import Session

from callcenter.models import Notification, Obligation, ObligationStatus, Officer, Ticket
from callcenter.services.callers import is_mobile
from callcenter.services.letters import Letter, Letters
from callcenter.services.telling import OPENED, fact, ticket_fact
from callcenter.services.text_ways import Ways
from callcenter.services.upsert import insert_into

SMS = "sms://"
"""Begins an address of ours: ``sms://<from>/<to>``, both E.164."""

FAILED = "failed: "
POST = "Pengawas"
"""Who is told of duty where no officer is."""
AGAIN = "sent again: how the first attempt ended is not known"

T = TypeVar("T")
ChannelOf = Callable[[str | None], str]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message ready to be sent, and the row that will say how it went."""

    notification_id: int
    fact: str
    name: str
    url: str | None = field(repr=False)  # may hold a secret
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A call-back, and the occasion on which somebody is told of it."""

    obligation_id: int
    occasion: str = OPENED


class Notifications:
    """The messages to officers.

    A row is written and committed before its message is sent. A row without
    ``sent_at`` and ``error`` was begun by somebody who died: it is sent once
    more, marked, and after that left to a person.
    """

    def __init__(self, session: Session, channel_of: ChannelOf, letters: Letters) -> None:
        """Write through ``session``; ``channel_of`` names the way to an address."""
        self._session = session
        self._channel_of = channel_of
        self._letters = letters

    def begin_ticket(
        self, ticket_id: int, officer_id: int | None, now: datetime, text_id: int | None = None
    ) -> Notice | None:
        """Begin to tell of a new ticket, or of a text that was added to it.

        ``None`` when there is nothing (more) to send. Without an officer the
        instance's own address is told. Raises ``LookupError`` for a ticket or
        an officer that does not exist.
        """
        ticket = _there(self._session.get(Ticket, ticket_id), "ticket", ticket_id)
        row = {"fact": ticket_fact(ticket_id, officer_id, text_id), "ticket_id": ticket_id}
        letter = self._letters.ticket(ticket, more=text_id is not None)
        return self._begin(row, ticket.agency.name, officer_id, letter, now)

    def begin_obligation(self, owed: Owed, officer_id: int | None, now: datetime) -> Notice | None:
        """Begin to tell of a call-back that is still owed; otherwise as ``begin_ticket``."""
        obligation = _there(
            self._session.get(Obligation, owed.obligation_id), "obligation", owed.obligation_id
        )
        if obligation.status != ObligationStatus.OPEN:
            return None
        row = {"fact": fact(obligation.id, officer_id, owed.occasion), "obligation_id": obligation.id}
        letter = self._letters.obligation(obligation, owed.occasion)
        return self._begin(row, obligation.agency.name, officer_id, letter, now)

    def begin_duty(self, fact: str, officer_id: int | None, letter: Letter, now: datetime) -> Notice | None:
        """Begin to tell of something about duty; otherwise as ``begin_ticket``."""
        return self._begin({"fact": fact}, POST, officer_id, letter, now)

    def sent(self, notification_id: int, now: datetime) -> None:
        """Say that the message was taken; the mark of a second sending stays."""
        self._session.execute(_SENT, {"notification_id": notification_id, "now": now})

    def failed(self, notification_id: int, error: str) -> None:
        """Say that the message was refused, so that it may be sent again."""
        self._locked(notification_id).error = FAILED + error[:900]

    def _begin(
        self,
        facts: dict[str, Any],
        otherwise: str,
        officer_id: int | None,
        letter: Letter,
        now: datetime,
    ) -> Notice | None:
        """Begin a message to an officer, or without one to the instance, named ``otherwise``."""
        officer = (
            _there(self._session.get(Officer, officer_id), "officer", officer_id) if officer_id else None
        )
        name, url = (officer.name, self._address(officer, now)) if officer else (otherwise, None)
        key = self._start({**facts, "officer_id": officer_id}, self._channel_of(url), now)
        return Notice(key, facts["fact"], name, url, letter.title, letter.body) if key is not None else None

    def _address(self, officer: Officer, now: datetime) -> str | None:
        """Give an officer's own address, else their mobile where an SMS can go there."""
        if officer.notify_url or not is_mobile(officer.mobile):
            return officer.notify_url
        line = Ways(self._session).for_officers(officer.agency_id, now)
        return f"{SMS}{line.number}/{officer.mobile}" if line else None

    def _start(self, facts: dict[str, Any], channel: str, now: datetime) -> int | None:
        row = insert_into(self._session, Notification).values(**facts, channel=channel, started_at=now)
        statement = row.on_conflict_do_nothing(index_elements=["fact"]).returning(Notification.id)
        new = self._session.execute(statement).first()
        if new is not None:
            return int(new.id)
        rows = select(Notification).where(Notification.fact == facts["fact"]).with_for_update()
        known = self._session.scalars(rows).one()
        return known.id if _again(known, channel, now) else None

    def _locked(self, notification_id: int) -> Notification:
        rows = select(Notification).where(Notification.id == notification_id).with_for_update()
        return self._session.scalars(rows).one()


_TABLE = cast(Table, Notification.__table__)
_SENT = (  # run for every message: built once, and past the ORM
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("notification_id"))
    .values(sent_at=bindparam("now"), error=case((_TABLE.c.error == AGAIN, AGAIN), else_=None))
)


def unknown_ends(session: Session, before: datetime) -> Sequence[Notification]:
    """List the messages begun before that time whose end is not known."""
    rows = select(Notification).where(Notification.sent_at.is_(None), Notification.started_at < before)
    return session.scalars(rows.order_by(Notification.id)).all()


def _again(row: Notification, channel: str, now: datetime) -> bool:
    """Decide whether a message that was begun before is sent now."""
    if row.sent_at is not None or row.error == AGAIN:
        return False
    row.error = AGAIN if row.error is None else None
    row.started_at, row.channel = now, channel
    return True


def _there(found: T | None, what: str, key: int) -> T:
    if found is None:
        raise LookupError(f"no {what} {key}")
    return found
