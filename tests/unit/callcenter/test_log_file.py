from __future__ import annotations

from pathlib import Path

from callcenter.log_file import LogFile


class Small(LogFile):
    LIMIT = 10


def test_a_long_log_is_turned_and_the_oldest_part_dropped(tmp_path: Path) -> None:
    log = Small(tmp_path / "log/web.log")
    for word in "abcdef":
        log.write(word.encode() * 11)
    log.close()
    kept = {path.name: path.read_text()[0] for path in (tmp_path / "log").iterdir()}
    assert kept == {"web.log": "f", "web.log.1": "e", "web.log.2": "d", "web.log.3": "c"}


def test_a_log_goes_on_where_it_ended(tmp_path: Path) -> None:
    for word in (b"one\n", b"two\n"):
        log = LogFile(tmp_path / "web.log")
        log.write(word)
        log.close()
    assert LogFile(tmp_path / "web.log").tail() == "one\ntwo"
    assert LogFile(tmp_path / "web.log").tail(lines=1) == "two"
