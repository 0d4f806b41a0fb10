"""Place a test call: we ring one of our own lines, as a citizen would."""

from __future__ import annotations

import re

from ivr.asterisk.ami import Connection
from ivr.asterisk.names import CALL_KEY, SYNTHETIC
from ivr.ports import LineTest

LONGEST = 60
"""Seconds; the ivr process ends a test call itself when its first prompts are over."""
_NUMBER = re.compile(r"\+?[0-9]{3,20}\Z")


def place(connection: Connection, test: LineTest) -> None:
    """Let the exchange call a line; raises ``AmiError``, and ``ValueError`` for no number.

    Nobody listens at the calling end, which waits and hangs up.
    """
    if not _NUMBER.match(test.number) or not CALL_KEY.match(test.key):
        raise ValueError(f"not a line that can be called: {test}")
    connection.act(
        "Originate",
        Channel=f"Local/{test.number}@{SYNTHETIC}/n",
        ChannelId=test.key,
        OtherChannelId=f"{test.key}.2",
        Application="Wait",
        Data=str(LONGEST),
        Timeout=str(LONGEST * 1000),
        Async="true",
    )
