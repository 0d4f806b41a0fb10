"""What an exchange recorded, as if it had been carried."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from callcenter.db import Database
from callcenter.models import ExchangeRecord


class Tape:
    """Writes records of calls; seconds count from ``start``."""

    def __init__(self, database: Database, start: datetime) -> None:
        self._database = database
        self._start = start

    def call(self, key: str, cause: int = 16, seconds: float = 60, **facts: Any) -> None:
        """A citizen's channel from beginning to end, in both files."""
        self.fact(key, "began", 0, **facts)
        self.fact(key, "ended", seconds, cause=cause)
        self.fact(key, "began", 0, source="cdr")
        self.fact(key, "ended", seconds, source="cdr")

    def fact(self, key: str, event: str, seconds: float, leg: str = "", **facts: Any) -> None:
        plain = {"provider": "asterisk", "node": "node1", "source": "cel"}
        with self._database.transaction() as session:
            at = self._start + timedelta(seconds=seconds)
            row = {**plain, "call_key": key, "channel_key": leg or key, "event": event, "at": at, **facts}
            session.add(ExchangeRecord(**row))
