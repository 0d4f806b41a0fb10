"""One-off turns of duty from a calendar (RFC 5545): what of it lies in a period.

An event's officer is its summary, or what follows the last colon of it, as in
our own calendars; the word before that colon may tell the role. Events outside
of the period are left out, those that cross its edge are cut there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import takewhile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event, vRecur

from callcenter.roster.plan import Role
from callcenter.services import fields
from callcenter.services.csv_table import MAX_BYTES, MAX_ROWS, Mistake, UnreadableError
from callcenter.services.duty_rows import Period, Turn, role
from callcenter.services.duty_work import LONGEST
from callcenter.services.fields import FieldError

DAY = timedelta(days=1)
_Event = Any
"""An icalendar Event: what its properties hold is looked at here, not promised by its types."""
MOST_REPETITIONS = 50_000
"""Looked at in one file, also those before the period."""


class _Rule(NamedTuple):
    parts: frozenset[str]
    most: int
    """The largest interval."""


_RULES = {
    "DAILY": _Rule(frozenset({"INTERVAL"}), 400),
    "WEEKLY": _Rule(frozenset({"INTERVAL", "BYDAY", "WKST"}), 60),
    "MONTHLY": _Rule(frozenset({"INTERVAL", "BYDAY", "BYMONTHDAY", "WKST"}), 6),
}
_ENDS = {"FREQ", "COUNT", "UNTIL"}
_TIMED = {"DTSTART": date, "DTEND": date, "RECURRENCE-ID": date, "DURATION": timedelta}


def read(data: bytes, zone: ZoneInfo, period: Period) -> tuple[list[Turn], list[Mistake]]:
    """Read the turns of a period on the clocks of ``zone``, numbered like the events; raises ``UnreadableError``."""
    if len(data) > MAX_BYTES:
        raise UnreadableError(Mistake(0, "", "too_big"))
    try:
        events = [event for event in Calendar.from_ical(data).walk("VEVENT") if isinstance(event, Event)]
    except Exception:  # icalendar fails on nonsense in many ways
        raise UnreadableError(Mistake(0, "", "broken_calendar")) from None
    if len(events) > MAX_ROWS:
        raise UnreadableError(Mistake(0, "", "too_many_rows"))
    return _Reading(zone, period, events).turns()


@dataclass(frozen=True, slots=True)
class _Times:
    """When an event begins, and for how long it lasts; naive on the clocks of ``zone``."""

    starts: datetime
    length: timedelta
    zone: tzinfo
    all_day: bool


class _Reading:
    """One calendar's events."""

    def __init__(self, zone: ZoneInfo, period: Period, events: list[_Event]) -> None:
        self._zone = zone
        self._events = events
        self._first = datetime.combine(period.first, time())
        self._last = datetime.combine(period.last + DAY, time())
        self._left = MOST_REPETITIONS
        self._moved: dict[str, set[datetime | date]] = defaultdict(set)
        for event in events:
            self._note_moved(event)

    def turns(self) -> tuple[list[Turn], list[Mistake]]:
        turns: list[Turn] = []
        mistakes: list[Mistake] = []
        for number, event in enumerate(self._events, start=1):
            try:
                turns += self._of(number, event)
            except OverflowError:
                mistakes.append(Mistake(number, "starts", "impossible_date"))
            except FieldError as error:
                mistakes.append(Mistake(number, error.field, error.code, error.value[:60]))
            if len(turns) > MAX_ROWS:
                raise UnreadableError(Mistake(number, "", "too_many_rows"))
        return turns, mistakes

    def _of(self, number: int, event: _Event) -> list[Turn]:
        if str(event.get("STATUS", "")).strip().upper() == "CANCELLED":
            return []
        _refuse_broken(event)
        times = self._times(event)
        pieces = [piece for at in self._occurrences(event, times) for piece in self._pieces(at, times)]
        officer, as_what = _who(event) if pieces else ("", Role.PRIMARY)
        return [Turn(number, begins, ends, officer, as_what) for begins, ends in pieces]

    def _times(self, event: _Event) -> _Times:
        if "DTSTART" not in event:
            raise FieldError("starts", "empty")
        start = event["DTSTART"].dt
        all_day = not isinstance(start, datetime)
        length = _length(event, start)
        if not timedelta() < length <= LONGEST:
            raise FieldError("ends", "before_start" if length <= timedelta() else "too_far")
        first = datetime.combine(start, time()) if all_day else start
        return _Times(first.replace(tzinfo=None), length, first.tzinfo or self._zone, all_day)

    def _occurrences(self, event: _Event, times: _Times) -> list[datetime]:
        """List the starts that may reach into the period, on the event's own clocks."""
        if "RRULE" not in event:
            return [times.starts]
        until = self._last + 2 * DAY  # no two clocks are further apart
        gone = _excepted(event, times) | self._moved[str(event.get("UID", ""))]
        found = []
        for at in takewhile(lambda at: at < until, _repeated(event["RRULE"], times)):
            self._left -= 1
            if self._left < 0:
                raise FieldError("starts", "too_many_repetitions")
            if at + times.length + 2 * DAY > self._first and self._instant(at, times) not in gone:
                found.append(at)
        return found

    def _note_moved(self, event: _Event) -> None:
        """Remember which repetition another event takes the place of."""
        at = getattr(event.get("RECURRENCE-ID"), "dt", None) if not event.errors else None
        if isinstance(at, date) and 1970 <= at.year < 2200:  # others are told where the event is read
            self._moved[str(event.get("UID", ""))].add(_instant(at, self._zone))

    def _instant(self, at: datetime, times: _Times) -> datetime | date:
        return at.date() if times.all_day else _instant(at, times.zone)

    def _here(self, at: datetime, zone: tzinfo) -> datetime:
        """Give a time of the event's clocks on ours, in whole minutes."""
        return at.replace(tzinfo=zone).astimezone(self._zone).replace(tzinfo=None, second=0, microsecond=0)

    def _pieces(self, start: datetime, times: _Times) -> Iterator[tuple[datetime, datetime]]:
        """Cut to the period, and to days as a table knows them."""
        at = max(self._here(start, times.zone), self._first)
        last = min(self._here(start + times.length, times.zone), self._last)
        while at < last:
            yield at, min(at + DAY, last)
            at += DAY


def _refuse_broken(event: _Event) -> None:
    for name, _reason in event.errors:
        raise FieldError(str(name).lower(), "bad_event", str(event.get(name, ""))[:60])
    if "RDATE" in event:
        raise FieldError("starts", "unknown_repetition", "RDATE")
    if not isinstance(event.get("RRULE", vRecur()), vRecur):
        raise FieldError("starts", "unknown_repetition", "RRULE")
    for name, kind in _TIMED.items():
        if name in event:
            _refuse_unreadable(event[name], kind)


def _refuse_unreadable(value: Any, kind: type) -> None:
    at = getattr(value, "dt", None)
    if not isinstance(at, kind):
        raise FieldError("starts", "bad_event", str(value)[:60])
    if isinstance(at, datetime) and at.tzinfo is None and "TZID" in value.params:
        raise FieldError("starts", "unknown_zone", str(value.params["TZID"]))
    if isinstance(at, date) and not 1970 <= at.year < 2200:
        raise FieldError("starts", "impossible_date", str(at))


def _length(event: _Event, start: date) -> timedelta:
    """Tell how long an event lasts on the clocks on which it begins."""
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return length
    if "DTEND" not in event:
        if isinstance(start, datetime):
            raise FieldError("ends", "empty")
        return DAY
    end = event["DTEND"].dt
    if isinstance(start, datetime) != isinstance(end, datetime):
        raise FieldError("ends", "bad_event", str(end))
    if not isinstance(start, datetime):
        days: int = (end - start).days
        return days * DAY
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise FieldError("ends", "bad_event", str(end))
    return _naive(end, start.tzinfo) - _naive(start, start.tzinfo)


def _repeated(rule: Any, times: _Times) -> Iterator[datetime]:
    """Give the starts that a rule makes, on the event's own clocks."""
    said = {str(name).upper(): value for name, value in rule.items()}
    if not _is_plain(said):
        raise FieldError("starts", "unknown_repetition", _text(rule)[:60])
    until = _until(said.pop("UNTIL", [None])[0], times)
    try:
        return iter(rrulestr(_text(vRecur(said)), dtstart=times.starts).replace(until=until))
    except (ValueError, TypeError, IndexError):
        raise FieldError("starts", "unknown_repetition", _text(rule)[:60]) from None


def _text(rule: Any) -> str:
    return str(rule.to_ical().decode())


def _is_plain(said: Mapping[str, Sequence[Any]]) -> bool:
    """Tell whether a rule finds a day soon, so that nothing looks for one for ever."""
    kind = str(said.get("FREQ", [""])[0]).upper()
    both_ends = {"COUNT", "UNTIL"} <= set(said)
    if kind not in _RULES or both_ends or not set(said) <= _RULES[kind].parts | _ENDS:
        return False
    days = [int(day) for day in said.get("BYMONTHDAY", [])]
    ordinals = [abs(one.relative or 1) for one in said.get("BYDAY", [])]
    return (
        1 <= int(said.get("INTERVAL", [1])[0]) <= _RULES[kind].most
        and all(1 <= abs(day) <= 31 for day in days)
        and all(1 <= ordinal <= 5 for ordinal in ordinals)
        and not (days and ordinals)
    )


def _until(until: date | None, times: _Times) -> datetime | None:
    """Give a rule's end on the event's own clocks."""
    if until is None:
        return None
    if not isinstance(until, datetime):
        return datetime.combine(until, time.max)
    return _naive(until, times.zone if until.tzinfo else None)


def _excepted(event: _Event, times: _Times) -> set[datetime | date]:
    listed = event.get("EXDATE", [])
    lists = listed if isinstance(listed, list) else [listed]
    return {_instant(one.dt, times.zone) for found in lists for one in found.dts}


def _naive(at: datetime, zone: tzinfo | None) -> datetime:
    """Give what a clock of ``zone`` shows; without one ``at`` is that already."""
    return at.astimezone(zone).replace(tzinfo=None) if zone else at


def _instant(at: date, zone: tzinfo) -> datetime | date:
    if not isinstance(at, datetime):
        return at
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _who(event: _Event) -> tuple[str, Role]:
    """Read the officer's name, and the role where the words before it tell one."""
    before, _, name = str(event.get("SUMMARY", "")).rpartition(":")
    words = before.split()
    try:
        as_what = role(words[-1]) if words else Role.PRIMARY
    except FieldError:
        as_what = Role.PRIMARY
    return fields.text("officer", name), as_what
