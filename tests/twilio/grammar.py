"""TwiML as a table: verbs and nouns, their attributes, what may be nested in them.

Sources: the reference pages "TwiML Voice: <Gather>", "<Record>", "<Enqueue>", "<Dial>", "<Queue>",
"<Play>", "<Say>", "<Pause>", "<Redirect>", "<Reject>", "<Hangup>", "<Leave>", and "TwiML Message:
<Message>". Twilio only warns (12200)
of an attribute it does not know and goes on without it; here it is refused, for it does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from tests.twilio.refusals import SCHEMA

Fits = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Attribute:
    """What values an attribute may have, and the code of the error dictionary for others."""

    fits: Fits
    code: int = SCHEMA


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element may look like."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: Literal["none", "optional", "needed"] = "none"
    nesting: int = SCHEMA
    longest: int = 4096
    too_short: int = SCHEMA
    too_long: int = SCHEMA
    lines: bool = False
    """Whether the breaks inside the text are kept."""


def words(*allowed: str) -> Fits:
    return lambda value: value in allowed


def events(*allowed: str) -> Fits:
    """Some of these, separated by spaces."""
    return lambda value: bool(value.split()) and set(value.split()) <= set(allowed)


def whole(least: int, most: int) -> Fits:
    return lambda value: bool(re.fullmatch(r"\d{1,9}", value)) and least <= int(value) <= most


def matches(pattern: str) -> Fits:
    return lambda value: bool(re.fullmatch(pattern, value))


def url(value: str) -> bool:
    """An absolute http(s) URL, or a relative one without blanks."""
    absolute = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value)
    return bool(value) and not re.search(r"[\s<>\"]", value) and (not absolute or bool(HTTP.match(value)))


def callback(value: str) -> bool:
    """A URL whose host, if it names one, has no underscore (page "TwiML Message: <Message>")."""
    return url(value) and "_" not in (urlsplit(value).hostname or "")


HTTP = re.compile(r"https?://[^/\s]+")
E164 = r"\+[1-9]\d{1,14}"
KEYS = r"[0-9*#]"
MANY = 10**9

_url = Attribute(url)
_bool = Attribute(words("true", "false"))
_recording_callback = {
    "recordingStatusCallback": _url,
    "recordingStatusCallbackMethod": Attribute(words("GET", "POST")),
    "recordingStatusCallbackEvent": Attribute(events("in-progress", "completed", "absent")),
    "trim": Attribute(words("trim-silence", "do-not-trim")),
}
_RECORD_VALUES = (
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
)


def _method(code: int) -> Attribute:
    return Attribute(words("GET", "POST"), code)


SSML = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})

RULES: Mapping[str, Rule] = {
    "Say": Rule(
        {
            "voice": Attribute(matches(r"\S+")),
            # "1 or more, 0 repeats until the call is hung up": page <Say>.
            "loop": Attribute(whole(0, MANY), 13510),
            "language": Attribute(matches(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")),
        },
        SSML,
        text="needed",
        too_short=13520,
        too_long=13520,  # 4,096 characters (page <Say>)
    ),
    "Play": Rule(
        {"loop": Attribute(whole(0, 1000), 13410), "digits": Attribute(matches(r"[0-9*#wW]+"))},
        text="optional",
    ),
    "Pause": Rule({"length": Attribute(whole(1, MANY), 13910)}),
    "Gather": Rule(
        {
            "action": _url,
            "method": _method(13312),
            "timeout": Attribute(lambda value: value == "auto" or whole(1, MANY)(value), 13313),
            "finishOnKey": Attribute(matches(f"{KEYS}?"), 13310),
            "numDigits": Attribute(whole(1, MANY), 13314),
            "actionOnEmptyResult": Attribute(words("true", "false"), 13338),
            "input": Attribute(words("dtmf", "speech", "dtmf speech")),
            "language": Attribute(matches(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*")),
            "bargeIn": _bool,
        },
        frozenset({"Say", "Play", "Pause"}),
        nesting=13320,
    ),
    "Record": Rule(
        {
            "action": _url,
            "method": _method(13610),
            "timeout": Attribute(whole(1, MANY), 13611),
            "finishOnKey": Attribute(matches(f"({KEYS})*"), 13613),
            "maxLength": Attribute(whole(2, 14400), 13612),  # greater than 1, at most 4 hours
            "playBeep": Attribute(words("true", "false"), 13616),
            "transcribe": Attribute(words("true", "false"), 13614),
            "transcribeCallback": _url,
            **_recording_callback,
        }
    ),
    "Enqueue": Rule(
        {
            "action": Attribute(url, 14203),
            "method": _method(14201),
            # Empty is documented as silence.
            "waitUrl": Attribute(lambda value: value == "" or url(value), 14202),
            "waitUrlMethod": _method(14206),
            "workflowSid": Attribute(matches(r"WW[0-9a-f]{32}")),
        },
        frozenset({"Task"}),
        text="needed",
        longest=64,
        too_short=14204,
        too_long=14205,
    ),
    "Dial": Rule(
        {
            "action": _url,
            "method": _method(13210),
            "timeout": Attribute(whole(1, 600), 13212),
            "timeLimit": Attribute(whole(1, 86400), 13216),
            "callerId": Attribute(matches(rf"{E164}|client:\S+"), 13214),
            "hangupOnStar": Attribute(words("true", "false"), 13213),
            "answerOnBridge": _bool,
            "sequential": _bool,
            "ringTone": Attribute(matches(r"[a-z]{2}(-old)?")),
            "record": Attribute(words(*_RECORD_VALUES), 13217),
            **_recording_callback,
        },
        frozenset({"Queue", "Number", "Client", "Sip", "Conference"}),
        text="optional",
        nesting=13215,
    ),
    "Queue": Rule(
        {
            "url": _url,
            "method": _method(14206),
            "reservationSid": Attribute(matches(r"WR[0-9a-f]{32}")),
            "postWorkActivitySid": Attribute(matches(r"WA[0-9a-f]{32}")),
        },
        text="needed",
        longest=64,
        too_short=14212,
        too_long=14213,
    ),
    "Redirect": Rule({"method": _method(13710)}, text="needed"),
    "Reject": Rule({"reason": Attribute(words("rejected", "busy"))}),
    "Hangup": Rule(),
    "Leave": Rule(),
}

NOT_PLAYED = frozenset(
    {
        "Connect",
        "Echo",
        "Message",
        "Pay",
        "Prompt",
        "Refer",
        "Sms",
        "Start",
        "Stop",
        "Number",
        "Client",
        "Sip",
        "Conference",
        "Task",
    }
)
"""Documented, but not played by this stand-in: a test that needs one has to bring it."""

VERBS = frozenset(RULES) - {"Queue"} - SSML
WAITING = frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"})
"""Verbs of a waitUrl document (page <Enqueue>; <Gather> since the blog's "Now Ready: Using <Gather> in <Queue>")."""

ADDRESS = rf"(whatsapp:)?{E164}"

MESSAGING: Mapping[str, Rule] = {
    # "Message must have a valid To/From/statusCallback": warnings 14101, 14102, 14104, 14105.
    "Message": Rule(
        {
            "to": Attribute(matches(ADDRESS), 14101),
            "from": Attribute(matches(ADDRESS), 14102),
            "action": Attribute(callback),
            "statusCallback": Attribute(callback, 14105),
            "method": _method(14104),
        },
        frozenset({"Body", "Media"}),
        text="optional",
        longest=1600,
        too_long=14103,
        lines=True,
    ),
    "Body": Rule(text="needed", longest=1600, too_short=14103, too_long=14103, lines=True),
    "Media": Rule(text="needed"),
    "Redirect": Rule({"method": _method(13710)}, text="needed"),
}
