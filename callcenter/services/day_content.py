"""What a day's record says, as plain data and as the text that is hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

FIRST = "0" * 64
"""What stands in the place of the hash before the first record."""


@dataclass(frozen=True, slots=True)
class Post:
    """An officer on duty; ``change`` is the change of duty that brought the officer there."""

    officer: int
    role: str
    change: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An interval [starts, ends) in which the same officers were planned, or nobody."""

    starts: datetime
    ends: datetime
    people: Sequence[Post]

    @property
    def seconds(self) -> int:
        """How long it is."""
        return int((self.ends - self.starts).total_seconds())


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of duty that was in force on the day; officers by id."""

    id: int
    kind: str
    starts: datetime
    ends: datetime
    comes: Sequence[int]
    goes: Sequence[int]


@dataclass(frozen=True, slots=True)
class Rung:
    """What became of the times an officer's telephone rang, for calls offered on the day.

    ``outcomes`` counts them by the leg's outcome (``unknown`` without one).
    """

    outcomes: Mapping[str, int]
    talk_seconds: int

    @property
    def times(self) -> int:
        """How often it rang."""
        return sum(self.outcomes.values())

    @property
    def answered(self) -> int:
        """How often the officer answered."""
        return self.outcomes.get("answered", 0)

    @property
    def missed(self) -> int:
        """How often the officer did not: let it ring, or refused; a call that others took is not one."""
        return self.outcomes.get("no_answer", 0) + self.outcomes.get("busy", 0)


@dataclass(frozen=True, slots=True)
class Note:
    """A handover note that was written on the day; ``sha256`` is of its text."""

    id: int
    at: datetime
    account: int
    officer: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An account that said on the day that it read a note."""

    note: int
    at: datetime
    account: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who was to be on duty; fixed with the first version."""

    turns: Sequence[Turn]
    changes: Sequence[Changed]
    has_line: bool

    @property
    def uncovered_seconds(self) -> int:
        """How long nobody was planned; without a line nobody is owed any."""
        return sum(turn.seconds for turn in self.turns if not turn.people) if self.has_line else 0

    @property
    def officers(self) -> set[int]:
        """Everybody it names, by id."""
        changed = {one for change in self.changes for one in (*change.comes, *change.goes)}
        return changed | {post.officer for turn in self.turns for post in turn.people}


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened: calls by disposition (``undecided`` without one), officers' telephones by id, notes."""

    calls: Mapping[str, int]
    officers: Mapping[int, Rung]
    notes: Sequence[Note] = ()
    seen: Sequence[Seen] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A day's record; ``supersedes`` is the hash of the version before it, ``names`` are the officers' of then."""

    agency: int
    code: str
    agency_name: str
    day: date
    zone: str
    version: int
    supersedes: str | None
    sealed_at: datetime
    plan: Plan
    facts: Facts
    names: Mapping[int, str]


def write(content: Content) -> str:
    """Write it as canonical JSON: keys in order, no spaces, times with their offset."""
    return json.dumps(
        asdict(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def read(text: str) -> Content:
    """Read what ``write`` wrote; raises ``ValueError``, ``TypeError`` or ``KeyError`` for anything else."""
    data = json.loads(text)
    return Content(
        **{
            **data,
            "day": date.fromisoformat(data["day"]),
            "sealed_at": datetime.fromisoformat(data["sealed_at"]),
            "plan": _plan(data["plan"]),
            "facts": _facts(data["facts"]),
            "names": {int(one): name for one, name in data["names"].items()},
        }
    )


def digest(previous: str, content: str) -> str:
    """Hash a record's content onto the hash of the record before it."""
    return hashlib.sha256((previous + content).encode()).hexdigest()


def _plan(data: Mapping[str, Any]) -> Plan:
    turns = [
        Turn(_at(one, "starts"), _at(one, "ends"), [Post(**post) for post in one["people"]])
        for one in data["turns"]
    ]
    changes = [
        Changed(**{**one, "starts": _at(one, "starts"), "ends": _at(one, "ends")}) for one in data["changes"]
    ]
    return Plan(turns, changes, data["has_line"])


def _facts(data: Mapping[str, Any]) -> Facts:
    return Facts(
        data["calls"],
        {int(one): Rung(**rung) for one, rung in data["officers"].items()},
        [Note(**{**one, "at": _at(one, "at")}) for one in data["notes"]],
        [Seen(**{**one, "at": _at(one, "at")}) for one in data["seen"]],
    )


def _at(data: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(data[name])


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in a record")
