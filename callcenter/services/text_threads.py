"""Texts as a viewer reads them: a ticket's thread, and what came with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from callcenter.models import Enclosure, TextMessage, Ticket
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.audit import Audit
from callcenter.services.text_ways import Way, Ways


@dataclass(frozen=True, slots=True)
class Thread:
    """A ticket's texts, the first one first; ``way`` leads to the citizen, who may want none (``stopped``)."""

    texts: Sequence[TextMessage]
    way: Way | None
    stopped: bool


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
