"""Lists of calls, tickets, call-backs and texts: filtered, and paged by key.

A page starts after the last row of the former one (its time and id), so that
rows which arrive meanwhile neither shift nor double what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from callcenter.db import UTCDateTime
from callcenter.models import (
    Agency,
    Call,
    Dispatch,
    DispatchStatus,
    Obligation,
    ObligationStatus,
    TextDisposition,
    TextMessage,
    TextState,
    Ticket,
)
from callcenter.services.access import Viewer
from callcenter.services.audit import Audit
from callcenter.services.callers import normalise
from callcenter.services.tickets import called

PAGE_ROWS = 50
ONGOING = "ongoing"
"""In place of a disposition: calls that are not over."""
UNDECIDED = "undecided"
"""The same: calls that are over and have none."""
TEXTS = ("unsent", "unplaced")
"""Lists of texts: what did not go out, and what came in and belongs to no ticket."""
_UNSENT = (TextState.FAILED, TextState.STOPPED, TextState.EXPIRED)
_UNPLACED = (TextDisposition.NO_LINE, TextDisposition.NO_NUMBER, TextDisposition.EMPTY)
Row = TypeVar("Row", Call, Ticket, Obligation, TextMessage)
_LOWERED = "L"


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are wanted; ``None`` and empty leave nothing out."""

    since: datetime | None = None
    until: datetime | None = None
    agency_id: int | None = None
    caller: str = ""
    disposition: str = ""
    emergency: bool = False
    test: bool = False
    """Test calls of our own in place of the citizens'."""


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets are wanted; ``overdue_at`` keeps those late at that time."""

    since: datetime | None = None
    until: datetime | None = None
    agency_id: int | None = None
    caller: str = ""
    status: str = ""
    category: str = ""
    number: str = ""
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and where the next page starts (``None`` at the end)."""

    rows: Sequence[Row]
    after: str | None


class Listing:
    """The lists one viewer may see."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        """Read through ``session`` what ``viewer`` may see."""
        self._session = session
        self._viewer = viewer

    def calls(self, wanted: CallFilter, after: str | None = None) -> Page[Call]:
        """List calls, the newest first."""
        query = self._viewer.narrow_calls(select(Call).where(Call.test.is_(wanted.test)))
        query = _between(query, Call.offered_at, wanted.since, wanted.until)
        query = _common(query, Call, wanted.agency_id, wanted.caller)
        query = _of_outcome(query, wanted.disposition)
        if wanted.emergency:
            query = query.where(Call.emergency)
        return self._page(query.options(joinedload(Call.agency)), Call.offered_at, Call.id, after)

    def tickets(self, wanted: TicketFilter, after: str | None = None) -> Page[Ticket]:
        """List tickets, the newest first."""
        query = self._viewer.narrow_tickets(select(Ticket))
        query = _between(query, Ticket.opened_at, wanted.since, wanted.until)
        query = _common(query, Ticket, wanted.agency_id, wanted.caller)
        for column, value in (
            (Ticket.status, wanted.status),
            (Ticket.category, wanted.category),
        ):
            query = query.where(column == value) if value else query
        if wanted.number:
            query = query.where(called(wanted.number))
        if wanted.overdue_at:
            query = query.where(Ticket.status == "new", Ticket.verify_by < wanted.overdue_at)
        return self._page(query.options(joinedload(Ticket.agency)), Ticket.opened_at, Ticket.id, after)

    def tickets_of(self, calls: Sequence[Call]) -> dict[int, Ticket]:
        """Find the tickets of calls, by call id."""
        ids = [call.id for call in calls]
        found = self._session.scalars(select(Ticket).where(Ticket.call_id.in_(ids)))
        return {ticket.call_id: ticket for ticket in found if ticket.call_id is not None}

    def untaken(self, tickets: Sequence[Ticket]) -> set[int]:
        """Find those of the tickets, by id, that no officer has accepted."""
        ids = [ticket.id for ticket in tickets]
        waiting = select(Dispatch.ticket_id).where(Dispatch.ticket_id.in_(ids), Dispatch.done_at.is_(None))
        return set(self._session.scalars(waiting.where(Dispatch.status == DispatchStatus.WAITING)))

    def obligations(self, status: str = ObligationStatus.OPEN, after: str | None = None) -> Page[Obligation]:
        """List call-backs: open ones by deadline, the others newest first.

        What a mark lowers comes behind all the others.
        """
        related = (joinedload(Obligation.agency), joinedload(Obligation.owner), joinedload(Obligation.call))
        query = select(Obligation).where(Obligation.status == status).options(*related)
        query = self._viewer.narrow(query, Obligation.agency_id)
        if status == ObligationStatus.OPEN:
            return self._by_deadline(query, after or "")
        return self._page(query, Obligation.closed_at, Obligation.id, after)

    def texts(self, wanted: str, after: str | None = None) -> Page[TextMessage]:
        """List texts, the newest first; ``wanted`` is one of ``TEXTS``, or empty for all."""
        query = self._viewer.narrow(select(TextMessage), TextMessage.agency_id)
        if wanted == "unsent":
            query = query.where(TextMessage.state.in_(_UNSENT))
        elif wanted == "unplaced":
            query = query.where(TextMessage.disposition.in_(_UNPLACED))
        related = (joinedload(TextMessage.ticket), joinedload(TextMessage.agency))
        query = query.options(*related, selectinload(TextMessage.enclosures))
        return self._page(query, TextMessage.at, TextMessage.id, after)

    def agencies(self) -> Sequence[Agency]:
        """List the agencies this viewer can choose from."""
        query = self._viewer.narrow(select(Agency), Agency.id)
        return self._session.scalars(query.order_by(Agency.name, Agency.id)).all()

    def note_search(self, caller: str, address: str, now: datetime) -> None:
        """Log that calls or tickets of one person were searched."""
        subject = f"caller:{normalise(caller) or caller}"
        Audit(self._session).write(
            "search", subject, account_id=self._viewer.account_id, address=address, now=now
        )

    def _by_deadline(self, query: Select[Obligation], after: str) -> Page[Obligation]:
        order = (Obligation.lowered, Obligation.due_at, Obligation.id)
        if start := read_key(after.removeprefix(_LOWERED)):
            place = (after.startswith(_LOWERED), literal(start[0], UTCDateTime()), literal(start[1]))
            query = query.where(tuple_(*order) > tuple_(*place))
        rows = self._session.scalars(query.order_by(*order).limit(PAGE_ROWS + 1)).all()
        if len(rows) <= PAGE_ROWS:
            return Page(rows, None)
        last = rows[PAGE_ROWS - 1]
        return Page(rows[:PAGE_ROWS], _LOWERED * last.lowered + write_key(last.due_at, last.id))

    def _page(
        self,
        query: Select[Row],
        time: InstrumentedAttribute[Any],
        key: InstrumentedAttribute[int],
        after: str | None,
    ) -> Page[Row]:
        start = read_key(after)
        if start is not None:
            query = query.where(
                tuple_(time, key) < tuple_(literal(start[0], UTCDateTime()), literal(start[1]))
            )
        query = query.order_by(time.desc(), key.desc()).limit(PAGE_ROWS + 1)
        rows = self._session.scalars(query).all()
        if len(rows) <= PAGE_ROWS:
            return Page(rows, None)
        last = rows[PAGE_ROWS - 1]
        return Page(rows[:PAGE_ROWS], write_key(getattr(last, time.key), last.id))


def write_key(time: datetime, row_id: int) -> str:
    """Write where a page ended."""
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{row_id}"


def read_key(text: str | None) -> tuple[datetime, int] | None:
    """Read where a page ended; ``None`` for anything that is no such place."""
    moment, _hyphen, number = (text or "").partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(number)
    except ValueError:
        return None


def _between(
    query: Select[Row],
    time: InstrumentedAttribute[datetime],
    since: datetime | None,
    until: datetime | None,
) -> Select[Row]:
    """Keep the half-open interval [since, until)."""
    if since is not None:
        query = query.where(time >= since)
    return query if until is None else query.where(time < until)


def _of_outcome(query: Select[Row], disposition: str) -> Select[Row]:
    if disposition == ONGOING:
        return query.where(Call.ended_at.is_(None))
    if disposition == UNDECIDED:
        return query.where(Call.ended_at.is_not(None), Call.disposition.is_(None))
    return query.where(Call.disposition == disposition) if disposition else query


def _common(query: Select[Row], model: Any, agency_id: int | None, caller: str) -> Select[Row]:
    if agency_id is not None:
        query = query.where(model.agency_id == agency_id)
    return query.where(_of_caller(model.caller_number, caller)) if caller else query


def _of_caller(column: InstrumentedAttribute[str | None], caller: str) -> Any:
    """Match a whole number however it is written, else the last digits of one."""
    number = normalise(caller)
    if number is not None:
        return column == number
    digits = "".join(letter for letter in caller if letter in "0123456789")
    return column.endswith(digits) if len(digits) >= 3 else column == caller
