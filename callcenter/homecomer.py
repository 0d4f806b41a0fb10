"""Brings home from Twilio what our log does not have."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from callcenter.db import Database
from callcenter.services.calls import Policy
from callcenter.services.twilio_gaps import Gap, Gaps, gather
from callcenter.services.twilio_home import TwilioHome
from ivr.twilio.client import Client

SECOND = timedelta(seconds=1)
"""Twilio's times are whole ones, and its clock is not ours."""

log = logging.getLogger(__name__)

REACH = timedelta(hours=2)
"""How far each round looks back behind the last one that was whole."""

FIRST = timedelta(days=1)
"""How far the first round looks back: nobody knows for how long we were away."""

FARTHEST = timedelta(days=7)
"""How far back the end of a call is looked for that is open in the log."""


class Homecomer:
    """Asks Twilio first, then writes: no transaction is open while Twilio is slow."""

    def __init__(self, database: Database, policy: Policy, ring_seconds: int, client: Client) -> None:
        """Compare ``client``'s account with ``database``."""
        self._database = database
        self._policy = policy
        self._ring_seconds = ring_seconds
        self._client = client
        self._whole: datetime | None = None

    def round(self, now: datetime) -> int:
        """Write what is missing, one transaction a call; gives how many calls.

        What fails does not stop the others and is raised at the end; Twilio's
        own failures are raised as ``TwilioError``. The next round tries again.
        """
        since = self._since(now)
        seen = gather(self._client.calls(since), self._client.recordings(since), now)
        with self._database.reading() as session:
            gaps = list(Gaps(session, self._policy.zone).find(seen, now))
        failed = [error for gap in gaps if (error := self._taken(gap, now)) is not None]
        if failed:
            raise failed[0]
        self._whole = now
        return len(gaps)

    def _since(self, now: datetime) -> datetime:
        with self._database.reading() as session:
            oldest = Gaps(session, self._policy.zone).open_since(now - FARTHEST)
        since = max(now - FIRST, (self._whole or now - FIRST) - REACH)
        return min(since, oldest - SECOND) if oldest else since

    def _taken(self, gap: Gap, now: datetime) -> Exception | None:
        try:
            with self._database.transaction() as session:
                TwilioHome(session, self._policy, self._ring_seconds).take(gap, now)
        except IntegrityError:
            log.info("call %s was brought home by somebody else", gap.seen.sid)
        except Exception as error:  # told at the end, once all the others are home
            log.exception("call %s was not brought home", gap.seen.sid)
            return error
        return None
