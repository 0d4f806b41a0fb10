"""The engine: what is said and asked after each event."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr import engine
from ivr.codec import cursor_from_dict, cursor_to_dict, turn_from_dict, turn_to_dict
from ivr.engine import Step
from ivr.events import Answer, DialEnded, Digits, Event, HungUp, Offered, Recorded, TimedOut
from ivr.flow import builtin
from ivr.turns import AgencyName, Clip, Connect, Gather, Hangup, Number, Offer, Record, Say, Spell

FACTS = {
    "call": "node1-1700.1",
    "agency_code": "dinsos",
    "agency_name": "Dinas Sosial",
    "queue": "agency-dinsos",
    "emergency_queue": "agency-dinsos-emergency",
    "max_message_seconds": "90",
    "connect_seconds": "30",
}
SILENCE = TimedOut("t")
OPENED = Answer("q", {"ticket_number": "12345674", "ticket_pin": "0042"})
NOBODY = Answer("q", {"on_duty": "no"})
ON_DUTY = Answer("q", {"on_duty": "yes"})
MESSAGE = Recorded("r", "name", 7.5, "key")
BOTH: tuple[Offer, ...] = ("call_back", "message")
WAITS = (SILENCE, SILENCE, Digits("k", "1"), ON_DUTY)


def keys(digits: str) -> Digits:
    return Digits("k", digits)


def after(*events: Event) -> Step:
    """Play the events to the hotline; every cursor passes through JSON on its way."""
    step = engine.start(builtin("hotline"), FACTS)
    for event in events:
        step = engine.step(builtin("hotline"), cursor_from_dict(cursor_to_dict(step.cursor)), event)
    return step


def clips(step: Step) -> list[str]:
    assert step.turn
    actions = [action for action in step.turn.actions if isinstance(action, Say | Gather)]
    return [part.name for action in actions for part in action.parts if isinstance(part, Clip)]


def last(step: Step) -> object:
    assert step.turn
    return step.turn.actions[-1]


def test_greeting_and_notice_are_one_turn_with_the_agency_named() -> None:
    step = after()

    assert step.turn
    assert step.trail == ("greeting", "notice")
    assert step.turn.number == 1
    assert step.turn.actions == (
        Gather("id", (Clip("greeting"), AgencyName("dinsos", "Dinas Sosial"), Clip("notice")), 1, 1.0),
    )


def test_the_notice_is_kept_with_its_version_once_it_was_heard() -> None:
    assert "notice" not in after().cursor.facts
    assert after(SILENCE).cursor.facts["notice"] == builtin("hotline").notice_version


def test_a_wrong_key_at_the_notice_has_it_said_again_in_full() -> None:
    step = after(keys("5"))

    assert step.turn
    assert step.turn.actions == (
        Say("id", (Clip("wrong_key"), Clip("notice"))),
        Gather("id", (), 1, 1.0),
    )
    assert after(keys("5"), keys("5")).cursor.node == "language"


def test_key_8_goes_on_unrecorded() -> None:
    step = after(keys("8"), SILENCE, keys("1"), ON_DUTY)

    assert step.cursor.facts["unrecorded"] == "yes"
    assert step.cursor.facts["notice"]
    assert last(step) == Connect("id", "agency-dinsos", 30, None, priority=5, offers=BOTH)


def test_an_unrecorded_caller_is_asked_before_a_message_and_may_decline() -> None:
    asked = after(keys("8"), SILENCE, keys("2"))
    declined = after(keys("8"), SILENCE, keys("2"), keys("2"))

    assert "message_consent" in clips(asked)
    assert declined.query
    assert declined.query.name == "open_ticket"
    assert isinstance(last(after(keys("8"), SILENCE, keys("2"), keys("1"))), Record)


def test_nothing_pressed_at_the_language_menu_means_indonesian_without_repeating() -> None:
    step = after(SILENCE, SILENCE)

    assert step.cursor.language == "id"
    assert clips(step) == ["main_menu"]


def test_english_is_remembered_and_the_notice_told_again() -> None:
    assert clips(after(SILENCE, keys("2"))) == ["notice"]
    step = after(SILENCE, keys("2"), SILENCE)

    assert step.turn
    assert step.turn.actions == (Gather("en", (Clip("main_menu"),), 1, 5.0),)


def test_three_missing_inputs_bring_the_caller_to_an_officer() -> None:
    language, main, main_again = SILENCE, SILENCE, SILENCE
    step = after(SILENCE, language, main, main_again)

    assert step.query
    assert step.query.name == "duty"
    connected = after(SILENCE, language, main, main_again, ON_DUTY)
    assert clips(connected) == ["no_choice", "connecting"]
    kept = "node1-1700.1__c__5"
    assert last(connected) == Connect("id", "agency-dinsos", 30, kept, priority=5, offers=BOTH)


def test_who_asks_for_a_call_back_hears_until_when() -> None:
    asked = after(*WAITS, DialEnded("d", "call_back"))
    assert asked.query
    assert asked.query.name == "call_back"
    promised = Answer("q", {"call_back": "within", "call_back_minutes": "60"})
    step = after(*WAITS, DialEnded("d", "call_back"), promised)
    assert step.turn
    assert isinstance(step.turn.actions[0], Say)
    assert Number(60) in step.turn.actions[0].parts
    assert isinstance(last(step), Hangup)


def test_who_cannot_be_called_back_is_asked_for_a_message() -> None:
    step = after(*WAITS, DialEnded("d", "call_back"), Answer("q", {"call_back": "no"}))
    assert clips(step) == ["call_back_unknown", "message"]
    assert isinstance(last(step), Record)


def test_who_asks_to_leave_a_message_does_so_at_once() -> None:
    step = after(*WAITS, DialEnded("d", "message"))
    assert clips(step) == ["complaint", "message"]
    assert isinstance(last(step), Record)


def test_what_a_flow_does_not_offer_ends_the_wait_in_vain() -> None:
    step = after(SILENCE, SILENCE, keys("9"), ON_DUTY, DialEnded("d", "message"))
    assert clips(step)[0] == "emergency_not_answered"


def test_wrong_keys_are_told_and_bring_nobody_to_the_end() -> None:
    assert clips(after(SILENCE, SILENCE, keys("7"))) == ["wrong_key", "main_menu"]
    assert after(SILENCE, SILENCE, keys("7"), keys("7"), keys("")).cursor.node == "officer"
    assert clips(after(SILENCE, SILENCE, keys("7"), SILENCE)) == ["no_key", "main_menu"]
    assert after(SILENCE, SILENCE, keys("7"), SILENCE, SILENCE).cursor.node == "officer"
    assert clips(after(SILENCE, SILENCE, SILENCE, keys("7"))) == ["wrong_key", "main_menu"]
    assert after(SILENCE, SILENCE, SILENCE, keys("7"), keys("7")).cursor.node == "officer"


def test_a_choice_after_a_silence_is_taken() -> None:
    for key in "12390":
        late, early = after(SILENCE, SILENCE, SILENCE, keys(key)), after(SILENCE, SILENCE, keys(key))
        assert late.cursor.node == early.cursor.node


def test_nobody_on_duty_is_said_at_once_before_the_message() -> None:
    step = after(SILENCE, SILENCE, keys("1"), NOBODY)

    assert clips(step) == ["nobody_on_duty", "message"]
    assert last(step) == Record("id", "node1-1700.1__m__4", 90, 6)


def test_an_unanswered_ring_leads_to_a_message() -> None:
    for outcome in ("no_answer", "nobody", "failed", "caller_gone"):
        step = after(SILENCE, SILENCE, keys("1"), ON_DUTY, DialEnded("d", outcome))
        assert clips(step) == ["not_answered", "message"]


def test_the_ticket_is_told_digit_by_digit_and_cannot_be_cut_short() -> None:
    step = after(SILENCE, SILENCE, keys("2"), MESSAGE, OPENED)

    assert step.turn
    said, gather = step.turn.actions
    assert said == Say(
        "id",
        (Clip("message_kept"), Clip("ticket_number"), Spell("12345674"), Clip("ticket_pin"), Spell("0042")),
    )
    assert gather == Gather("id", (Clip("ticket_repeat"),), 1, 6.0)


def test_the_ticket_is_told_again_as_asked_and_not_for_ever() -> None:
    told: list[Event] = [SILENCE, SILENCE, keys("2"), MESSAGE, OPENED]

    assert clips(after(*told, keys("1"))) == ["ticket_number", "ticket_pin", "ticket_repeat"]
    assert clips(after(*told, *[keys("1")] * 5)) == ["ticket_number", "ticket_pin", "ticket_repeat"]
    assert last(after(*told, *[keys("1")] * 6)) == Hangup()
    assert last(after(*told, SILENCE)) == Hangup()


def test_a_message_that_failed_or_is_empty_or_full_gets_its_ticket() -> None:
    ends = {
        Recorded("r", "n", 0.0, "error"): "message_failed",
        Recorded("r", "n", 0.0, "silence"): "message_empty",
        Recorded("r", "n", 90.0, "limit"): "message_limit",
        Recorded("r", "n", 4.0, "hangup"): "message_kept",
    }
    for event, clip in ends.items():
        step = after(SILENCE, SILENCE, keys("2"), event)
        assert step.query
        assert step.query.arguments == {"category": "general"}
        assert clip in clips(after(SILENCE, SILENCE, keys("2"), event, OPENED))


def test_after_a_conversation_the_ticket_is_opened_and_told() -> None:
    step = after(SILENCE, SILENCE, keys("1"), ON_DUTY, DialEnded("d", "answered"), OPENED)

    assert clips(step) == ["talked", "ticket_number", "ticket_pin", "ticket_repeat"]


def test_an_emergency_rings_everybody_from_every_menu() -> None:
    for before in ([], [SILENCE], [SILENCE, SILENCE], [SILENCE, keys("2")]):
        step = after(*before, keys("9"), ON_DUTY)
        connect = last(step)
        assert isinstance(connect, Connect)
        assert (connect.queue, connect.emergency) == ("agency-dinsos-emergency", True)
        assert step.cursor.facts["emergency"] == "yes"
        assert step.cursor.facts["notice"]


def test_an_emergency_before_the_notice_was_over_is_told_of_the_recording() -> None:
    assert clips(after(keys("9"), ON_DUTY)) == ["emergency_notice", "emergency_connecting"]
    assert clips(after(SILENCE, keys("9"), ON_DUTY)) == ["emergency_connecting"]


def test_an_emergency_that_nobody_can_answer_rings_nobody() -> None:
    step = after(SILENCE, keys("9"), NOBODY)
    assert clips(step) == ["emergency_nobody", "message"]
    assert step.cursor.facts["emergency"] == "yes"


def test_an_unanswered_emergency_leaves_a_message_and_an_emergency_ticket() -> None:
    step = after(keys("9"), ON_DUTY, DialEnded("d", "no_answer"), MESSAGE)

    assert step.query
    assert step.query.arguments == {"category": "emergency"}


def test_the_status_is_told_by_number_and_pin() -> None:
    asked = after(SILENCE, SILENCE, keys("3"), keys("12345674"), keys("0042"))

    assert asked.query
    assert (asked.query.name, asked.query.arguments) == (
        "ticket_status",
        {"number": "12345674", "pin": "0042"},
    )
    told = after(
        SILENCE,
        SILENCE,
        keys("3"),
        keys("12345674"),
        keys("0042"),
        Answer("q", {"result": "found", "status": "closed"}),
    )
    assert clips(told) == ["status_closed", "main_menu"]


def test_a_typed_pin_is_forgotten_once_it_was_asked() -> None:
    wrong = Answer("q", {"result": "wrong"})
    step = after(SILENCE, SILENCE, keys("3"), keys("12345674"), keys("0042"), wrong)

    assert "pin" not in step.cursor.facts
    assert clips(step) == ["status_wrong", "status_number"]


def test_three_wrong_pins_lead_back_to_the_main_menu() -> None:
    once: list[Event] = [keys("12345674"), keys("0042"), Answer("q", {"result": "wrong"})]

    assert clips(after(SILENCE, SILENCE, keys("3"), *once * 3)) == ["status_refused", "main_menu"]


def test_too_few_digits_are_asked_again() -> None:
    assert clips(after(SILENCE, SILENCE, keys("3"), keys("123"))) == ["wrong_key", "status_number"]
    assert clips(after(SILENCE, SILENCE, keys("3"), keys("1234567*"))) == ["wrong_key", "status_number"]
    given_up = after(SILENCE, SILENCE, keys("3"), SILENCE, SILENCE, SILENCE)
    assert clips(given_up) == ["status_given_up", "main_menu"]


def test_who_repeats_the_menu_too_often_comes_to_an_officer() -> None:
    assert after(SILENCE, SILENCE, *[keys("0")] * 9).cursor.node == "main"
    assert after(SILENCE, SILENCE, *[keys("0")] * 10).cursor.node == "officer"


def test_a_hang_up_ends_everything() -> None:
    hung_up = HungUp("hungup", 16, "caller")
    for before in ([], [SILENCE], [SILENCE, SILENCE, keys("1")], [SILENCE, SILENCE, keys("2")]):
        step = after(*before, hung_up)
        assert (step.turn, step.query, step.trail) == (None, None, ())


def test_an_event_that_does_not_fit_has_the_node_said_again() -> None:
    step = after(SILENCE, SILENCE, DialEnded("d", "answered"))

    assert clips(step) == ["main_menu"]
    assert step.turn
    assert step.turn.number == 4


def test_a_call_that_was_to_be_ended_is_ended_again_until_it_is_gone() -> None:
    told: list[Event] = [SILENCE, SILENCE, keys("2"), MESSAGE, OPENED, SILENCE]

    assert last(after(*told, SILENCE)) == Hangup()
    assert after(*told, SILENCE, HungUp("hungup", 16, "system")).turn is None


def test_a_cursor_of_a_former_flow_starts_again() -> None:
    cursor = replace(after(SILENCE).cursor, node="gone", pending=("gone",))
    step = engine.step(builtin("hotline"), cursor, SILENCE)

    assert clips(step) == ["greeting", "notice"]
    assert step.turn
    assert step.turn.number == 3


def test_an_unknown_number_is_refused_in_both_languages() -> None:
    step = engine.start(builtin("unknown"), {})

    assert step.turn
    assert step.turn.actions == (Say("id", (Clip("unknown_number"), Clip("unknown_number_en"))), Hangup())


def test_facts_that_are_no_numbers_get_safe_values() -> None:
    step = engine.start(builtin("hotline"), {**FACTS, "max_message_seconds": "a lot"})
    for event in (SILENCE, SILENCE, keys("2")):
        step = engine.step(builtin("hotline"), step.cursor, event)

    assert last(step) == Record("id", "node1-1700.1__m__4", 180, 6)


texts = st.text(max_size=9)
digits = st.text("0123456789*", max_size=9)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Digits, texts, digits | texts),
    st.builds(TimedOut, texts),
    st.builds(
        Recorded, texts, texts, st.floats(), st.sampled_from(["key", "silence", "limit", "hangup", "error"])
    ),
    st.builds(
        DialEnded, texts, st.sampled_from(["answered", "no_answer", "nobody", "caller_gone", "failed"])
    ),
    st.builds(
        Answer,
        texts,
        st.dictionaries(st.sampled_from(["on_duty", "result", "status", "ticket_number"]), texts),
    ),
    st.builds(Offered, texts, texts, texts, texts, texts),
    st.builds(HungUp, texts, st.integers(), st.sampled_from(["caller", "officer", "system", "unknown"])),
)


@given(st.lists(events, max_size=40))
def test_no_order_of_events_raises_and_turns_are_counted(played: list[Event]) -> None:
    step = engine.start(builtin("hotline"), FACTS)
    for event in played:
        number = step.cursor.turn
        step = engine.step(builtin("hotline"), step.cursor, event)
        assert not (step.turn and step.query)
        assert step.cursor.turn == number + (step.turn is not None)
        if step.turn:
            assert turn_from_dict(turn_to_dict(step.turn)) == step.turn
            assert step.turn.number == step.cursor.turn


@given(st.lists(st.sampled_from("0123456789*~"), min_size=400, max_size=400))
def test_every_call_of_a_caller_who_stays_comes_to_its_end(pressed: list[str]) -> None:
    step = engine.start(builtin("hotline"), FACTS)
    for key in pressed:
        step = engine.step(builtin("hotline"), step.cursor, _reply(step, key))
        if step.turn and isinstance(step.turn.actions[-1], Hangup):
            return
    raise AssertionError("the call did not end")


def _reply(step: Step, key: str) -> Event:
    if step.query:
        return {"duty": ON_DUTY, "open_ticket": OPENED}.get(step.query.name, Answer("q", {"result": "wrong"}))
    match last(step):
        case Record():
            return MESSAGE
        case Connect():
            return DialEnded("d", "no_answer")
        case Gather(max_digits=count):
            return SILENCE if key == "~" else keys(key * count)
    return SILENCE
