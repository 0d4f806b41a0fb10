"""How a text that is owed goes out, and what is heard of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Channel, Line, TextMessage, TextState
from callcenter.services.alarms import Alarms
from callcenter.services.callers import is_mobile
from callcenter.services.outbox import Work
from callcenter.services.text_ways import Ways
from callcenter.services.text_words import HIDDEN, write
from callcenter.services.texts import SEND
from callcenter.services.tickets import Tickets
from ivr.twilio.errors import TwilioError
from ivr.twilio.texts import PROGRESS, address

DELETE = "delete_text"

OF_USE = timedelta(hours=24)
"""A text that could not be sent for so long says nothing new any more."""

DELETABLE_AFTER = timedelta(minutes=2)
"""Page 20009: at least a minute after a text was sent or received."""

LINE_OFF = "line_off"
"""Why a text was not sent: an administrator has switched its line off meanwhile."""

REFUSED = "texts-refused"
"""The alarm on a line from which no texts can be sent."""

UNFIT_SENDER = frozenset({21401, 21601, 21606, 21612, 21659, 21661})
"""Codes of Twilio that say: not from this number."""

OPTED_OUT, OUTSIDE_WINDOW = 21610, 63016

ENDS = (TextState.DELIVERED, TextState.READ, TextState.FAILED, TextState.STOPPED, TextState.EXPIRED)
_ORDER = list(TextState)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text ready to be sent; ``since`` is when a sending began whose end is not known."""

    text_id: int
    to: str
    sender: str
    body: str
    since: datetime | None


class TextSending:
    """Sends what is owed; one instance a transaction."""

    def __init__(self, session: Session, tickets: Tickets, programme: str) -> None:
        """Write in the name of ``programme``; ``tickets`` know the PINs."""
        self._session = session
        self._tickets = tickets
        self._programme = programme
        self._ways = Ways(session)

    def begin(self, text_id: int, now: datetime) -> Outgoing | None:
        """Begin to send; ``None`` when there is nothing (more) to send.

        Raises ``LookupError`` for a text that does not exist.
        """
        text = self._locked(text_id)
        if text.state != TextState.OWED:
            return None
        if text.line is None or self._given_up(text, text.line, now):
            return None
        since, text.begun_at = text.begun_at, text.begun_at or now
        body = self._words(text)
        return Outgoing(text.id, address(text.channel, text.number), self._sender(text), body, since)

    def known(self, keys: Sequence[str]) -> set[str]:
        """Tell which of these keys are those of texts that we have: the same words may be sent twice."""
        rows = select(TextMessage.key).where(TextMessage.key.in_(keys))
        return {key for key in self._session.scalars(rows) if key}

    def sent(self, text_id: int, key: str, now: datetime) -> None:
        """Say that Twilio took the text."""
        text = self._locked(text_id)
        text.key = text.key or key
        if text.state == TextState.OWED:
            text.state, text.error = TextState.QUEUED, None
        Alarms(self._session).clear(REFUSED, self._number(text), now)

    def refused(self, text_id: int, error: TwilioError, now: datetime) -> bool:
        """Take that Twilio refused the text; tells whether it is to be tried again."""
        text = self._locked(text_id)
        if error.status:  # an answer came: the text was surely not taken
            text.begun_at = None
        if not error.permanent:
            return True
        if error.code in UNFIT_SENDER:
            detail = f"SMS dari nomor {self._number(text)} ditolak penyedia: {error.words}"
            Alarms(self._session).raise_(REFUSED, self._number(text), detail, now)
            if (other := self._ways.other(text)) is not None:
                text.line = other
                return True
        if error.code == OPTED_OUT:
            self._ways.stop(text.channel, text.number, now)
            self._end(text, TextState.STOPPED, None, now)
        else:
            self._end(text, TextState.FAILED, str(error.code or error.status), now)
        return False

    def heard(self, text_id: int, key: str, status: str, code: int, now: datetime) -> None:
        """Take how a text fares, as often and in whatever order it is told.

        Raises ``LookupError`` for a text that does not exist, and for a key
        that is another's.
        """
        text = self._locked(text_id)
        if text.incoming or (text.key is not None and text.key != key):
            raise LookupError(f"text {text_id} is not {key[:40]!r}")
        text.key = key
        state = TextState(PROGRESS[status]) if status in PROGRESS else None
        if state is None or not _is_news(TextState(text.state or TextState.OWED), state):
            return
        if state is TextState.FAILED:
            self._end(text, state, str(code) if code else status, now)
            self._otherwise(text, code, now)
        elif state in ENDS:
            self._end(text, state, None, now)
        else:
            text.state = state

    def _otherwise(self, text: TextMessage, code: int, now: datetime) -> None:
        """Send by SMS what WhatsApp does not deliver so late."""
        if code != OUTSIDE_WINDOW or text.channel != Channel.WHATSAPP or not is_mobile(text.number):
            return
        again = TextMessage(
            fact=f"{text.fact}:sms",
            incoming=False,
            channel=Channel.SMS,
            line_id=text.line_id,
            agency_id=text.agency_id,
            ticket_id=text.ticket_id,
            account_id=text.account_id,
            number=text.number,
            wording=text.wording,
            body="" if text.wording else text.body,
            state=TextState.OWED,
            at=now,
        )
        self._session.add(again)
        self._session.flush()
        Work(self._session).owe(SEND, f"text:{again.id}", {"text_id": again.id}, now)

    def _given_up(self, text: TextMessage, line: Line, now: datetime) -> bool:
        """End a text that nobody wants, or wants any more."""
        confirms = text.wording == "stop"  # the one answer to who wants no more
        if not confirms and self._ways.wants_none(text.channel, text.number):
            self._end(text, TextState.STOPPED, None, now)
        elif not self._ways.is_open(line):
            self._end(text, TextState.EXPIRED, LINE_OFF, now)
        elif text.begun_at is None and now - text.at > OF_USE:
            self._end(text, TextState.EXPIRED, text.error, now)
        return text.ended_at is not None

    def _end(self, text: TextMessage, state: TextState, error: str | None, now: datetime) -> None:
        text.state, text.error = state, error
        text.ended_at = text.ended_at or now
        if text.key is not None:
            owe_deletion(self._session, text.key, now)

    def _words(self, text: TextMessage) -> str:
        """Give what is sent; what is kept of it shows no PIN."""
        if text.wording is None:
            return text.body
        ticket = text.ticket
        language, number = (ticket.language, ticket.number) if ticket else ("id", "")
        pin = self._tickets.pin(ticket) if ticket and _tells_pin(text.wording) else ""
        text.body = write(text.wording, self._programme, language, number, HIDDEN)
        return write(text.wording, self._programme, language, number, pin)

    def _sender(self, text: TextMessage) -> str:
        return address(text.channel, self._number(text))

    def _number(self, text: TextMessage) -> str:
        return text.line.number if text.line else ""

    def _locked(self, text_id: int) -> TextMessage:
        rows = select(TextMessage).where(TextMessage.id == text_id).with_for_update(of=TextMessage)
        text = self._session.scalar(rows)
        if text is None:
            raise LookupError(f"no text {text_id}")
        return text


def owe_deletion(session: Session, key: str, now: datetime) -> None:
    """Owe that Twilio forgets a text which we have."""
    Work(session).owe(DELETE, f"text-deleted:{key}", {"key": key}, now, due=now + DELETABLE_AFTER)


def _tells_pin(wording: str) -> bool:
    return wording in ("number", "opened", "urgent")


def _is_news(before: TextState, after: TextState) -> bool:
    """Tell whether a state is further than the one before; an end stays, only being read goes beyond it."""
    if before in ENDS:
        return (before, after) == (TextState.DELIVERED, TextState.READ)
    return _ORDER.index(after) > _ORDER.index(before)
