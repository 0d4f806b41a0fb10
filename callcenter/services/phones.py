"""Whether an officer's telephone is known to work: seen by an exchange, answered, or tried by somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Officer
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from ivr.asterisk.names import sip_interface


class Proof(StrEnum):
    """How a telephone is known to work."""

    SEEN = "seen"
    """An exchange could ring it."""
    ANSWERED = "answered"
    """A citizen's call was answered on it."""
    TRIED = "tried"
    """Somebody who may know says that it was tried."""


class Phones:
    """Keeps what is known of officers' telephones."""

    def __init__(self, session: Session) -> None:
        """Work inside the caller's transaction."""
        self._session = session

    def seen(self, interfaces: Iterable[str], now: datetime) -> None:
        """Take which members an exchange can ring; of mobiles it knows nothing before they are rung."""
        there = set(interfaces)
        query = select(Officer).where(Officer.sip_secret.is_not(None), Officer.phone_proved_at.is_(None))
        for officer in self._session.scalars(query):
            if sip_interface(officer.id) in there:
                prove(officer, Proof.SEEN, now)

    def answered(self, officer_id: int | None, now: datetime) -> None:
        """Take that an officer's telephone was answered.

        On a mobile that may have been its mailbox: only a SIP phone proves itself by it.
        """
        officer = self._session.get(Officer, officer_id or 0)
        if officer is not None and officer.sip_secret:
            prove(officer, Proof.ANSWERED, now)

    def tried(self, viewer: Viewer, officer_id: int, now: datetime) -> Officer:
        """Take somebody's word: a supervisor's for everybody, an officer's for the own telephone."""
        officer = self._session.get(Officer, possible_id(officer_id))
        if officer is None or not (viewer.sees_all or viewer.officer_id == officer.id):
            raise NotVisibleError(f"officer {officer_id}")
        prove(officer, Proof.TRIED, now)
        return officer


def prove(officer: Officer, proof: Proof, now: datetime) -> None:
    """Remember the first proof of a telephone."""
    if officer.phone_proved_at is None and (officer.sip_secret or officer.mobile):
        officer.phone_proved_at, officer.phone_proof = now, proof


def forget_if_changed(officer: Officer, sip_secret: str | None, mobile: str | None) -> None:
    """Forget the proof when another telephone takes its place."""
    before = (officer.sip_secret, None if officer.sip_secret else officer.mobile)
    if before != (sip_secret, None if sip_secret else mobile):
        officer.phone_proved_at = officer.phone_proof = None
