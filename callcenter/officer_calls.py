"""Officers' telephones on Twilio: called and hung up by REST, as the outbox owes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.services.attempts import Attempts
from callcenter.services.calls import Policy
from ivr.twilio.client import Client
from ivr.twilio.errors import TwilioError
from ivr.twilio.names import Addresses, Attempt


@dataclass(frozen=True, slots=True)
class OfficerCalls:
    """Carries out what ``Attempts`` owe: no transaction is open while the provider is slow."""

    database: Database
    policy: Policy
    client: Client
    addresses: Addresses

    def ring(self, attempt: Attempt, now: datetime) -> None:
        """Call an officer, unless that is of no use any more; raises ``TwilioError`` to be tried again.

        A worker that is killed between the call and the commit is found out by the officer's
        call itself: its first callback tells its SID, and what has a SID is not placed again.
        """
        with self.database.transaction() as session:
            placing = self._attempts(session).to_place(attempt, now)
        if placing is None:
            return
        words, told = self.addresses.officer(attempt), self.addresses.officer(attempt, "status")
        try:
            sid = self.client.place(placing.to, placing.line, words, told, placing.seconds)
        except TwilioError as error:
            self._refused(attempt, error, now)
            return
        with self.database.transaction() as session:
            of_use = self._attempts(session).placed(attempt, sid)
        if not of_use:
            self.client.hang_up(sid)

    def hang_up(self, attempt: Attempt) -> None:
        """Let an officer's telephone be quiet; one that was not called yet is never called."""
        with self.database.reading() as session:
            sid = self._attempts(session).to_hang_up(attempt)
        if sid is not None:
            self.client.hang_up(sid)

    def _refused(self, attempt: Attempt, error: TwilioError, now: datetime) -> None:
        if not error.permanent:
            raise error
        with self.database.transaction() as session:
            self._attempts(session).ended(attempt, "failed", 0, now)

    def _attempts(self, session: Session) -> Attempts:
        return Attempts(session, self.policy)
