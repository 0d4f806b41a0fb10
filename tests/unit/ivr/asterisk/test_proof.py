"""Whether a test call heard its prompts."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from ivr.asterisk.proof import Proof
from ivr.asterisk.sounds import Sounds
from ivr.events import Digits, TimedOut
from ivr.turns import AgencyName, Clip, Gather, Say, Turn

FIRST = Turn(
    1,
    (
        Say("id", (Clip("greeting"), AgencyName("dinsos", "Dinas Sosial"))),
        Gather("id", (Clip("notice"),), 1, 1.0),
    ),
)
LENGTHS = {"greeting": 2.0, "agency/dinsos": 1.0, "notice": 7.0}


class Time:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 5.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    for name, seconds in LENGTHS.items():
        path = tmp_path / f"id/{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(int(seconds * 16_000)))
    return tmp_path


def heard(prompts: Path, seconds: float) -> object:
    time = Time()
    proof = Proof(Sounds(prompts), time)
    time.seconds += seconds
    return proof.of(FIRST, TimedOut("turn:1"))


@pytest.mark.parametrize("seconds", [10.0, 11.1, 30.0])
def test_a_turn_as_long_as_its_prompts_was_heard(prompts: Path, seconds: float) -> None:
    assert heard(prompts, seconds) == TimedOut("turn:1")


def test_a_turn_shorter_than_its_prompts_left_something_out(prompts: Path) -> None:
    assert heard(prompts, 4.0) == TimedOut("turn:1", "4.0 s / 10.0 s")


@pytest.mark.parametrize("name", LENGTHS)
def test_a_missing_prompt_is_named_whatever_was_played_instead(prompts: Path, name: str) -> None:
    (prompts / f"id/{name}.wav").unlink()
    assert heard(prompts, 30) == TimedOut("turn:1", f"id/{name}")


def test_an_empty_prompt_is_a_missing_one(prompts: Path) -> None:
    (prompts / "id/notice.wav").write_bytes(bytes(44))
    assert heard(prompts, 30) == TimedOut("turn:1", "id/notice")


def test_other_ends_are_left_as_they_are(prompts: Path) -> None:
    assert Proof(Sounds(prompts), Time()).of(FIRST, Digits("turn:1", "9")) == Digits("turn:1", "9")
    assert Proof(Sounds(prompts), Time()).of(FIRST, None) is None
