"""Keys that a citizen presses while waiting at Twilio.

A key is told apart from the end of the wait, so it is kept until that is told:
who has asked for something is rung for no more, and nobody can accept them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.models import Call
from callcenter.services.attempts import Attempts, waits
from callcenter.services.calls import Policy
from callcenter.services.timeline import Timeline
from ivr.turns import OFFERS, Offer


class WaitingKeys:
    """Takes the keys of those who wait; one instance a transaction."""

    def __init__(self, session: Session, policy: Policy) -> None:
        """Write through ``session``."""
        self._timeline = Timeline(session)
        self._attempts = Attempts(session, policy)

    def take(self, call: Call | None, number: int, key: str, now: datetime) -> bool:
        """Keep what is asked for in turn ``number``; false for a key without a meaning.

        The first key counts. Whom an officer has accepted is being connected,
        which no key undoes.
        """
        action = waits(call, number)
        if call is None or action is None or OFFERS.get(key) not in action.offers:
            return False
        legs = self._attempts.of(call, number)
        if any(leg.accepted_at and not leg.ended_at for leg in legs):
            return False
        self._attempts.stop(legs, now)
        data = {"node": call.cursor.get("node", ""), "digits": key}
        self._timeline.add_once(call, now, _fact(number), "keys", data)
        return True

    def asked(self, call: Call, number: int) -> Offer | None:
        """Tell what was asked for in turn ``number``."""
        keys = self._timeline.of_kind(call, "keys")
        pressed = next((fact.data["digits"] for fact in keys if fact.key == _fact(number)), "")
        return OFFERS.get(pressed)


def _fact(number: int) -> str:
    """Name the fact as the end of any other turn by keys does."""
    return f"turn:{number}:keys"
