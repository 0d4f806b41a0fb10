"""Telling officers what they have to do: once for each fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Table, bindparam, case, select, update
from sqlalchemy.orm import Session

from callcenter.models import (
    Dispatch,
    DispatchStatus,
    Notification,
    Obligation,
    ObligationStatus,
    Officer,
    Ticket,
)
from callcenter.services.callers import is_mobile
from callcenter.services.dispatch_links import token
from callcenter.services.dispatches import dispatch_fact
from callcenter.services.letters import MORE, NEW, UNTAKEN, Letter, Letters
from callcenter.services.summaries import SUMMARY, Summaries
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

    def __init__(
        self, session: Session, channel_of: ChannelOf, letters: Letters, key: bytes | None = None
    ) -> None:
        """Write through ``session``; ``channel_of`` names the way to an address, ``key`` signs links."""
        self._session = session
        self._summaries = Summaries(session)
        self._key = key
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
        if self._summaries.takes(row, ticket, officer_id, now):
            return None
        accept = self._accept(self._open_dispatch(ticket_id), officer_id)
        letter = self._letters.ticket(ticket, MORE if text_id else NEW, accept)
        return self._begin(row, ticket.agency.name, officer_id, letter, now)

    def begin_dispatch(
        self, dispatch_id: int, officer_id: int | None, channel: str, now: datetime
    ) -> Notice | None:
        """Begin to tell of a ticket that nobody has accepted; otherwise as ``begin_ticket``.

        ``channel`` is ``main``, the officer's own, or ``sms``.
        """
        it = _there(self._session.get(Dispatch, dispatch_id), "dispatch", dispatch_id)
        if it.status != DispatchStatus.WAITING:
            return None
        row = {"fact": dispatch_fact(it.id, officer_id, channel), "ticket_id": it.ticket_id}
        if self._summaries.takes(row, it.ticket, officer_id, now):
            return None
        letter = self._letters.ticket(it.ticket, UNTAKEN, self._accept(it, officer_id))
        name = it.ticket.agency.name
        return self._begin(row, name, officer_id, letter, now, by_sms=channel == "sms")

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

    def begin_summary(self, officer_id: int | None, fact: str, now: datetime) -> Notice | None:
        """Begin to tell in one message of all that was too much for single ones; otherwise as ``begin_ticket``."""
        count = self._summaries.waiting(officer_id)
        if not count:
            return None
        return self._begin({"fact": fact}, POST, officer_id, self._letters.summary(count), now)

    def sent(self, notification_id: int, now: datetime) -> None:
        """Say that the message was taken; the mark of a second sending stays."""
        self._session.execute(_SENT, {"notification_id": notification_id, "now": now})

    def failed(self, notification_id: int, error: str) -> None:
        """Say that the message was refused, so that it may be sent again; a mark stays."""
        row = self._locked(notification_id)
        mark = f"{AGAIN}; " if row.error == AGAIN else ""
        row.error = mark + FAILED + error[:900]

    def _begin(
        self,
        facts: dict[str, Any],
        otherwise: str,
        officer_id: int | None,
        letter: Letter,
        now: datetime,
        *,
        by_sms: bool = False,
    ) -> Notice | None:
        """Begin a message to an officer, or without one to the instance, named ``otherwise``."""
        officer = (
            _there(self._session.get(Officer, officer_id), "officer", officer_id) if officer_id else None
        )
        name, url = (officer.name, self._address(officer, now, by_sms)) if officer else (otherwise, None)
        if by_sms and url is None:
            return None  # the way that there was is there no more
        key = self._start({**facts, "officer_id": officer_id}, self._channel_of(url), now)
        return Notice(key, facts["fact"], name, url, letter.title, letter.body) if key is not None else None

    def _address(self, officer: Officer, now: datetime, by_sms: bool) -> str | None:
        """Give an officer's own address, else (or ``by_sms``) their mobile where an SMS can go there."""
        if officer.notify_url and not by_sms:
            return officer.notify_url
        if not is_mobile(officer.mobile):
            return None
        line = Ways(self._session).for_officers(officer.agency_id, now)
        return f"{SMS}{line.number}/{officer.mobile}" if line else None

    def _open_dispatch(self, ticket_id: int) -> Dispatch | None:
        mine = select(Dispatch).where(Dispatch.ticket_id == ticket_id, Dispatch.done_at.is_(None))
        return self._session.scalar(mine)

    def _accept(self, it: Dispatch | None, officer_id: int | None) -> str | None:
        """Write the link that accepts, for who has not."""
        if it is None or officer_id is None or self._key is None:
            return None
        return token(it.id, officer_id, self._key)

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
    """List the messages begun before that time whose end is not known; what waits for a summary is not begun."""
    begun = (Notification.channel != SUMMARY, Notification.started_at < before)
    rows = select(Notification).where(Notification.sent_at.is_(None), *begun)
    return session.scalars(rows.order_by(Notification.id)).all()


def _again(row: Notification, channel: str, now: datetime) -> bool:
    """Decide whether a message that was begun before is sent now."""
    if row.sent_at is not None or row.error == AGAIN or row.channel == SUMMARY:
        return False
    row.error = AGAIN if row.error is None or row.error.startswith(AGAIN) else None
    row.started_at, row.channel = now, channel
    return True


def _there(found: T | None, what: str, key: int) -> T:
    if found is None:
        raise LookupError(f"no {what} {key}")
    return found
