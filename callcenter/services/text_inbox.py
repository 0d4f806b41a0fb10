"""Texts that come in: each is written down, has one outcome, and nothing of it is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.models import (
    CallerKind,
    Enclosure,
    Line,
    TextDisposition,
    TextMessage,
    Ticket,
)
from callcenter.services import callers, text_words
from callcenter.services.complaint import Complaints
from callcenter.services.line_checks import active_lines
from callcenter.services.officers_texts import OfficersTexts
from callcenter.services.outbox import Work
from callcenter.services.text_sending import owe_deletion
from callcenter.services.text_ways import Ways
from callcenter.services.text_words import Wish
from callcenter.services.texts import Texts
from callcenter.services.tickets import Tickets, called
from callcenter.services.upsert import insert_into
from ivr.twilio.names import PROVIDER
from ivr.twilio.texts import Arrived

FETCH = "fetch_enclosure"

THREAD = timedelta(hours=72)
"""What a number writes within this time belongs to the ticket it wrote about last."""

MOST_TICKETS = 5
"""Tickets a day, and emergencies as well, that texts of one number open; what is beyond is added to the last."""

LONGEST = 1600
_ANSWERS = {"wrong": "wrong", "locked": "locked"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a text, and what is answered."""

    disposition: TextDisposition
    ticket: Ticket | None = None
    wording: str | None = None


class TextInbox:
    """Takes texts; one instance a transaction."""

    def __init__(self, session: Session, secret: bytes, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._zone = zone
        self._complaints = Complaints(session, secret, zone)
        self._tickets = Tickets(session, secret, zone)
        self._officers = OfficersTexts(session)
        self._texts = Texts(session)
        self._ways = Ways(session)

    def take(self, arrived: Arrived, now: datetime) -> TextMessage | None:
        """Take a text, as often as it is told; ``None`` when it was taken before."""
        self._one_by_one(_number(arrived))
        line = self._line(arrived.to, now)
        text = self._written(arrived, line, now)
        if text is None:
            return None
        outcome = self._outcome(text, arrived, line, now)
        text.disposition, text.ticket = outcome.disposition, outcome.ticket
        if outcome.ticket is not None:
            text.agency_id = outcome.ticket.agency_id
        if outcome.wording is not None:
            self._texts.reply(text, outcome.wording, outcome.ticket, now)
        self._bring_home(text, arrived, now)
        return text

    def _outcome(self, text: TextMessage, arrived: Arrived, line: Line | None, now: datetime) -> Outcome:
        if line is None:
            return Outcome(TextDisposition.NO_LINE)
        if callers.identify(arrived.sender, "").kind is not CallerKind.E164:
            return Outcome(TextDisposition.NO_NUMBER)
        wish = text_words.read(arrived.body)
        if wish.kind in ("stop", "start", "help"):
            return self._keyword(text, wish, arrived, now)
        own = wish.urgent or wish.fresh  # officers are citizens, too: their emergency is no answer
        if not own and (told := self._officers.told(text, now)) is not None:
            ticket, wording = self._officers.take(text, told, now)
            return Outcome(TextDisposition.OFFICER, ticket, wording)
        if wish.kind == "status":
            return self._status(text, wish)
        if wish.kind == "empty" and not arrived.enclosed:
            return Outcome(TextDisposition.EMPTY)
        return self._complaint(text, wish, line, now)

    def _keyword(self, text: TextMessage, wish: Wish, arrived: Arrived, now: datetime) -> Outcome:
        if wish.kind == "stop":
            self._ways.stop(text.channel, text.number, now)
        elif wish.kind == "start":
            self._ways.start(text.channel, text.number)
        answered = arrived.answered or (text.channel == "sms" and wish.word in _AT_TWILIO)
        return Outcome(TextDisposition(wish.kind), wording=None if answered else wish.kind)

    def _status(self, text: TextMessage, wish: Wish) -> Outcome:
        """Tell a status to who knows the PIN, or holds the telephone the ticket came from."""
        own = self._own(text.number, wish.number)
        if own is not None and not wish.pin:
            return Outcome(TextDisposition.STATUS, own, f"status:{own.status}")
        if not wish.pin:
            return Outcome(TextDisposition.STATUS, wording="wrong" if wish.number else "help")
        found = self._tickets.status(wish.number, wish.pin)
        if found["result"] != "found":
            return Outcome(TextDisposition.STATUS, wording=_ANSWERS[found["result"]])
        ticket = self._session.scalars(select(Ticket).where(called(wish.number))).first()
        return Outcome(TextDisposition.STATUS, ticket, f"status:{found['status']}")

    def _complaint(self, text: TextMessage, wish: Wish, line: Line, now: datetime) -> Outcome:
        """Add to the ticket that is meant, or open one: families share telephones, so a thread ends in time."""
        named = self._own(text.number, wish.number) if wish.number else None
        last = self._thread(text, now)
        known = named or (None if wish.fresh or wish.urgent else last)
        if known is None and self._opened_today(text.number, now, wish.urgent) >= MOST_TICKETS:
            known = last
        if wish.urgent and known is not None and known.category != "emergency":
            known = None  # an emergency is told faster than the ticket it would be added to
        if known is not None:
            self._complaints.added(known, text, now)
            return Outcome(TextDisposition.ADDED, known, "added")
        ticket = self._complaints.written(text, line.agency_id, now, urgent=wish.urgent)
        return Outcome(TextDisposition.OPENED, ticket, "urgent" if wish.urgent else "opened")

    def _own(self, number: str, named: str) -> Ticket | None:
        """Find the ticket that is named among those of a number; without a name the last one."""
        mine = select(Ticket).where(Ticket.caller_number == number).order_by(Ticket.id.desc()).limit(1)
        return self._session.scalar(mine.where(called(named)) if named else mine)

    def _thread(self, text: TextMessage, now: datetime) -> Ticket | None:
        """Find the ticket that this number wrote about last, or was written to about, lately."""
        mine = (TextMessage.number == text.number, TextMessage.channel == text.channel)
        lately = (
            TextMessage.at > now - THREAD,
            TextMessage.ticket_id.is_not(None),
            TextMessage.id != text.id,
        )
        last = select(TextMessage).where(*mine, *lately).order_by(TextMessage.id.desc()).limit(1)
        found = self._session.scalar(last)
        return found.ticket if found is not None and _is_theirs(found.ticket, text.number) else None

    def _opened_today(self, number: str, now: datetime, urgent: bool) -> int:
        opened = (TextMessage.number == number, TextMessage.disposition == TextDisposition.OPENED)
        kind = Ticket.category == "emergency" if urgent else Ticket.category != "emergency"
        count = select(func.count(TextMessage.id)).join(TextMessage.ticket).where(*opened, kind)
        return self._session.scalar(count.where(TextMessage.at > now - timedelta(days=1))) or 0

    def _one_by_one(self, number: str) -> None:
        """Let another text of this number wait: two at once would each open a ticket. SQLite has one writer."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(number, 0))))

    def _line(self, number: str, now: datetime) -> Line | None:
        today = now.astimezone(self._zone).date()
        mine = select(Line).where(Line.provider == PROVIDER, Line.number == number, *active_lines(today))
        return self._session.scalar(mine)

    def _written(self, arrived: Arrived, line: Line | None, now: datetime) -> TextMessage | None:
        row = insert_into(self._session, TextMessage).values(
            fact=f"text:{arrived.key}",
            key=arrived.key,
            incoming=True,
            channel=arrived.channel,
            line_id=line.id if line else None,
            agency_id=line.agency_id if line else None,
            number=_number(arrived),
            name=callers.printable(arrived.name),
            body=text_words.without_pin(_clean(arrived.body)),
            at=now,
        )
        statement = row.on_conflict_do_nothing(index_elements=["fact"]).returning(TextMessage.id)
        new = self._session.execute(statement).first()
        return self._session.get(TextMessage, new.id) if new else None

    def _bring_home(self, text: TextMessage, arrived: Arrived, now: datetime) -> None:
        """Owe that what lies at Twilio is fetched, and then deleted there."""
        for one in arrived.enclosed:
            text.enclosures.append(Enclosure(key=one.key, content_type=one.content_type))
        self._session.flush()
        for enclosure in text.enclosures:
            payload = {"enclosure_id": enclosure.id}
            Work(self._session).owe(FETCH, f"enclosure:{enclosure.key}", payload, now)
        if not text.enclosures:
            owe_deletion(self._session, arrived.key, now)


_AT_TWILIO = text_words.STOP_AT_TWILIO | text_words.START_AT_TWILIO | text_words.HELP_AT_TWILIO


def _number(arrived: Arrived) -> str:
    return callers.normalise(arrived.sender) or callers.printable(arrived.sender, 40) or "-"


def _is_theirs(ticket: Ticket | None, number: str) -> bool:
    """Tell whether a thread's ticket goes on: also one that was closed, whose citizen was asked to answer."""
    return ticket is not None and ticket.caller_number == number


def _clean(body: str) -> str:
    """Keep a text's lines, without control characters."""
    lines = body[: LONGEST * 4].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter == "\n" or letter.isprintable()).strip()[:LONGEST]
