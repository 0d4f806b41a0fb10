"""Texts as a viewer reads them: a ticket's thread, the list, and what came with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from callcenter.db import UTCDateTime
from callcenter.models import Enclosure, TextDisposition, TextMessage, TextState, Ticket
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.audit import Audit
from callcenter.services.listing import PAGE_ROWS, read_key, write_key
from callcenter.services.text_ways import Way, Ways

WANTED = ("unsent", "unplaced")
"""Lists within the list: what did not go out, and what came in and belongs to no ticket."""

_UNSENT = (TextState.FAILED, TextState.STOPPED, TextState.EXPIRED)
_UNPLACED = (TextDisposition.NO_LINE, TextDisposition.NO_NUMBER, TextDisposition.EMPTY)


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket's texts, the first one first; ``way`` leads to the citizen, who may want none (``stopped``)."""

    texts: Sequence[TextMessage]
    way: Way | None
    stopped: bool


@dataclass(frozen=True, slots=True)
class TextPage:
    """Some texts, and where the next page starts (``None`` at the end)."""

    rows: Sequence[TextMessage]
    after: str | None


class TextThreads:
    """The texts that one viewer may see."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        """Read through ``session`` what ``viewer`` may see."""
        self._session = session
        self._viewer = viewer

    def of(self, ticket: Ticket, now: datetime) -> Thread:
        """Give the texts of a ticket that the viewer was given already."""
        ways = Ways(self._session)
        way = ways.to(ticket, now)
        stopped = way is not None and ways.wants_none(way.channel, ticket.caller_number or "")
        query = select(TextMessage).where(TextMessage.ticket_id == ticket.id).order_by(TextMessage.id)
        related = (joinedload(TextMessage.account), selectinload(TextMessage.enclosures))
        return Thread(self._session.scalars(query.options(*related)).all(), way, stopped)

    def page(self, wanted: str, after: str | None) -> TextPage:
        """List texts, the newest first; ``wanted`` is one of ``WANTED``, or empty for all."""
        query = self._viewer.narrow(select(TextMessage), TextMessage.agency_id)
        if wanted == "unsent":
            query = query.where(TextMessage.state.in_(_UNSENT))
        elif wanted == "unplaced":
            query = query.where(TextMessage.disposition.in_(_UNPLACED))
        if (start := read_key(after)) is not None:
            place = tuple_(literal(start[0], UTCDateTime()), literal(start[1]))
            query = query.where(tuple_(TextMessage.at, TextMessage.id) < place)
        related = (
            joinedload(TextMessage.ticket),
            joinedload(TextMessage.agency),
            joinedload(TextMessage.line),
        )
        query = query.options(*related, selectinload(TextMessage.enclosures))
        query = query.order_by(TextMessage.at.desc(), TextMessage.id.desc()).limit(PAGE_ROWS + 1)
        rows = self._session.scalars(query).all()
        if len(rows) <= PAGE_ROWS:
            return TextPage(rows, None)
        return TextPage(rows[:PAGE_ROWS], write_key(rows[PAGE_ROWS - 1].at, rows[PAGE_ROWS - 1].id))

    def enclosure(self, enclosure_id: int, address: str, now: datetime) -> Enclosure:
        """Give an enclosure that is kept, and log that it was looked at; raises ``NotVisibleError``."""
        query = select(Enclosure).join(Enclosure.text).outerjoin(TextMessage.ticket)
        query = query.where(Enclosure.id == possible_id(enclosure_id), Enclosure.store_key.is_not(None))
        if not self._viewer.sees_all:
            own = self._viewer.narrow_tickets(select(Ticket.id))
            mine = self._viewer.narrow(select(TextMessage.id), TextMessage.agency_id)
            query = query.where(or_(TextMessage.ticket_id.in_(own), TextMessage.id.in_(mine)))
        found = self._session.scalar(query)
        if found is None:
            raise NotVisibleError(f"enclosure {enclosure_id}")
        who = self._viewer.account_id
        Audit(self._session).write(
            "playback", f"enclosure:{found.id}", account_id=who, address=address, now=now
        )
        return found
