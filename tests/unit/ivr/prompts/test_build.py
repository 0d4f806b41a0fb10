"""Prompts are really spoken, once, in the formats of the exchange and Twilio."""

from __future__ import annotations

import wave
from array import array
from pathlib import Path

import pytest

from ivr.prompts.audio import PromptError
from ivr.prompts.build import MANIFEST, Report, build, build_agencies, missing
from ivr.prompts.texts import texts


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("prompts")
    build(directory)
    return directory


def sound(path: Path) -> tuple[int, int, int, float]:
    with wave.open(str(path), "rb") as file:
        rate = file.getframerate()
        return rate, file.getnchannels(), file.getsampwidth(), file.getnframes() / rate


def test_every_prompt_is_made_in_every_format(built: Path) -> None:
    assert missing(built) == []
    for path, rate in (("id/notice.wav", 8000), ("id/notice.wav16", 16000), ("twilio/id/notice.wav", 8000)):
        assert sound(built / path)[:3] == (rate, 1, 2)
        assert 5 < sound(built / path)[3] < 15


def test_prompts_are_audible_and_different(built: Path) -> None:
    read = [(built / f"id/digits/{name}.wav").read_bytes()[44:] for name in "0123456789"]

    assert len(set(read)) == 10
    assert all(max(array("h", content)) > 20_000 for content in read)


def test_a_second_build_does_nothing(built: Path) -> None:
    before = (built / "id/notice.wav").stat().st_mtime_ns

    assert build(built) == Report(made=0, kept=len(texts("id")) + len(texts("en")))
    assert (built / "id/notice.wav").stat().st_mtime_ns == before


def test_what_was_lost_is_told_and_made_again(built: Path) -> None:
    (built / "id/notice.wav16").unlink()
    (built / "en/goodbye.wav").write_bytes(b"")

    assert missing(built) == ["id/notice.wav16", "en/goodbye.wav"]
    assert build(built).made == 2
    assert missing(built) == []


def test_a_damaged_manifest_only_costs_time(tmp_path: Path) -> None:
    build_agencies(tmp_path, [("dinsos", "Dinas Sosial")])
    (tmp_path / MANIFEST).write_text("[")

    assert build_agencies(tmp_path, [("dinsos", "Dinas Sosial")]).made == 2


def test_an_agency_is_spoken_and_spoken_again_when_renamed(tmp_path: Path) -> None:
    assert build_agencies(tmp_path, [("dinsos", "Dinas Sosial")]).made == 2
    assert build_agencies(tmp_path, [("dinsos", "Dinas Sosial")]).made == 0
    first = sound(tmp_path / "id/agency/dinsos.wav")[3]
    assert build_agencies(tmp_path, [("dinsos", "Dinas Sosial Kabupaten Indramayu")]).made == 2
    assert sound(tmp_path / "id/agency/dinsos.wav")[3] > first


def test_an_agency_whose_code_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="lower-case letters"):
        build_agencies(tmp_path, [("../../x", "X")])


def test_a_human_recording_takes_precedence(tmp_path: Path) -> None:
    human = tmp_path / "human"
    _tone(human / "id/agency/dinsos.wav", seconds=3)

    assert build_agencies(tmp_path / "out", [("dinsos", "Dinas Sosial")], human).made == 2

    assert sound(tmp_path / "out/id/agency/dinsos.wav") == (8000, 1, 2, 3.0)
    assert sound(tmp_path / "out/en/agency/dinsos.wav")[3] != 3.0
    (human / "id/agency/dinsos.wav").unlink()
    assert build_agencies(tmp_path / "out", [("dinsos", "Dinas Sosial")], human).made == 1


def test_a_broken_human_recording_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "human/id/agency/dinsos.wav"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"no sound")

    with pytest.raises(PromptError, match=r"id/agency/dinsos cannot be made from .*dinsos\.wav"):
        build_agencies(tmp_path / "out", [("dinsos", "Dinas Sosial")], tmp_path / "human")


def test_a_missing_programme_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PromptError, match="espeak-ng is not installed"):
        build_agencies(tmp_path, [("dinsos", "Dinas Sosial")])


def _tone(path: Path, seconds: int) -> None:
    path.parent.mkdir(parents=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(bytes([0, 32, 0, 32, 0, 224, 0, 224]) * (44100 * seconds // 2))
