"""Audio by HTTP range, and what is written down about it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import AccessLog, Agency, Recording
from callcenter.web.ranges import ByteRange, UnsatisfiableError, read_range
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place

AUDIO = factories.tone(0.2)


@pytest.fixture
def path(place: Place) -> str:
    """The address of a recording of dinsos."""
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        call = factories.call(session, agency)
        recording = factories.recording(session, place.store, call, AUDIO, duration_ms=60_000)
        return f"/recordings/{recording.id}/audio"


def playbacks(place: Place) -> int:
    with place.database.reading() as session:
        return len(session.scalars(select(AccessLog).where(AccessLog.action == "playback")).all())


def test_the_whole_recording(path: str, log_in: LogIn) -> None:
    answer = log_in("petugas").get(path)
    assert (answer.status_code, answer.data) == (200, AUDIO)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Type"] == "audio/wav"


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-44", -44, None)]
)
def test_a_part_of_it(path: str, log_in: LogIn, asked: str, start: int, end: int | None) -> None:
    answer = log_in("petugas").get(path, headers={"Range": asked})
    assert (answer.status_code, answer.data) == (206, AUDIO[start:end])
    assert answer.headers["Content-Range"].endswith(f"/{len(AUDIO)}")


def test_a_part_beyond_the_end(path: str, log_in: LogIn, place: Place) -> None:
    answer = log_in("petugas").get(path, headers={"Range": f"bytes={len(AUDIO)}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(AUDIO)}"
    assert playbacks(place) == 0


def test_head_tells_the_size_and_is_no_playback(path: str, log_in: LogIn, place: Place) -> None:
    answer = log_in("petugas").head(path)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(AUDIO))
    assert playbacks(place) == 0


def test_another_version_is_sent_whole(path: str, log_in: LogIn) -> None:
    answer = log_in("petugas").get(path, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert answer.status_code == 200


def test_a_playback_is_one_row_however_many_ranges(path: str, log_in: LogIn, place: Place) -> None:
    client = log_in("petugas")
    client.get(path, headers={"Range": "bytes=0-"})
    place.clock.advance(seconds=30)
    client.get(path, headers={"Range": "bytes=1000-"})
    client.get(path, headers={"Range": "bytes=0-"})
    assert playbacks(place) == 1


def test_a_second_playback_is_a_second_row(path: str, log_in: LogIn, place: Place) -> None:
    client = log_in("petugas")
    client.get(path)
    place.clock.advance(seconds=61)
    client.get(path)
    assert playbacks(place) == 2


def test_nobody_listens_unseen_by_starting_in_the_middle(path: str, log_in: LogIn, place: Place) -> None:
    log_in("petugas").get(path, headers={"Range": "bytes=1-"})
    log_in("pengawas").get(path, headers={"Range": "bytes=1-"})
    assert playbacks(place) == 2


def test_another_agency_s_recording_is_not_there(place: Place, path: str, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinkes")).one()
        session.scalars(select(Recording)).one().call.agency_id = agency.id
    assert log_in("petugas").get(path).status_code == 404
    assert playbacks(place) == 0


def test_a_store_that_is_away_is_told(place: Place, path: str, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        session.scalars(select(Recording)).one().store_key = "2026/11/23/gone.wav"
    answer = log_in("petugas").get(path)
    assert answer.status_code == 503
    assert "Rekaman tidak hilang" in answer.text
    assert playbacks(place) == 0


@pytest.mark.parametrize(
    "header", [None, "", "items=0-1", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "bytes=a-b"]
)
def test_what_is_no_single_range_asks_for_all(header: str | None) -> None:
    assert read_range(header, 100) is None


def test_ranges_end_where_the_object_ends() -> None:
    assert read_range("bytes=90-500", 100) == ByteRange(90, 10, 100)
    assert read_range("bytes=-500", 100) == ByteRange(0, 100, 100)


@pytest.mark.parametrize(("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0)])
def test_ranges_outside(header: str, size: int) -> None:
    with pytest.raises(UnsatisfiableError):
        read_range(header, size)
