"""What SIPp wrote, and what went over the line, is read right."""

from __future__ import annotations

from itertools import count

import pytest

from tests.faults.spoken import Listener
from tests.faults.witness import Fate, Seen, read

LOG = """2026-11-24\t06:52:54.506659\t1795503174.506659 trying 08407000000
2026-11-24\t06:52:54.606659\t1795503174.606659 answered 08407000000
2026-11-24\t06:52:55.506659\t1795503175.506659 trying 08407000001
2026-11-24\t06:52:56.506659\t1795503176.506659 answered 08407000001
2026-11-24\t06:52:57.506659\t1795503177.506659 left 08407000001
2026-11-24\t06:52:58.506659\t1795503178.506659 trying 08407000002
"""
GREETING = b"agi_network: yes\nagi_callerid: 0840\nagi_arg_1: node1-1.1\n\n"


def test_sipps_log_tells_each_callers_fate() -> None:
    callers = {f"0840700000{n}": 10.0 for n in range(4)}
    seen = read(LOG.splitlines(), callers)
    assert [one.fate for one in seen] == [Fate.CUT, Fate.WHOLE, Fate.UNANSWERED, Fate.REFUSED]
    assert [one.accepted for one in seen] == [True, True, True, False]
    assert seen[1].over == pytest.approx(1795503177.506659)


@pytest.mark.parametrize(
    ("at", "until", "there"), [(0, 1, False), (4, 5, True), (6, 7, True), (9, 11, True), (11, 12, False)]
)
def test_a_call_is_under_way_between_its_ends(at: float, until: float, there: bool) -> None:
    assert Seen("0", trying=5, answered=6, over=10).under_way(at, until) is there


def test_who_was_cut_off_counts_as_long_as_they_wanted_to_stay() -> None:
    cut = Seen("0", trying=5, answered=6, stays=20)
    assert cut.under_way(24, 24)
    assert not cut.under_way(26, 26)


def test_spoken_tickets_are_heard_in_any_pieces() -> None:
    listener = Listener()
    exchange, controller = listener.ears()
    for piece in (GREETING[:30], GREETING[30:], b"200 result=0\n"):
        exchange(piece)
    said = b'EXEC Playback ticket_number&digits/4&digits/0&digits/7&ticket_pin&digits/1\nEXEC Read "K"\n'
    for piece in (said[:25], said[25:40], said[40:]):
        controller(piece)
    assert listener.calls["node1-1.1"].tickets == ["407"]


def test_the_longest_wait_is_from_a_reply_to_the_next_command_or_the_end() -> None:
    clock = count()
    listener = Listener(lambda: float(next(clock)))
    for _ in range(2):
        exchange, controller = listener.ears()
        exchange(GREETING)
        controller(b"ANSWER\n")
        exchange(b"200 result=0\n")
        for _ in range(3):
            next(clock)
        controller(b"")
    exchange(b"HANGUP\n")
    for _ in range(9):
        next(clock)
    controller(b"GET VARIABLE CALL_DONE\n")
    heard = listener.calls["node1-1.1"]
    assert (heard.connections, heard.longest_wait) == (2, 4.0)
