"""Asterisk's records, whole and broken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.records import (
    BrokenRecord,
    ChannelRecord,
    DetailRecord,
    parse_channel_record,
    parse_detail_record,
)

HANGUP = (
    b'"HANGUP","1795443661.522257","node1-17.1","node1-17.1","PJSIP/trunk-00000001","conversation","s",'
    b'"+628123","0235","{""hangupcause"":0,""hangupsource"":""PJSIP/trunk-00000001"",""dialstatus"":""""}"\n'
)
START = (
    b'"CHAN_START","1795443660.460619","node1-17.0","node1-17.0","PJSIP/trunk-00000000","offered","0234",'
    b'"+628123","",""\n'
)
DETAIL = (
    b'"node1-17.0","node1-17.0","PJSIP/trunk-00000000","conversation","+628123","s","1795443700.080245",'
    b'"0.000000","1795443701.129986","NO ANSWER","0"\n'
)


def test_a_hangup_tells_cause_and_side() -> None:
    record = parse_channel_record(HANGUP)
    assert isinstance(record, ChannelRecord)
    assert (record.cause, record.side, record.is_citizen, record.dialled) == (16, "caller", True, "0235")
    assert record.at == datetime(2026, 11, 23, 14, 21, 1, 522257, tzinfo=UTC)


def test_a_start_tells_the_number_dialled() -> None:
    record = parse_channel_record(START)
    assert isinstance(record, ChannelRecord)
    assert (record.event, record.dialled) == ("CHAN_START", "0234")


def test_an_officers_leg_is_not_a_citizen() -> None:
    leg = HANGUP.replace(b'"node1-17.1","PJSIP/trunk-00000001"', b'"node1-17.2","PJSIP/officer-2-00000003"')
    record = parse_channel_record(leg.replace(b'hangupcause"":0', b'hangupcause"":17'))
    assert isinstance(record, ChannelRecord)
    assert (record.is_citizen, record.outcome) == (False, "busy")


def test_a_detail_without_an_answer() -> None:
    record = parse_detail_record(DETAIL)
    assert isinstance(record, DetailRecord)
    assert record.answered is None
    assert record.is_citizen


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b'"x"\n',
        HANGUP[:60],
        HANGUP.replace(b"1795443661.522257", b"soon"),
        HANGUP.replace(b"1795443661.522257", b"1e400"),
        HANGUP.replace(b"node1-17.1", b"a b"),
        HANGUP.replace(b"{", b"["),
        b'"' + b"x" * 200_000,
    ],
)
def test_a_broken_line_is_reported(line: bytes) -> None:
    record = parse_channel_record(line)
    assert isinstance(record, BrokenRecord)
    assert len(str(record)) < 2000


@given(st.binary(max_size=200))
def test_no_line_raises(line: bytes) -> None:
    assert parse_channel_record(line)
    assert parse_detail_record(line)
