"""Turns and cursors survive being kept as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.codec import cursor_from_dict, cursor_to_dict, turn_from_dict, turn_to_dict
from ivr.engine import Cursor
from ivr.turns import Action, AgencyName, Clip, Connect, Gather, Hangup, Number, Record, Say, Spell, Turn

words = st.text(max_size=12)
language = st.sampled_from(["id", "en"])
counts = st.integers(0, 10**6)
parts = st.lists(
    st.builds(Clip, words)
    | st.builds(Spell, words)
    | st.builds(Number, counts)
    | st.builds(AgencyName, words, words),
    max_size=4,
).map(tuple)
says = st.lists(st.builds(Say, language, parts), max_size=3)
offers = st.sampled_from([(), ("call_back",), ("message",), ("call_back", "message")])
waits: st.SearchStrategy[Action] = st.one_of(
    st.builds(Gather, language, parts, counts, st.floats(0, 60)),
    st.builds(Record, language, words, counts, counts),
    st.builds(Connect, language, words, counts, st.none() | words, st.booleans(), counts, offers),
    st.builds(Hangup, counts),
)
turns = st.builds(lambda number, said, wait: Turn(number, (*said, wait)), counts, says, waits)
facts = st.dictionaries(words, words, max_size=4)
cursors = st.builds(
    Cursor,
    words,
    language,
    counts,
    counts,
    facts,
    st.dictionaries(words, counts, max_size=3),
    st.lists(words).map(tuple),
)


@given(turns)
def test_a_turn_comes_back_from_json(turn: Turn) -> None:
    assert turn_from_dict(json.loads(json.dumps(turn_to_dict(turn)))) == turn


@given(cursors)
def test_a_cursor_comes_back_from_json(cursor: Cursor) -> None:
    assert cursor_from_dict(json.loads(json.dumps(cursor_to_dict(cursor)))) == cursor


def test_a_turn_of_before_priorities_is_read() -> None:
    connect = {"kind": "connect", "language": "id", "queue": "q", "timeout": 30, "record_as": None}
    turn = turn_from_dict({"number": 3, "actions": [{**connect, "emergency": True}]})

    assert turn.actions == (Connect("id", "q", 30, None, emergency=True, priority=0),)


def test_a_cursor_of_before_limits_is_read() -> None:
    cursor = cursor_from_dict({"node": "main", "language": "id", "tries": 1, "turn": 3, "facts": {}})

    assert (cursor.node, cursor.pending, cursor.visits) == ("main", (), {})


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"number": 1, "actions": []},
        {"number": 1, "actions": [{"kind": "dance"}]},
        {"number": 1, "actions": [{"kind": "hangup", "cause": 16, "why": "none"}]},
        {
            "number": 1,
            "actions": [{"kind": "gather", "language": "jv", "parts": [], "max_digits": 1, "timeout": 1}],
        },
        {"number": 1, "actions": ["hangup"]},
        {"number": None, "actions": [{"kind": "hangup"}]},
    ],
)
def test_what_is_no_turn_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        turn_from_dict(data)


def test_what_is_no_cursor_is_refused() -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        cursor_from_dict({"node": "main"})
