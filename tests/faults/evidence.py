"""What is known of a run afterwards, from everybody who took part, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, Notification, Outbox, Ticket
from callcenter.services.notifications import AGAIN
from callcenter.services.summaries import SUMMARY
from ivr.asterisk.dialplan import node_digits
from ivr.asterisk.names import DEGRADED
from ivr.asterisk.records import ChannelRecord, parse_channel_record
from ivr.damm import check_digit
from tests.asterisk import checks
from tests.asterisk.ledger import details
from tests.asterisk.stories import Story, stories
from tests.faults.house import House
from tests.faults.postbox import Letter
from tests.faults.spoken import Heard
from tests.faults.witness import Seen


@dataclass(frozen=True, slots=True)
class Told:
    """A message to an officer, as its row says; ``ticket`` is its number, empty for a call-back."""

    fact: str
    ticket: str
    sent: bool
    again: bool
    """The row says that the message may have been sent twice."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that must agree."""

    seen: Sequence[Seen] = ()
    exchange: Mapping[str, str] = field(default_factory=dict)
    """The exchange's own records: the caller's number by the call's key."""
    degraded: frozenset[str] = frozenset()
    """Calls that ended in the dialplan's own path."""
    calls: Sequence[Story] = ()
    heard: Mapping[str, Heard] = field(default_factory=dict)
    tickets: Mapping[str, str] = field(default_factory=dict)
    """The call's key by the ticket's number."""
    given: Sequence[str] = ()
    """The numbers that the exchange gave alone, by its own counter."""
    provisional: Sequence[str] = ()
    """The numbers of that sort that tickets have."""
    stored: Mapping[str, str] = field(default_factory=dict)
    spool: Sequence[str] = ()
    open_jobs: Sequence[str] = ()
    wrong_members: Sequence[str] = ()
    told: Sequence[Told] = ()
    letters: Sequence[Letter] = ()

    def keys_of(self, caller: str) -> list[str]:
        """Give the keys of the calls that a caller's number made, as exchange and log know them."""
        logged = {call.key for call in self.calls if call.caller_number == e164(caller)}
        return sorted(logged | {key for key, number in self.exchange.items() if number == caller})


def e164(caller: str) -> str:
    """Write a caller's number as the log does."""
    return f"+62{caller[1:]}"


def gather(house: House, seen: Sequence[Seen], letters: Sequence[Letter]) -> Evidence:
    """Ask everybody; the machine must be whole again."""
    ended = [record for record in details(house) if record.is_citizen]
    began = list(_citizens(house.settings.asterisk_dir / "log/cel-custom/cel.csv"))
    with house.database.reading() as session:
        return Evidence(
            seen=seen,
            exchange={record.linkedid: record.caller for record in (*ended, *began)},
            degraded=frozenset(record.linkedid for record in (*ended, *began) if record.context == DEGRADED),
            calls=stories(session),
            heard=dict(house.listener.calls),
            tickets={number: key for number, key in session.execute(_TICKETS)},
            given=list(given(house.settings.node, house.references())),
            provisional=list(session.scalars(_PROVISIONAL)),
            stored=checks.stored(house.home / "store"),
            spool=[path.name for path in house.settings.spool_dir.rglob("*") if path.is_file()],
            open_jobs=[f"{row.kind} for {row.fact}: {row.error}" for row in session.scalars(_OPEN)],
            wrong_members=[f"{one.action} {dict(one.fields)}" for one in house.wrong_members()],
            told=list(_told(session)),
            letters=list(letters),
        )


_TICKETS = select(Ticket.number, Call.key).join(Call, Call.id == Ticket.call_id)
_PROVISIONAL = select(Ticket.provisional).where(Ticket.provisional.is_not(None))
_OPEN = (  # what tells of many tickets at once is owed for later on purpose
    select(Outbox).where(Outbox.done_at.is_(None), Outbox.kind != "notify_summary").order_by(Outbox.id)
)


def given(node: str, count: int) -> Iterator[str]:
    """Tell the numbers that a node's exchange has given when its counter stands at ``count``."""
    for number in range(1, count + 1):
        body = f"9{node_digits(node)}{number:04d}"
        yield f"{body}{check_digit(body)}"


def _citizens(path: Path) -> Iterator[ChannelRecord]:
    for line in path.read_bytes().splitlines():
        record = parse_channel_record(line)
        if isinstance(record, ChannelRecord) and record.is_citizen:
            yield record


def _told(session: Session) -> Iterator[Told]:
    rows = select(Notification, Ticket.number).outerjoin(Ticket, Ticket.id == Notification.ticket_id)
    for row, number in session.execute(rows.where(Notification.channel != SUMMARY)):
        again = row.error is not None and row.error.startswith(AGAIN)
        yield Told(row.fact, number or "", row.sent_at is not None, again)
