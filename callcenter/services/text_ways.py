"""By which line and channel a citizen is written to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callcenter.models import Channel, Line, TextMessage, TextStop, Ticket
from callcenter.services.callers import is_mobile
from callcenter.services.line_checks import active_lines
from callcenter.services.residency import Residency
from callcenter.services.upsert import insert_into
from ivr.twilio.names import PROVIDER

WINDOW = timedelta(hours=24)
"""Twilio, "WhatsApp: customer care window": free words may be sent for 24 h after the citizen's last message."""

MARGIN = timedelta(minutes=5)
"""A text that is owed shortly before the window closes might come too late."""


@dataclass(frozen=True, slots=True)
class Way:
    """From which line, and on which channel."""

    line: Line
    channel: Channel


class Ways:
    """Finds the way to a citizen; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Read through ``session``."""
        self._session = session

    def to(self, ticket: Ticket, now: datetime) -> Way | None:
        """Give the way to whoever opened a ticket; ``None`` where there is none.

        Who wrote by WhatsApp lately is answered there, everybody else with a
        mobile by SMS: from the line that was called or written to, else another
        of the agency's, else the one that sends for all.
        """
        number = ticket.caller_number
        if number is None:
            return None
        last = self._last(ticket)
        if last is not None and last.channel == Channel.WHATSAPP and now - last.at < WINDOW - MARGIN:
            return self._of(last, Channel.WHATSAPP) or self._by_sms(ticket, last, number, now)
        return self._by_sms(ticket, last, number, now)

    def back(self, text: TextMessage) -> Way | None:
        """Give the way back to whoever sent a text."""
        return self._of(text, Channel(text.channel))

    def for_officers(self, agency_id: int, now: datetime) -> Line | None:
        """Give the line from which an agency's officers are written to."""
        return self._first(self._candidates(agency_id, now))

    def other(self, text: TextMessage) -> Line | None:
        """Give the line that sends for all, where it is not the one that could not send this text."""
        lines = self._session.scalars(select(Line).where(Line.texts_for_all, Line.id != text.line_id))
        return self._first(lines)

    def is_open(self, line: Line) -> bool:
        """Tell whether a line may (still) be used."""
        return self._first([line]) is not None

    def wants_none(self, channel: str, number: str) -> bool:
        """Tell whether a number wants no messages on a channel."""
        return self._session.get(TextStop, (channel, number)) is not None

    def stop(self, channel: str, number: str, now: datetime) -> None:
        """Send a number nothing any more on a channel."""
        row = insert_into(self._session, TextStop).values(channel=channel, number=number, since=now)
        self._session.execute(row.on_conflict_do_nothing())

    def start(self, channel: str, number: str) -> None:
        """Send a number messages again."""
        if (row := self._session.get(TextStop, (channel, number))) is not None:
            self._session.delete(row)

    def _by_sms(self, ticket: Ticket, last: TextMessage | None, number: str, now: datetime) -> Way | None:
        if not is_mobile(number):
            return None
        of_call = ticket.call.line_id if ticket.call else None
        used = [last.line_id if last else None, of_call]
        lines = self._candidates(ticket.agency_id, now, *used)
        line = self._first(sorted(lines, key=lambda it: used.index(it.id) if it.id in used else len(used)))
        return Way(line, Channel.SMS) if line else None

    def _candidates(self, agency_id: int, now: datetime, *ids: int | None) -> list[Line]:
        wanted = or_(Line.agency_id == agency_id, Line.texts_for_all, Line.id.in_([*filter(None, ids)]))
        lines = select(Line).where(Line.provider == PROVIDER, wanted, *active_lines(now.date()))
        return list(self._session.scalars(lines.order_by(Line.texts_for_all, Line.id)))

    def _last(self, ticket: Ticket) -> TextMessage | None:
        """Find what whoever opened a ticket wrote about it last: officers and strangers write about it, too."""
        theirs = (TextMessage.ticket_id == ticket.id, TextMessage.number == ticket.caller_number)
        texts = select(TextMessage).where(*theirs, TextMessage.incoming)
        return self._session.scalar(texts.order_by(TextMessage.id.desc()).limit(1))

    def _of(self, text: TextMessage, channel: Channel) -> Way | None:
        line = self._first([text.line] if text.line else [])
        return Way(line, channel) if line else None

    def _first(self, lines: Iterable[Line]) -> Line | None:
        """Give the first line that may be used: an administrator has switched it on."""
        served = Residency(self._session).served(it for it in lines if it.provider == PROVIDER)
        return next(iter(served), None)
