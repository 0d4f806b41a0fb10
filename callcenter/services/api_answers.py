"""Answers to requests that carry a key, so that a program may safely ask again after a lost line."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callcenter.models import ApiAnswer
from callcenter.services.fields import FieldError
from callcenter.services.upsert import insert_into

KEPT = timedelta(days=7)
LONGEST_KEY = 200
HEADER = "Idempotency-Key"


class ApiAnswers:
    """The kept answers of one account."""

    def __init__(self, session: Session, account_id: int) -> None:
        """Work inside the caller's transaction, the one in which the request is carried out."""
        self._session = session
        self._account_id = account_id

    def claim(self, key: str, request_hash: str, now: datetime) -> ApiAnswer:
        """Take a key for a request; without a ``status`` it is new, and to be carried out.

        Who comes second waits for the first's transaction. Raises ``FieldError``
        for a key that is none, or that another request has.
        """
        if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            raise FieldError(HEADER, "bad_key", key)
        self._forget(now)
        facts = {"account_id": self._account_id, "key": key, "request_hash": request_hash, "at": now}
        insert = insert_into(self._session, ApiAnswer).values(**facts)
        self._session.execute(insert.on_conflict_do_nothing(index_elements=["account_id", "key"]))
        query = select(ApiAnswer).where(ApiAnswer.account_id == self._account_id, ApiAnswer.key == key)
        answer = self._session.scalars(query).one()
        if answer.request_hash != request_hash:
            raise FieldError(HEADER, "used_key", key)
        return answer

    def _forget(self, now: datetime) -> None:
        old = delete(ApiAnswer).where(ApiAnswer.account_id == self._account_id, ApiAnswer.at < now - KEPT)
        self._session.execute(old)
