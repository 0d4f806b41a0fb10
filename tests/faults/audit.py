"""Does everything agree? Each check takes the evidence and tells, in words, what does not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.asterisk import checks
from tests.faults.evidence import Evidence, Told, e164


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not agree, and which check found it."""

    check: str
    text: str

    def __str__(self) -> str:
        return f"{self.check}: {self.text}"


def accepted_are_logged(evidence: Evidence) -> Iterator[str]:
    """Every caller to whom the exchange said anything is in the log."""
    logged = {call.caller_number for call in evidence.calls}
    for one in evidence.seen:
        if one.accepted and e164(one.caller) not in logged:
            yield f"{one.caller} called ({one.fate}) and is not in the log: {evidence.keys_of(one.caller)}"


def recorded_are_logged(evidence: Evidence) -> Iterator[str]:
    """Every call in the exchange's own records is in the log."""
    logged = {call.key for call in evidence.calls}
    for key in sorted(set(evidence.exchange) - logged):
        yield f"{key} from {evidence.exchange[key]} is in the exchange's records and not in the log"


def logged_were_placed(evidence: Evidence) -> Iterator[str]:
    """Every call in the log was placed by somebody, and as often as the exchange says."""
    callers = {e164(one.caller) for one in evidence.seen}
    for call in evidence.calls:
        if call.caller_number not in callers:
            yield f"call {call.id} from {call.caller_number} was placed by nobody"
    for caller, times in Counter(call.caller_number for call in evidence.calls).items():
        known = sum(e164(number) == caller for number in evidence.exchange.values())
        if times > max(known, 1):
            yield f"{caller} is in the log {times} times, in the exchange's records {known} times"


def one_outcome_each(evidence: Evidence) -> Iterator[str]:
    """Each call has one disposition, with its ticket or its call-back."""
    yield from checks.outcomes(evidence.calls)


def spoken_tickets_exist(evidence: Evidence) -> Iterator[str]:
    """Each ticket number that a caller heard belongs to that call's ticket, also one that the exchange made."""
    for key, heard in evidence.heard.items():
        for number in sorted(set(heard.tickets)):
            if evidence.tickets.get(number) != key:
                yield f"{key} was told {number}, which belongs to {evidence.tickets.get(number)}"
    for number in sorted(set(evidence.given) - set(evidence.provisional)):
        yield f"the exchange gave {number} alone, which belongs to no ticket"


def sounds_are_kept(evidence: Evidence) -> Iterator[str]:
    """Each recording is in the store with the hash its row says, and nothing else is there."""
    yield from checks.sounds(evidence.calls, evidence.stored)
    names = {checks.name_of(sound.store_key) for call in evidence.calls for sound in call.recordings}
    names |= {name for call in evidence.calls for name in checks.twins(call, evidence.stored)}
    for key in sorted(key for key in evidence.stored if checks.name_of(key) not in names):
        yield f"{key} is in the store and belongs to no call"
    if evidence.spool:
        yield f"still in the spool: {', '.join(evidence.spool)}"


def no_job_is_stuck(evidence: Evidence) -> Iterator[str]:
    """Each row of the outbox is done."""
    yield from (f"not done: {job}" for job in evidence.open_jobs)


def members_are_right(evidence: Evidence) -> Iterator[str]:
    """The exchange's queues have the members that the roster wants."""
    yield from evidence.wrong_members


def officers_were_told_once(evidence: Evidence) -> Iterator[str]:
    """Each message arrived, and twice only where its row says that it may have."""
    arrived = Counter(_number(title) for title, _ in evidence.letters)
    for number in sorted({one.ticket for one in evidence.told} | set(arrived)):
        rows = [one for one in evidence.told if one.ticket == number]
        least, most = sum(one.sent for one in rows), len(rows) + sum(one.again for one in rows)
        if not least <= arrived[number] <= most:
            what = f"ticket {number}" if number else "call-backs"
            yield f"{what}: {arrived[number]} messages arrived, from {least} to {most} were to be expected"


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    accepted_are_logged,
    recorded_are_logged,
    logged_were_placed,
    one_outcome_each,
    spoken_tickets_exist,
    sounds_are_kept,
    no_job_is_stuck,
    members_are_right,
    officers_were_told_once,
)


def audit(evidence: Evidence) -> list[Difference]:
    """Make every check."""
    return [Difference(check.__name__, text) for check in CHECKS for text in check(evidence)]


def twice(evidence: Evidence) -> int:
    """Count the messages that arrived a second time."""
    sent: list[Told] = [one for one in evidence.told if one.sent or one.again]
    return max(0, len(evidence.letters) - len(sent))


def _number(title: str) -> str:
    """Read the ticket's number out of a message's title; empty for call-backs and for what tells of many."""
    found = re.search(r"\b\d{8}\b", title)
    return found[0] if found else ""
