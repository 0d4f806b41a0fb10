"""Callers who call again, silent callers, and callers whose number is marked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callcenter.models import Disposition, NuisanceMark
from tests import factories
from tests.phone.phone import Phone
from tests.phone.town import Town

NUMBER = "+6281200000001"


def mark(town: Town) -> None:
    with town.database.transaction() as session:
        factories.active_mark(session, NUMBER, expires_at=town.clock() + timedelta(days=30))


def give_up(town: Town, *, emergency: bool = False) -> Phone:
    call = town.dial()
    if emergency:
        call.unheard = []
        call.press("9")
    call.hang_up()
    return call


def stay_silent_to_the_end(town: Town) -> Phone:
    """Say nothing, press nothing, and hang up while the officer's telephone rings."""
    call = town.dial_past_language()
    call.stay_silent()
    call.expect("no_key", "main_menu")
    call.stay_silent()
    call.expect("no_choice", "connecting")
    call.hang_up()
    return call


def test_who_calls_again_and_again_is_owed_one_call_back(town: Town) -> None:
    first = give_up(town)
    town.clock.advance(120)
    second = give_up(town)
    owed, again = town.obligation(first), town.obligation(second)
    assert owed
    assert again
    assert owed.id == again.id
    assert (again.attempts, again.due_at) == (2, again.opened_at + timedelta(minutes=60))


def test_who_is_heard_afterwards_is_owed_nothing_more(town: Town) -> None:
    first = give_up(town)
    town.clock.advance(60)
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    call.officer_answers(town.officers[0])
    call.hang_up()
    owed = town.obligation(first)
    assert owed
    assert (owed.status, owed.fulfilled_by_id) == ("done", town.kept(call).id)
    assert town.ticket(call)
    assert town.obligation(call) is None


def test_an_emergency_among_the_attempts_is_due_in_minutes(town: Town) -> None:
    first = give_up(town)
    town.clock.advance(600)
    give_up(town, emergency=True)
    owed = town.obligation(first)
    assert owed
    assert owed.emergency
    assert owed.due_at == town.clock() + timedelta(minutes=5)


def test_a_silent_call_is_called_so_and_the_third_one_is_proposed(town: Town) -> None:
    for _ in range(3):
        call = stay_silent_to_the_end(town)
        town.expect_outcome(call, Disposition.CALL_BACK, "silent")
        town.clock.advance(600)
    with town.database.reading() as session:
        proposed = session.scalars(select(NuisanceMark)).one()
    assert (proposed.number, proposed.reason, proposed.status) == (NUMBER, "silent", "proposed")
    assert proposed.call_id == town.kept(call).id


def test_a_silent_message_is_called_so_too(town: Town) -> None:
    call = town.dial_past_language()
    call.stay_silent()
    call.expect("no_key", "main_menu")
    call.stay_silent()
    call.expect("no_choice", "connecting")
    call.nobody_answers()
    call.expect("not_answered", "message")
    call.say(0.4, "silence")
    call.expect("message_empty")
    call.expect_ticket()
    call.expect("ticket_repeat")
    call.hang_up()
    town.expect_outcome(call, Disposition.RECORDED, "silent")


@pytest.mark.parametrize(("marked", "priority"), [(False, 5), (True, 0)])
def test_a_mark_lowers_the_place_in_the_queue(town: Town, marked: bool, priority: int) -> None:
    if marked:
        mark(town)
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    assert call.expect_ringing(f"agency-{town.code}").priority == priority
    call.officer_answers(town.officers[0])
    call.officer_hangs_up(town.officers[0])
    call.expect("talked")
    call.expect_ticket()
    call.expect("ticket_repeat")
    call.hang_up()
    town.expect_outcome(call, Disposition.ANSWERED, "officer")


@pytest.mark.parametrize("marked", [False, True])
def test_no_mark_touches_an_emergency(town: Town, marked: bool) -> None:
    if marked:
        mark(town)
    call = town.dial_past_language()
    call.press("9")
    call.expect("emergency_connecting")
    assert call.expect_ringing(f"agency-{town.code}-emergency").priority == 10
    call.hang_up()
    owed = town.obligation(call)
    assert owed
    assert (owed.emergency, owed.lowered) == (True, False)
    assert owed.due_at == town.clock() + timedelta(minutes=5)


def test_a_marked_caller_is_served_and_owed_as_everybody_only_later(town: Town) -> None:
    mark(town)
    owed = town.obligation(give_up(town))
    assert owed
    assert owed.lowered
    assert owed.due_at == town.clock() + timedelta(minutes=240)
