"""How a call's one outcome follows from what happened in it."""

from __future__ import annotations

from dataclasses import dataclass

from callcenter.models import Disposition

SILENT = "silent"
"""The reason beside the outcome of a call in which the caller made no use of it at all."""


ASKED = "asked"
"""The reason beside the outcome of a call in which the citizen asked to be called back."""


@dataclass(frozen=True, slots=True)
class Story:
    """What happened in a call that is over."""

    known_line: bool
    answered: bool
    """An officer talked to the citizen."""
    has_ticket: bool
    has_message: bool
    """A message was recorded, even a silent one."""
    status_told: bool
    emergency: bool
    has_number: bool
    """There is a number that can be called back."""
    test: bool = False
    """We called ourselves."""
    asked: bool = False
    """A call-back was promised."""
    line_off: bool = False
    """The line was not served: it is off (``callcenter.services.residency``)."""
    silent: bool = False
    """Nothing was pressed and nothing said; see ``callcenter.services.silence``."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A disposition and the reason a person reads beside it."""

    disposition: Disposition
    reason: str


def decide(story: Story) -> Outcome:
    """Give a call its one outcome.

    An emergency is never discarded: even without a number somebody has to
    look at it.
    """
    if story.test:
        return Outcome(Disposition.DISCARDED, "test")
    if not story.known_line:
        return Outcome(Disposition.DISCARDED, "unknown_line")
    if story.answered and story.has_ticket:
        return Outcome(Disposition.ANSWERED, "officer")
    if story.has_ticket:
        return Outcome(Disposition.RECORDED, _recorded(story))
    if story.emergency:
        return Outcome(Disposition.CALL_BACK, "emergency_unanswered")
    if story.asked:
        return Outcome(Disposition.CALL_BACK, ASKED)
    return _without_complaint(story)


def _recorded(story: Story) -> str:
    if story.silent:
        return SILENT
    return "message" if story.has_message else "ticket_without_message"


def _without_complaint(story: Story) -> Outcome:
    if story.status_told:
        return Outcome(Disposition.DISCARDED, "status_told")
    if not story.has_number:
        return Outcome(Disposition.DISCARDED, "no_number")
    if story.line_off:
        return Outcome(Disposition.CALL_BACK, "line_off")
    return Outcome(Disposition.CALL_BACK, SILENT if story.silent else "abandoned")
