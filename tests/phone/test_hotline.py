"""Every path of the hotline, played as telephone calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callcenter.models import Disposition
from callcenter.services import numbers
from tests.phone.phone import Phone
from tests.phone.town import Town


def leave_message(call: Phone) -> tuple[str, str]:
    """Speak after the beep and hear the ticket; tells its number and PIN."""
    call.expect("message")
    call.expect_beep()
    call.say(20)
    call.expect("message_kept")
    return finish_with_ticket(call)


def finish_with_ticket(call: Phone) -> tuple[str, str]:
    """Hear the ticket, then be said goodbye."""
    told = call.expect_ticket()
    call.expect("ticket_repeat")
    call.stay_silent()
    call.expect("goodbye")
    call.expect_end()
    return told


def test_a_complaint_is_left_and_its_ticket_told(town: Town) -> None:
    call = town.dial_past_language()
    call.press("2")
    call.expect("complaint")
    number, _ = leave_message(call)

    ticket = town.ticket(call)
    assert ticket
    assert ticket.number == number
    assert numbers.is_valid(number)
    assert ticket.category == "general"
    assert town.kept(call).notice_version
    assert len(town.events(call, "ticket_told")) == 1
    town.expect_outcome(call, Disposition.RECORDED, "message")


def test_an_officer_answers_and_the_ticket_is_told_afterwards(town: Town) -> None:
    officer = town.officers[0]
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    assert call.expect_ringing(f"agency-{town.code}").record_as == f"{call.key}__c__4"
    call.officer_answers(officer)
    call.advance(120)
    call.officer_hangs_up(officer)
    call.expect("talked")
    number, _ = finish_with_ticket(call)

    ticket = town.ticket(call)
    assert ticket
    assert ticket.number == number
    assert [event.kind for event in town.events(call, "officer_answered")] == ["officer_answered"]
    town.expect_outcome(call, Disposition.ANSWERED, "officer")


def test_the_caller_who_hangs_up_on_the_officer_has_a_ticket_too(town: Town) -> None:
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    call.officer_answers(town.officers[0])
    call.hang_up()

    assert town.ticket(call)
    town.expect_outcome(call, Disposition.ANSWERED, "officer")


def test_officers_are_rung_in_vain_and_a_message_is_left(town: Town) -> None:
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    call.nobody_answers(*town.officers)
    call.expect("not_answered")
    leave_message(call)

    assert [event.data["outcome"] for event in town.events(call, "officer_ended")] == [
        "no_answer",
        "no_answer",
    ]
    town.expect_outcome(call, Disposition.RECORDED, "message")


def test_nobody_on_duty_is_said_at_once(sleeping_town: Town) -> None:
    call = sleeping_town.dial_past_language()
    call.press("1")
    call.expect("nobody_on_duty")
    leave_message(call)

    assert not sleeping_town.events(call, "queued")
    sleeping_town.expect_outcome(call, Disposition.RECORDED, "message")


def test_an_emergency_without_anybody_on_duty_is_told_so_at_once(sleeping_town: Town) -> None:
    call = sleeping_town.dial_past_language()
    call.press("9")
    call.expect("emergency_nobody")
    leave_message(call)

    assert not sleeping_town.events(call, "queued")
    ticket = sleeping_town.ticket(call)
    assert ticket
    assert ticket.category == "emergency"
    assert sleeping_town.kept(call).emergency


def test_an_emergency_without_anybody_on_duty_that_is_given_up_is_owed_a_call(sleeping_town: Town) -> None:
    call = sleeping_town.dial_past_language()
    call.press("9")
    call.hang_up()
    obligation = sleeping_town.obligation(call)
    assert obligation
    assert obligation.emergency
    sleeping_town.expect_outcome(call, Disposition.CALL_BACK, "emergency_unanswered")


def test_after_the_shift_nobody_is_on_duty(town: Town) -> None:
    town.clock.advance(8 * 3600)
    call = town.dial_past_language()
    call.press("1")
    call.expect("nobody_on_duty", "message")
    call.hang_up()

    town.expect_outcome(call, Disposition.CALL_BACK, "abandoned")


def test_a_caller_who_presses_nothing_comes_to_an_officer_then_to_a_message(town: Town) -> None:
    call = town.dial_past_language()
    call.stay_silent()
    call.expect("no_key", "main_menu")
    call.stay_silent()
    call.expect("no_choice", "connecting")
    call.expect_ringing(f"agency-{town.code}")
    call.nobody_answers()
    call.expect("not_answered")
    leave_message(call)

    town.expect_outcome(call, Disposition.RECORDED, "message")


def test_three_wrong_keys_come_to_an_officer(town: Town) -> None:
    call = town.dial_past_language()
    for key in "54":
        call.press(key)
        call.expect("wrong_key", "main_menu")
    call.press("*")
    call.expect("no_choice", "connecting")
    call.hang_up()

    town.expect_outcome(call, Disposition.CALL_BACK, "abandoned")


def test_who_chooses_late_is_served_all_the_same(town: Town) -> None:
    call = town.dial_past_language()
    call.stay_silent()
    call.expect("no_key", "main_menu")
    call.press("5")
    call.expect("wrong_key", "main_menu")
    call.press("2")
    call.expect("complaint")
    leave_message(call)

    town.expect_outcome(call, Disposition.RECORDED, "message")


def test_the_menu_is_repeated_on_0(town: Town) -> None:
    call = town.dial_past_language()
    for _ in range(3):
        call.press("0")
        call.expect("main_menu")
    call.hang_up()


def test_english_is_chosen_and_the_notice_heard_again(town: Town) -> None:
    call = town.dial()
    call.expect("greeting", f"agency:{town.code}", "notice")
    call.stay_silent()
    call.expect("language_id", "language_en")
    call.press("2")
    call.expect("notice")
    call.stay_silent()
    call.expect("main_menu")
    call.press("2")
    call.expect("complaint")
    leave_message(call)

    assert town.kept(call).language == "en"
    ticket = town.ticket(call)
    assert ticket
    assert ticket.language == "en"


def test_the_notice_is_said_again_when_a_wrong_key_cut_it_short(town: Town) -> None:
    call = town.dial()
    call.expect("greeting", f"agency:{town.code}", "notice")
    call.press("1")
    call.expect("wrong_key", "notice")
    call.stay_silent()
    call.expect("language_id", "language_en")
    call.hang_up()

    assert town.kept(call).notice_version


def test_a_call_goes_on_unrecorded(town: Town) -> None:
    call = town.dial()
    call.expect("greeting", f"agency:{town.code}", "notice")
    call.press("8")
    call.expect("unrecorded", "language_id", "language_en")
    call.press("1")
    call.expect("main_menu")
    call.press("1")
    call.expect("connecting")
    assert call.expect_ringing(f"agency-{town.code}").record_as is None
    call.nobody_answers()
    call.expect("not_answered", "message_consent")
    call.press("2")
    call.expect("without_message")
    finish_with_ticket(call)

    assert town.kept(call).unrecorded
    assert town.kept(call).notice_version
    assert not town.events(call, "recorded")


@pytest.mark.parametrize("menu", ["notice", "language", "main"])
def test_an_emergency_rings_everybody_from_every_menu(town: Town, menu: str) -> None:
    call = town.dial()
    call.expect("greeting", f"agency:{town.code}", "notice")
    if menu != "notice":
        call.stay_silent()
        call.expect("language_id", "language_en")
    if menu == "main":
        call.stay_silent()
        call.expect("main_menu")
    call.press("9")
    if menu == "notice":
        call.expect("emergency_notice")
    call.expect("emergency_connecting")
    assert call.expect_ringing(f"agency-{town.code}-emergency").emergency
    call.officer_answers(town.officers[1])
    call.officer_hangs_up(town.officers[1])
    call.expect("talked")
    finish_with_ticket(call)

    ticket = town.ticket(call)
    assert ticket
    assert ticket.category == "emergency"
    assert town.kept(call).emergency
    town.expect_outcome(call, Disposition.ANSWERED, "officer")


def test_an_unanswered_emergency_leaves_a_message(town: Town) -> None:
    call = town.dial_past_language()
    call.press("9")
    call.expect("emergency_connecting")
    call.nobody_answers(*town.officers)
    call.expect("emergency_not_answered")
    leave_message(call)

    ticket = town.ticket(call)
    assert ticket
    assert ticket.category == "emergency"


def test_an_emergency_that_is_given_up_is_owed_a_call(town: Town) -> None:
    call = town.dial(caller="anonymous")
    call.expect("greeting", f"agency:{town.code}", "notice")
    call.press("9")
    call.expect("emergency_notice", "emergency_connecting")
    call.hang_up()

    obligation = town.obligation(call)
    assert obligation
    assert obligation.emergency
    town.expect_outcome(call, Disposition.CALL_BACK, "emergency_unanswered")


def test_ticket_number_and_pin_are_the_same_each_time(town: Town) -> None:
    call = town.dial_past_language()
    call.press("2")
    call.expect("complaint", "message")
    call.say(10)
    call.expect("message_kept")
    told = call.expect_ticket()
    for _ in range(5):
        call.expect("ticket_repeat")
        call.press("1")
        assert call.expect_ticket() == told
    call.expect("ticket_repeat")
    call.press("1")
    call.expect("goodbye")
    call.expect_end()


@pytest.mark.parametrize(
    ("seconds", "ended_by", "clip"),
    [
        (0, "silence", "message_empty"),
        (180, "limit", "message_limit"),
        (30, "silence", "message_kept"),
    ],
)
def test_however_a_message_ends_there_is_a_ticket(
    town: Town, seconds: float, ended_by: str, clip: str
) -> None:
    call = town.dial_past_language()
    call.press("2")
    call.expect("complaint", "message")
    call.say(seconds, ended_by)  # type: ignore[arg-type]
    call.expect(clip)
    finish_with_ticket(call)

    ticket = town.ticket(call)
    assert ticket
    assert not ticket.warning


def test_a_message_that_cannot_be_written_is_told_and_its_ticket_warns(asterisk_town: Town) -> None:
    call = asterisk_town.dial_past_language()
    call.press("2")
    call.expect("complaint", "message")
    call.say(0, "error")
    call.expect("message_failed")
    finish_with_ticket(call)

    ticket = asterisk_town.ticket(call)
    assert ticket
    assert ticket.warning


def test_a_message_that_ends_with_hanging_up_becomes_a_ticket(town: Town) -> None:
    call = town.dial_past_language()
    call.press("2")
    call.expect("complaint", "message")
    call.say(12, "hangup")
    call.hang_up()

    assert town.ticket(call)
    town.expect_outcome(call, Disposition.RECORDED, "message")


def test_the_status_of_a_ticket_is_told(town: Town) -> None:
    first = town.dial_past_language()
    first.press("2")
    first.expect("complaint")
    number, pin = leave_message(first)

    call = town.dial_past_language()
    call.press("3")
    call.expect("status_number")
    call.press(number)
    call.expect("status_pin")
    call.press(pin)
    call.expect("status_new", "main_menu")
    call.hang_up()

    assert [event.data["digits"] for event in town.events(call, "keys")] == ["3", number, "••••"]
    assert pin not in repr(town.kept(call).cursor)
    town.expect_outcome(call, Disposition.DISCARDED, "status_told")


def test_three_wrong_pins_lead_back_to_the_menu(town: Town) -> None:
    call = town.dial_past_language()
    call.press("3")
    for again in ("status_wrong", "status_wrong", ""):
        call.expect("status_number")
        call.press("00000000")
        call.expect("status_pin")
        call.press("1234")
        if again:
            call.expect(again)
    call.expect("status_refused", "main_menu")
    call.hang_up()


def test_an_incomplete_ticket_number_is_asked_again(town: Town) -> None:
    call = town.dial_past_language()
    call.press("3")
    call.expect("status_number")
    call.press("12#")
    call.expect("wrong_key", "status_number")
    call.stay_silent()
    call.expect("no_key", "status_number")
    call.stay_silent()
    call.expect("status_given_up", "main_menu")
    call.hang_up()


def test_a_number_that_is_not_in_service_is_refused(town: Town) -> None:
    call = town.dial("+62234999999")
    call.expect("unknown_number", "unknown_number_en")
    call.expect_end()

    town.expect_outcome(call, Disposition.DISCARDED, "unknown_line")


def test_the_caller_who_hangs_up_at_once_is_owed_a_call(town: Town) -> None:
    call = town.dial()
    call.hang_up()

    obligation = town.obligation(call)
    assert obligation
    assert obligation.caller_number == "+6281200000001"
    town.expect_outcome(call, Disposition.CALL_BACK, "abandoned")


def test_an_anonymous_caller_who_hangs_up_is_discarded_with_the_reason(town: Town) -> None:
    call = town.dial(caller="anonymous")
    call.hang_up()

    assert town.obligation(call) is None
    town.expect_outcome(call, Disposition.DISCARDED, "no_number")


HOSTILE = [
    '"<script>"',
    "'; DROP TABLE call;--",
    "a\r\nAction: Originate",
    "x" * 10_000,
    "\udcff\x00",
    "${SHELL(id)}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_or_number_changes_nothing(town: Town, name: str) -> None:
    call = town.dial(caller=name, name=name)
    call.expect("greeting", f"agency:{town.code}", "notice")
    call.hang_up()

    kept = town.kept(call)
    assert kept.caller_number is None
    assert kept.caller_name is None or (kept.caller_name.isprintable() and len(kept.caller_name) <= 80)


@pytest.mark.parametrize("number", HOSTILE)
def test_a_hostile_number_that_is_dialled_is_not_in_service(asterisk_town: Town, number: str) -> None:
    call = asterisk_town.dial(number=number)
    call.expect("unknown_number", "unknown_number_en")
    call.expect_end()


def test_two_calls_of_one_caller_are_two_conversations(asterisk_town: Town) -> None:
    town = asterisk_town  # at Twilio time passes for both: tests/twilio has a crowd
    first, second = town.dial_past_language(), town.dial_past_language()
    first.press("2")
    second.press("2")
    first.expect("complaint")
    second.expect("complaint")

    assert leave_message(first) != leave_message(second)
    assert town.ticket(first) != town.ticket(second)


def test_a_call_survives_the_process_that_served_it(town: Town) -> None:
    call = town.dial()
    call.driver_is_lost()
    call.expect("greeting", f"agency:{town.code}", "notice")
    call.stay_silent()
    call.driver_is_lost()
    call.expect("language_id", "language_en")
    call.stay_silent()
    call.told_twice()
    call.expect("main_menu")
    call.press("2")
    call.driver_is_lost()
    call.expect("complaint")
    leave_message(call)

    assert len(town.events(call, "offered")) == 1
    assert len(town.events(call, "recorded")) == 1
    town.expect_outcome(call, Disposition.RECORDED, "message")


def test_what_comes_after_the_hanging_up_changes_nothing(town: Town) -> None:
    call = town.dial_past_language()
    call.hang_up()
    before = town.kept(call)
    call.hang_up(side="system")
    call.officer_rings(town.officers[0])

    assert town.kept(call).ended_at == before.ended_at
    town.expect_outcome(call, Disposition.CALL_BACK, "abandoned")


def test_an_unexpected_prompt_fails_a_script(town: Town) -> None:
    call = town.dial()
    with pytest.raises(AssertionError, match="heard unexpectedly"):
        call.stay_silent()
    with pytest.raises(AssertionError, match="expected to hear"):
        call.expect("goodbye")
    call.hang_up()


@pytest.mark.parametrize("seconds", [0, 10])
def test_who_waits_is_called_back_and_keeps_the_place(town: Town, seconds: int) -> None:
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    since = town.events(call, "queued")[0].at
    call.officer_rings(town.officers[0])
    call.advance(seconds)
    call.press_while_waiting("1")
    call.expect("call_back_owed", "call_back_within", "numbers/6", "words/puluh", "call_back_minutes")
    owed = town.obligation(call)
    assert owed, "it is owed before the citizen hears of it"
    assert (owed.reason, owed.due_at) == ("asked", since + timedelta(minutes=60))
    call.expect("call_back_goodbye")
    call.expect_end()

    assert [event.data["digits"] for event in town.events(call, "keys")] == ["1", "1"]
    assert [event.data["outcome"] for event in town.events(call, "dial_ended")] == ["call_back"]
    kept = town.obligation(call)
    assert kept
    assert (kept.id, kept.attempts) == (owed.id, 1)
    assert town.ticket(call) is None
    town.expect_outcome(call, Disposition.CALL_BACK, "asked")


def test_who_asks_for_a_call_back_again_is_owed_the_same_one(town: Town) -> None:
    first = town.dial()
    first.hang_up()
    town.clock.advance(600)
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    call.press_while_waiting("1")
    call.expect("call_back_owed", "call_back_within", "numbers/5", "words/puluh", "call_back_minutes")
    call.expect("call_back_goodbye")
    call.expect_end()
    owed, before = town.obligation(call), town.obligation(first)
    assert owed
    assert before
    assert (owed.id, owed.attempts) == (before.id, 2)


def test_a_call_back_that_is_late_already_is_promised_without_a_time(town: Town) -> None:
    town.dial().hang_up()
    town.clock.advance(7200)
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    call.press_while_waiting("1")
    call.expect("call_back_owed", "call_back_goodbye")
    call.expect_end()


def test_whose_number_is_not_known_leaves_a_message_instead(town: Town) -> None:
    call = town.dial_past_language("anonymous")
    call.press("1")
    call.expect("connecting")
    call.press_while_waiting("1")
    call.expect("call_back_unknown")
    leave_message(call)
    assert town.obligation(call) is None
    town.expect_outcome(call, Disposition.RECORDED, "message")


def test_who_waits_leaves_a_message_now(town: Town) -> None:
    call = town.dial_past_language()
    call.press("1")
    call.expect("connecting")
    call.officer_rings(town.officers[0])
    call.press_while_waiting("2")
    call.expect("complaint")
    leave_message(call)
    assert town.obligation(call) is None
    assert [event.data["outcome"] for event in town.events(call, "dial_ended")] == ["message"]
    town.expect_outcome(call, Disposition.RECORDED, "message")


def test_an_emergency_is_offered_nothing_but_help(town: Town) -> None:
    call = town.dial_past_language()
    call.press("9")
    call.expect("emergency_connecting")
    assert call.expect_ringing(f"agency-{town.code}-emergency").offers == ()
    call.hang_up()
