"""Asterisk's own records of the calls: channel events (CEL) and details (CDR).

Both are files of comma-separated values, every value in double quotes with a
double quote inside doubled, one record a line, times as seconds since 1970
with six decimals:

``<asterisk>/log/cel-custom/cel.csv``
    event, time, linkedid, uniqueid, channel, context, exten, caller, dialled, extra
``<asterisk>/log/cdr-custom/cdr.csv``
    linkedid, uniqueid, channel, context, caller, exten, start, answer, end,
    disposition, sequence

``dialled`` is the number the citizen dialled. ``extra`` of a ``HANGUP`` is a
JSON object with the Q.850 cause and the channel that hung up.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ivr.asterisk.names import CALL_KEY, CITIZEN_CONTEXTS
from ivr.events import Side

CEL_FIELDS = ",".join(
    f"${{CSV_QUOTE(${{{name}}})}}"
    for name in (
        "eventtype",
        "eventtime",
        "CHANNEL(linkedid)",
        "CHANNEL(uniqueid)",
        "CHANNEL(channame)",
        "CHANNEL(context)",
        "CHANNEL(exten)",
        "CALLERID(num)",
        "CALLERID(dnid)",
        "eventextra",
    )
)
CDR_FIELDS = ",".join(
    f"${{CSV_QUOTE(${{CDR({name})}})}}"
    for name in (
        "linkedid",
        "uniqueid",
        "channel",
        "dcontext",
        "src",
        "dst",
        "start,u",
        "answer,u",
        "end,u",
        "disposition",
        "sequence",
    )
)


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A line that is not a record: where it is and what is wrong with it."""

    number: int
    problem: str
    text: str
