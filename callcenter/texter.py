"""Texts by Twilio: sent and deleted by REST, as the outbox owes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.services.calls import Policy
from callcenter.services.text_sending import Outgoing, TextSending
from callcenter.services.tickets import Tickets
from ivr.twilio.client import Client
from ivr.twilio.errors import TwilioError
from ivr.twilio.names import Addresses

CLOCKS = timedelta(minutes=1)
"""Twilio's clock is not ours, and tells whole seconds."""


@dataclass(frozen=True, slots=True)
class Texter:
    """Carries out what ``Texts`` owe: no transaction is open while the provider is slow."""

    database: Database
    policy: Policy
    client: Client
    addresses: Addresses
    programme: str

    def send(self, text_id: int, now: datetime) -> None:
        """Send a text, unless that is of no use any more; raises ``TwilioError`` to be tried again.

        Where nobody knows how the last sending ended, Twilio's list is asked
        first: what is found there is not sent twice.
        """
        with self.database.transaction() as session:
            outgoing = self._sending(session).begin(text_id, now)
        if outgoing is None:
            return
        key = self._found(outgoing)  # a list that fails says nothing of the sending
        try:
            key = key or self._sent(outgoing)
        except TwilioError as error:
            self._refused(text_id, error, now)
            return
        with self.database.transaction() as session:
            self._sending(session).sent(text_id, key, now)

    def _sent(self, outgoing: Outgoing) -> str:
        status_url = self.addresses.text_status(outgoing.text_id)
        return self.client.messages.send(outgoing.to, outgoing.sender, outgoing.body, status_url)

    def _found(self, outgoing: Outgoing) -> str | None:
        if outgoing.since is None:
            return None
        sent = self.client.messages.sent(outgoing.to, outgoing.sender, outgoing.since - CLOCKS)
        # A trial account writes words of its own in front (Twilio, "Free trial").
        same = [one.key for one in sent if one.body.endswith(outgoing.body)]
        with self.database.reading() as session:
            others = self._sending(session).known(same)
        return next((key for key in same if key not in others), None)

    def _refused(self, text_id: int, error: TwilioError, now: datetime) -> None:
        with self.database.transaction() as session:
            again = self._sending(session).refused(text_id, error, now)
        if again:
            raise error

    def _sending(self, session: Session) -> TextSending:
        tickets = Tickets(session, self.policy.secret, self.policy.zone)
        return TextSending(session, tickets, self.programme)
