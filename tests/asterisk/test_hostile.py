"""What callers' headers may contain reaches nobody as anything but text."""

from __future__ import annotations

import time

import pytest

from tests.asterisk import town
from tests.asterisk.hotline import Hotline, until
from tests.asterisk.sip import RawCall
from tests.asterisk.stories import Story

pytestmark = pytest.mark.xdist_group("asterisk")

HOSTILE = {
    "quotes": rb"He said \"halo\" \\ and " + b"'left'",
    "html": rb"<script>alert(1)</script>",
    "sql": rb"Robert'); DROP TABLE call;--",
    "dialplan": rb"${SHELL(touch /tmp/pwned)} & | ; $[1+1]",
    "escaped line breaks": rb"x%0d%0aAction: Command",
    "tabs and bells": b"a\tb\x07c",
    "invalid utf-8": b"\xff\xfe\xc3\x28 nama",
    "agi": b"x agi_arg_1: 99",
    "long": b"A" * 3000,
}


NOT_ASCII = (b"%c3%a9123", b"%ff%fe", b"%80", b"%c3%28%24%7bEXTEN%7d", b"%e2%82%ac%2c%29%22%5c")
STRANGE = (b"999999999999999999999", b"..%2f..%2fetc", b"*#%00", b"70101;x=y", b"s", b"h", b"i")


def place(hotline: Hotline, sender: bytes, *headers: bytes, dialled: bytes = b"") -> int:
    number = dialled or town.number("complaints").encode()
    with RawCall(hotline.address, number, sender, *headers) as call:
        status = call.invite()
        if status == 200:
            time.sleep(0.3)
            call.bye()
    return status


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_is_only_a_name(kind: str, hotline: Hotline) -> None:
    number = 8409990000 + list(HOSTILE).index(kind)
    name = HOSTILE[kind]
    assert place(hotline, b'"%s" <sip:0%d@127.0.0.1>' % (name, number)) == 200
    story = hotline.story(f"+62{number}")
    assert story.disposition == "call_back"
    assert story.caller_name
    assert story.caller_name.isprintable()
    assert len(story.caller_name) <= 80


@pytest.mark.parametrize("size", [10_000, 60_000])
def test_an_enormous_name_harms_nobody(size: int, hotline: Hotline) -> None:
    place(hotline, b'"%s" <sip:08409991000@127.0.0.1>' % (b"B" * size))
    assert place(hotline, b"<sip:08409991001@127.0.0.1>") == 200
    assert hotline.story("+628409991001").disposition == "call_back"


def test_a_folded_header_cannot_add_another(hotline: Hotline) -> None:
    place(hotline, b'"x\r\n Action: Originate\r\n Channel: Local/1" <sip:08409991002@127.0.0.1>')
    assert place(hotline, b"<sip:08409991003@127.0.0.1>") == 200
    hotline.story("+628409991003")


ANONYMOUS = (
    b'"Anonymous" <sip:anonymous@anonymous.invalid>',
    b"<sip:127.0.0.1>",
    b'"" <sip:unknown@127.0.0.1>',
)


@pytest.mark.parametrize("sender", ANONYMOUS)
def test_an_anonymous_caller_is_taken_and_discarded_with_a_reason(sender: bytes, hotline: Hotline) -> None:
    story = latest(hotline, sender)
    assert story.caller_kind == "anonymous"
    assert story.caller_number is None
    assert (story.disposition, story.reason) == ("discarded", "no_number")


def test_a_withheld_number_is_not_kept(hotline: Hotline) -> None:
    asserted = b"P-Asserted-Identity: <sip:08409991004@127.0.0.1>"
    assert latest(hotline, ANONYMOUS[0], b"Privacy: id", asserted).caller_number is None


def latest(hotline: Hotline, sender: bytes, *headers: bytes) -> Story:
    """Call an agency that nobody else calls; give that call."""
    number = town.number("masked")
    before = len(hotline.stories(number))
    assert place(hotline, sender, *headers, dialled=number.encode()) == 200
    until(lambda: all(one.disposition for one in hotline.stories(number)[before:]), 20, "the call's end")
    (story,) = hotline.stories(number)[before:]
    return story


@pytest.mark.parametrize("number", STRANGE)
def test_a_strange_number_is_refused_in_words_and_logged(number: bytes, hotline: Hotline) -> None:
    caller = 8409992000 + STRANGE.index(number)
    status = place(hotline, b"<sip:0%d@127.0.0.1>" % caller, dialled=number)
    if status == 200:
        assert hotline.story(f"+62{caller}").disposition in ("discarded", "call_back")
    else:
        assert status in (0, 400, 403, 404, 416, 484)


@pytest.mark.parametrize("number", NOT_ASCII)
def test_a_number_that_begins_outside_ascii_is_refused_in_words_and_logged(
    number: bytes, hotline: Hotline
) -> None:
    caller = 8409993000 + NOT_ASCII.index(number)
    assert place(hotline, b"<sip:0%d@127.0.0.1>" % caller, dialled=number) == 200
    story = hotline.story(f"+62{caller}")
    assert (story.disposition, story.reason) == ("discarded", "unknown_line")
    assert story.nodes() == ["refusal"]
    assert story.dialled.isascii()
