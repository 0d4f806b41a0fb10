"""Whatever callers and officers do, each call has one outcome and its ticket is real."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from callcenter.models import CallEvent, Disposition, Ticket
from callcenter.services import numbers
from ivr.turns import Connect, Gather, Hangup, Record, Spell
from tests.phone.phone import Phone
from tests.phone.town import Town

MOVES = st.tuples(st.sampled_from("0123456789*#~~~"), st.integers(0, 9))
"""A key (``~`` is silence), and a number that decides what else may happen."""


CALLERS = st.sampled_from(["081200000001", "anonymous", "112", "x"])
TOGETHER = [HealthCheck.function_scoped_fixture]
"""One town is called by everybody."""


@settings(max_examples=80, deadline=None, suppress_health_check=TOGETHER)
@given(st.lists(MOVES, max_size=30), CALLERS)
def test_any_call_ends_in_one_disposition_with_real_tickets(
    asterisk_town: Town, moves: list[tuple[str, int]], caller: str
) -> None:
    assert _play(asterisk_town, moves, caller) in set(Disposition)


@settings(max_examples=25, deadline=None, suppress_health_check=TOGETHER)
@given(st.lists(MOVES, max_size=20), CALLERS)
def test_any_call_at_twilio_does_so_too(twilio_town: Town, moves: list[tuple[str, int]], caller: str) -> None:
    assert _play(twilio_town, moves, caller) in set(Disposition)


def _play(town: Town, moves: list[tuple[str, int]], caller: str) -> str | None:
    """Play a call to its end and look at everything that is kept of it; gives its disposition."""
    call = town.dial(caller=caller)
    for key, chance in moves:
        if call.over or isinstance(call.waits_for, Hangup):
            break
        _move(town, call, key, chance)
    call.hang_up()
    _check(town, call)
    return town.kept(call).disposition


def _move(town: Town, call: Phone, key: str, chance: int) -> None:
    call.unheard = []
    if chance == 9:
        call.driver_is_lost()
    match call.waits_for:
        case Gather(max_digits=count):
            if key == "~":
                call.stay_silent()
            else:
                call.press(key.rstrip("#") * max(1, count - chance // 8))
        case Record():
            call.say(chance * 0.7, call.MESSAGE_ENDS[chance % len(call.MESSAGE_ENDS)])
        case Connect():
            _ring(town, call, chance)


def _ring(town: Town, call: Phone, chance: int) -> None:
    officer = town.officers[chance % 2]
    if chance in (4, 5) and isinstance(call.waits_for, Connect) and call.waits_for.offers:
        call.press_while_waiting("12"[chance % 2])
    elif chance < 3:
        call.officer_answers(officer)
        call.officer_hangs_up(officer)
    else:
        call.nobody_answers(*town.officers[: chance % 3])


def _check(town: Town, call: Phone) -> None:
    kept, ticket = town.kept(call), town.ticket(call)
    assert kept.disposition_reason
    assert len(town.events(call, "hung_up")) == len(town.events(call, "disposed")) == 1
    assert (town.obligation(call) is not None) == (kept.disposition == Disposition.CALL_BACK)
    if kept.disposition in (Disposition.ANSWERED, Disposition.RECORDED):
        assert ticket
    assert {number for number in _spoken(call) if len(number) == 8} <= ({ticket.number} if ticket else set())
    assert ticket is None or numbers.is_valid(ticket.number)
    _check_keys(town, call)


def _spoken(call: Phone) -> set[str]:
    actions = [action for turn in call.turns for action in turn.actions if hasattr(action, "parts")]
    return {part.text for action in actions for part in action.parts if isinstance(part, Spell)}


def _check_keys(town: Town, call: Phone) -> None:
    kept = town.kept(call)
    with town.database.reading() as session:
        query = select(func.count(CallEvent.key.distinct()), func.count()).where(CallEvent.call_id == kept.id)
        distinct, every = session.execute(query).one()
        tickets = session.scalar(select(func.count()).select_from(Ticket).where(Ticket.call_id == kept.id))
    assert distinct == every
    assert tickets in (0, 1)
