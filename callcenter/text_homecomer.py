"""Brings home from Twilio the texts of which nobody told us, and how ours fared.

A webhook that finds our site down is not repeated for ever: what Twilio's list
has, and the database does not, is taken as if it had just come in.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from callcenter.db import Database
from callcenter.models import Line, TextMessage
from callcenter.services.calls import Policy
from callcenter.services.text_inbox import TextInbox
from callcenter.services.text_sending import TextSending
from callcenter.services.tickets import Tickets
from ivr.twilio.client import Client
from ivr.twilio.names import PROVIDER
from ivr.twilio.texts import TextFacts, came, number

log = logging.getLogger(__name__)

REACH = timedelta(hours=2)
"""How far each round looks back behind the last one that was whole."""

FIRST = timedelta(days=7)
"""How far the first round looks back: nobody knows for how long we were away, and what we have is deleted there."""


class TextHomecomer:
    """Asks Twilio first, then writes: no transaction is open while Twilio is slow."""

    def __init__(self, database: Database, policy: Policy, programme: str, client: Client) -> None:
        """Compare ``client``'s account with ``database``."""
        self._database = database
        self._policy = policy
        self._programme = programme
        self._client = client
        self._whole: datetime | None = None

    def round(self, now: datetime) -> int:
        """Write what is missing, one transaction a text, the oldest first; gives how many texts came in.

        What fails does not stop the others and is raised at the end. The next
        round tries again.
        """
        since = max(now - FIRST, (self._whole or now - FIRST) - REACH)
        facts = self._client.messages.since(since)[::-1]  # the list begins with the newest
        known, lines = self._known(facts), self._lines()
        new = [one for one in facts if one.incoming and one.key not in known and number(one.to) in lines]
        new.sort(key=lambda one: one.sent_at)
        taken = [self._tried(one, now) for one in new if one.status == "received"]
        for one in facts:
            if not one.incoming and one.key in known:
                self._hear(known[one.key], one, now)
        failed = [one for one in taken if isinstance(one, Exception)]
        if failed:
            raise failed[0]
        self._whole = now
        return sum(one is True for one in taken)

    def _tried(self, facts: TextFacts, now: datetime) -> bool | Exception:
        try:
            return self._take(facts, now)
        except Exception as error:  # told at the end, once all the others are home
            log.exception("text %s is not home", facts.key)
            return error

    def _take(self, facts: TextFacts, now: datetime) -> bool:
        enclosed = self._client.messages.enclosed(facts.key) if facts.media else ()
        with self._database.transaction() as session:
            inbox = TextInbox(session, self._policy.secret, self._policy.zone)
            return inbox.take(replace(came(facts), enclosed=enclosed), now) is not None

    def _hear(self, text_id: int, facts: TextFacts, now: datetime) -> None:
        with self._database.transaction() as session:
            tickets = Tickets(session, self._policy.secret, self._policy.zone)
            sending = TextSending(session, tickets, self._programme)
            sending.heard(text_id, facts.key, facts.status, facts.error_code, now)

    def _known(self, facts: list[TextFacts]) -> dict[str, int]:
        """Find the texts that we have."""
        keys = [one.key for one in facts]
        with self._database.reading() as session:
            rows = select(TextMessage.key, TextMessage.id).where(TextMessage.key.in_(keys))
            return {key: text_id for key, text_id in session.execute(rows) if key}

    def _lines(self) -> set[str]:
        """List our numbers: an account may have others that are no affair of ours."""
        with self._database.reading() as session:
            return set(session.scalars(select(Line.number).where(Line.provider == PROVIDER)))
