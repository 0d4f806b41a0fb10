"""The log beside the records, as plain data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.services.comparison import Audio, CallRecord, Finding, Kind, LoggedCall, compare, starts

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
CALL = LoggedCall("node1-1.0", AT, AT + timedelta(seconds=60), "answered", 16, frozenset({"leg"}))
TALKED = replace(CALL, talked=timedelta(seconds=30))


def record(event: str, seconds: float = 0, leg: str = "", cause: int = 0, source: str = "cel") -> CallRecord:
    return CallRecord("node1-1.0", source, leg, event, AT + timedelta(seconds=seconds), cause)


WHOLE = [
    record("began"),
    record("began", 10, "leg"),
    record("answered", 15, "leg"),
    record("ended", 60, cause=16),
    record("ended", 60, source="cdr"),
]


def kinds(call: LoggedCall | None, records: list[CallRecord], now: datetime = LATER) -> list[str]:
    return [finding.kind for finding in compare([call] if call else [], records, [], now)]


def test_a_call_that_both_sides_know_alike_is_no_difference() -> None:
    assert kinds(CALL, WHOLE) == []


@pytest.mark.parametrize(
    ("call", "records", "kind"),
    [
        (None, [record("ended", source="cdr")], Kind.NOT_LOGGED),
        (None, [record("began")], Kind.NOT_LOGGED),
        (CALL, [], Kind.NOT_IN_RECORDS),
        (CALL, WHOLE[1:3], Kind.NOT_IN_RECORDS),
        (replace(CALL, ended_at=None, disposition=None), WHOLE, Kind.NOT_CLOSED),
        (replace(CALL, disposition=None), [record("ended", 60)], Kind.NO_OUTCOME),
        (replace(CALL, cause=17), WHOLE, Kind.CAUSE),
        (replace(CALL, disposition="call_back"), WHOLE, Kind.ANSWER_NOT_LOGGED),
        (CALL, [record("began"), record("ended", 60)], Kind.ANSWER_NOT_RECORDED),
        (replace(CALL, legs=frozenset()), WHOLE, Kind.LEG_NOT_LOGGED),
        (replace(CALL, messages=frozenset({"m"})), WHOLE, Kind.MESSAGE_MISSING),
        (TALKED, WHOLE, Kind.CONVERSATION_MISSING),
        (replace(CALL, told=frozenset({"10000009"})), WHOLE, Kind.TICKET_MISSING),
    ],
)
def test_each_difference_is_found(call: LoggedCall | None, records: list[CallRecord], kind: Kind) -> None:
    assert kinds(call, records) == [kind]


@pytest.mark.parametrize(
    ("call", "records", "seconds"),
    [
        (None, WHOLE, 60 + 59),
        (CALL, [], 60 + 59),
        (replace(CALL, ended_at=None, disposition=None, legs=frozenset()), WHOLE, 60 + 59),
        (replace(TALKED, messages=frozenset({"m"})), WHOLE, 60 + 599),
    ],
)
def test_a_side_that_may_still_learn_of_it_is_given_time(
    call: LoggedCall | None, records: list[CallRecord], seconds: float
) -> None:
    assert kinds(call, records, AT + timedelta(seconds=seconds)) == []
    assert kinds(call, records) != []


@pytest.mark.parametrize(
    "call",
    [
        replace(TALKED, unrecorded=True),
        replace(TALKED, conversations=1),
        replace(CALL, talked=timedelta(seconds=1)),
        replace(CALL, messages=frozenset({"m"}), kept=frozenset({"m"})),
        replace(CALL, cause=0),
        replace(CALL, told=frozenset({"1"}), tickets=frozenset({"1"})),
    ],
)
def test_what_is_as_it_should_be_is_not_told(call: LoggedCall) -> None:
    assert kinds(call, WHOLE) == []


def test_a_call_that_is_still_up_is_left_alone() -> None:
    assert kinds(replace(CALL, ended_at=None, disposition=None), WHOLE[:3]) == []


def test_a_recording_whose_call_nobody_knows_is_told_by_its_name() -> None:
    audio = [Audio("node1-1.0", "node1-1.0__m__1"), Audio("node1-9.9", "node1-9.9__m__1")]
    found = compare([CALL], WHOLE, audio, LATER)
    assert found == [Finding("node1-9.9", Kind.RECORDING_WITHOUT_CALL, "node1-9.9__m__1")]


def test_a_call_begins_as_logged_else_as_recorded() -> None:
    other = replace(record("ended", 5), call="other")
    log = [replace(CALL, offered_at=AT + timedelta(seconds=1))]
    assert starts(log, [*WHOLE, other]) == {
        "node1-1.0": AT + timedelta(seconds=1),
        "other": AT + timedelta(seconds=5),
    }


KEYS = st.sampled_from(["a", "b", "c"])
TIMES = st.integers(0, 300).map(lambda seconds: AT + timedelta(seconds=seconds))
RECORDS = st.lists(
    st.builds(
        CallRecord,
        KEYS,
        st.sampled_from(["cel", "cdr"]),
        st.sampled_from(["", "x", "y"]),
        st.sampled_from(["began", "answered", "ended"]),
        TIMES,
        st.sampled_from([0, 16, 17]),
    ),
    max_size=12,
)
LOGS = st.lists(
    st.builds(
        LoggedCall,
        KEYS,
        TIMES,
        st.none() | TIMES,
        st.sampled_from([None, "answered", "recorded"]),
        st.sampled_from([0, 16, 17]),
        st.frozensets(st.sampled_from(["x", "y"])),
    ),
    max_size=3,
    unique_by=lambda call: call.key,
)


@given(LOGS, RECORDS, st.data())
def test_order_and_repetition_of_records_change_nothing(
    log: list[LoggedCall], records: list[CallRecord], data: st.DataObject
) -> None:
    shuffled = data.draw(
        st.permutations(records + data.draw(st.lists(st.sampled_from(records or [WHOLE[0]]))))
    )
    shuffled = [one for one in shuffled if one in records]
    assert compare(log, shuffled, [], LATER) == compare(list(reversed(log)), records, [], LATER)


@given(LOGS, RECORDS)
def test_nothing_is_told_of_a_call_twice_alike(log: list[LoggedCall], records: list[CallRecord]) -> None:
    found = compare(log, records, [], LATER)
    assert len(set(found)) == len(found)
