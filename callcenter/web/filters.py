"""What a list is asked for, read from the address; nonsense asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.models import Disposition, TicketStatus
from callcenter.services.listing import ONGOING, UNDECIDED, CallFilter, TicketFilter

Asked = Mapping[str, str]
A_WEEK, MOST_DAYS = 7, 62
"""Days of a balance: when none are asked for, and on one page."""


def call_filter(asked: Asked, zone: ZoneInfo) -> CallFilter:
    """Read the filter of the list of calls."""
    return CallFilter(
        since=_day(asked.get("from"), zone),
        until=_day(asked.get("to"), zone, after=True),
        agency_id=number(asked.get("agency")),
        caller=_text(asked.get("caller")),
        disposition=_one_of(asked.get("disposition"), (*Disposition, ONGOING, UNDECIDED)),
        emergency=asked.get("emergency") == "1",
        test=asked.get("test") == "1",
    )


@dataclass(frozen=True, slots=True)
class Period:
    """Some whole days, both ends belonging to it."""

    first: date
    last: date

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Give the first moment of it, and the first one after it."""
        end = self.last + timedelta(days=1)
        return datetime.combine(self.first, time(), zone), datetime.combine(end, time(), zone)


def period(asked: Asked, zone: ZoneInfo, now: datetime) -> Period:
    """Read a period of at most ``MOST_DAYS``; without one the last week is meant."""
    today = now.astimezone(zone).date()
    until, since = _day(asked.get("to"), zone), _day(asked.get("from"), zone)
    last = until.date() if until else max(today, since.date() if since else today)
    first = since.date() if since else last - timedelta(days=A_WEEK - 1)
    if first > last:
        first, last = last, first
    return Period(max(first, last - timedelta(days=MOST_DAYS - 1)), last)


def agency(asked: Asked) -> int | None:
    """Read which agency is wanted."""
    return number(asked.get("agency"))


def ticket_filter(asked: Asked, zone: ZoneInfo, now: datetime) -> TicketFilter:
    """Read the filter of the list of tickets."""
    return TicketFilter(
        since=_day(asked.get("from"), zone),
        until=_day(asked.get("to"), zone, after=True),
        agency_id=number(asked.get("agency")),
        caller=_text(asked.get("caller")),
        status=_one_of(asked.get("status"), tuple(TicketStatus)),
        category=_one_of(asked.get("category"), ("general", "emergency")),
        number="".join(letter for letter in _text(asked.get("number")) if letter.isdigit()),
        overdue_at=now if asked.get("overdue") == "1" else None,
    )


def _day(text: str | None, zone: ZoneInfo, *, after: bool = False) -> datetime | None:
    """Read a day as its first moment, or as the first moment after it."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    if not 2000 <= day.year <= 2999:
        return None
    return datetime.combine(day + timedelta(days=after), time(), zone)


def number(text: str | None) -> int | None:
    """Read a whole number."""
    whole = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if whole and text else None


def _text(text: str | None) -> str:
    return "".join(letter for letter in (text or "").strip()[:40] if letter.isprintable())


def _one_of(text: str | None, known: tuple[str, ...]) -> str:
    return text if text in known else ""
