"""What the dialplan noted of a call it carried alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.sidecar import MAX_BYTES, SidecarError, parse
from ivr.events import HungUp, Offered

CALL = "node1-1700000000.7"
WHOLE = b"""at=1700000010
dialled=+62234123456
caller=+628123456789
presentation=allowed_not_screened
channel=PJSIP/trunk-00000001
language=en
why=stalled
notice=2026-1
emergency=1
unrecorded=
queue=agency-dinsos-emergency 1700000040
queued=
member=PJSIP/officer-7
recorded=
reference=96800010 0412
told=96800010
source=PJSIP/trunk-00000001
done=
end=1700000090 16
"""


def test_a_whole_call() -> None:
    sidecar = parse(CALL, WHOLE)
    assert sidecar.offered == Offered("offered", "+62234123456", "+628123456789", "", "PJSIP/trunk-00000001")
    assert (sidecar.why, sidecar.language, sidecar.notice) == ("stalled", "en", "2026-1")
    assert (sidecar.emergency, sidecar.unrecorded, sidecar.answered) == (True, False, True)
    assert sidecar.queue == "agency-dinsos-emergency"
    assert sidecar.queued_at == datetime.fromtimestamp(1700000040, UTC)
    assert (sidecar.reference, sidecar.pin, sidecar.told) == ("96800010", "0412", True)
    assert sidecar.ended == HungUp("hungup", 16, "caller")
    assert sidecar.ended_at == datetime.fromtimestamp(1700000090, UTC)


def test_a_call_that_is_still_up_has_no_end() -> None:
    sidecar = parse(CALL, WHOLE[: WHOLE.index(b"source=")])
    assert (sidecar.ended, sidecar.ended_at) == (None, None)


def test_a_withheld_number_stays_withheld() -> None:
    data = WHOLE.replace(b"allowed_not_screened", b"prohib_passed_screen")
    assert parse(CALL, data).offered.caller == ""


@pytest.mark.parametrize("text", [b"", b"96800010", b"96800010 04x2", b"16800010 0412", b"9680001 0412"])
def test_a_number_that_is_none_is_not_given_to_a_ticket(text: bytes) -> None:
    sidecar = parse(CALL, WHOLE.replace(b"96800010 0412", text))
    assert (sidecar.reference, sidecar.pin, sidecar.told) == ("", "", False)


@pytest.mark.parametrize(
    ("call", "data", "why"),
    [
        ("../../etc/passwd", WHOLE, "not a call's key"),
        ("node1", b"", "when"),
        (CALL, b"at=soon\n", "not a time"),
        (CALL, WHOLE.replace(b"1700000090 16", b"soon"), "not a time"),
        (CALL, b"x" * (MAX_BYTES + 1), "too many"),
    ],
)
def test_what_is_no_such_file_is_refused(call: str, data: bytes, why: str) -> None:
    with pytest.raises(SidecarError, match=why):
        parse(call, data)


def test_a_line_that_a_full_disk_did_not_take_is_missed_by_nobody() -> None:
    sidecar = parse(CALL, WHOLE.replace(b"at=1700000010\n", b"").replace(b"queue=", b"que"))
    assert sidecar.at == datetime.fromtimestamp(1700000000, UTC)
    assert (sidecar.queue, sidecar.queued_at) == ("", None)


@given(st.binary(max_size=400), st.integers(0, len(WHOLE)))
def test_any_bytes_are_read_or_refused(noise: bytes, place: int) -> None:
    try:
        sidecar = parse(CALL, WHOLE[:place] + noise + WHOLE[place:])
    except SidecarError:
        return
    assert sidecar.call == CALL


@given(st.integers(0, len(WHOLE)))
def test_a_file_that_is_half_written_tells_nothing_false(length: int) -> None:
    whole = parse(CALL, WHOLE)
    try:
        part = parse(CALL, WHOLE[:length])
    except SidecarError:
        return
    assert part.offered.dialled in ("", whole.offered.dialled)
    assert part.reference in ("", whole.reference)
    assert part.ended in (None, whole.ended)
