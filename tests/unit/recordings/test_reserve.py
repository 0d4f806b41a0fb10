"""Room that is kept, given up, and kept again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from recordings.reserve import NAME, Reserve

SIZE = 1 << 20


class Usage(NamedTuple):
    free: int


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The bytes that are free; the last item counts."""
    free = [100 * SIZE]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free[-1]))
    return free


def test_room_is_kept_and_given_up_when_the_disk_is_full(tmp_path: Path, disk: list[int]) -> None:
    reserve = Reserve(tmp_path, SIZE)
    reserve.look()
    assert (tmp_path / NAME).stat().st_blocks * 512 >= SIZE
    disk.append(SIZE)
    reserve.look()
    assert (tmp_path / NAME).exists()
    disk.append(SIZE // 8)
    reserve.look()
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_again_only_when_there_is_plenty(tmp_path: Path, disk: list[int]) -> None:
    reserve = Reserve(tmp_path, SIZE)
    disk.append(3 * SIZE)
    reserve.look()
    assert not (tmp_path / NAME).exists()
    disk.append(5 * SIZE)
    reserve.look()
    assert (tmp_path / NAME).exists()


def test_no_reserve_is_kept_where_none_is_wanted(tmp_path: Path, disk: list[int]) -> None:
    Reserve(tmp_path, 0).look()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_reserve_keeps_nothing_of_it(tmp_path: Path, disk: list[int]) -> None:
    disk.append(1 << 62)
    with pytest.raises(OSError, match=r"."):
        Reserve(tmp_path, 1 << 59).look()
    assert list(tmp_path.iterdir()) == []
