from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ivr.hearing import RATE, Ear, Heard, clips_of, tellings, voice_seconds

Audio = NDArray[np.float32]


def babble(seed: int, seconds: float) -> Audio:
    """Something like speech: noise below 1.5 kHz that swells and fades."""
    dice = np.random.default_rng(seed)
    noise = np.convolve(dice.normal(size=round(seconds * RATE)), np.hanning(9), "same")
    swell = 0.4 + np.abs(np.sin(np.linspace(0, 9 * seconds, len(noise))))
    return np.asarray(3000 * noise * swell / np.std(noise), dtype=np.float32)


def silence(seconds: float) -> Audio:
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def pcm(*parts: Audio) -> bytes:
    return np.concatenate(parts).clip(-32768, 32767).astype("<i2").tobytes()


CLIPS = {
    f"id/{name}": babble(seed, seconds)
    for seed, (name, seconds) in enumerate([("a", 4), ("b", 1.2), ("c", 0.5)])
}


def names(heard: list[Heard]) -> list[str]:
    return [one.name for one in heard]


def test_clips_are_told_in_order_with_their_times() -> None:
    audio = pcm(silence(1), CLIPS["id/b"], silence(0.3), CLIPS["id/a"], CLIPS["id/c"], silence(0.1))
    heard = Ear(CLIPS).hear(audio, over=True)
    assert names(heard) == ["b", "a", "c"]
    assert [one.at for one in heard] == pytest.approx([1, 2.5, 6.5], abs=0.1)


def test_growing_audio_tells_each_clip_once() -> None:
    audio = pcm(CLIPS["id/a"], silence(2), CLIPS["id/a"], silence(1), CLIPS["id/c"], silence(3))
    ear, heard = Ear(CLIPS), list[Heard]()
    for end in range(0, len(audio), 7002):
        heard += ear.hear(audio[:end])
    assert names([*heard, *ear.hear(audio, over=True)]) == ["a", "a", "c"]


def test_strange_sounds_are_no_clip() -> None:
    assert Ear(CLIPS).hear(pcm(babble(99, 8)), over=True) == []
    assert Ear(CLIPS).hear(b"", over=True) == []


def test_a_clip_cut_off_early_was_not_heard() -> None:
    assert Ear(CLIPS).hear(pcm(CLIPS["id/a"][: RATE // 2], silence(4)), over=True) == []


def test_a_lost_packet_and_the_line_coding_do_not_matter() -> None:
    clip = np.concatenate([CLIPS["id/a"][:9000], CLIPS["id/a"][9320:]])
    noisy = clip + np.random.default_rng(1).normal(size=len(clip)) * 150
    assert names(
        Ear(CLIPS).hear(pcm(silence(0.2), np.asarray(noisy, dtype=np.float32), silence(1)), over=True)
    ) == ["a"]


@pytest.mark.parametrize("before", np.arange(4.5, 8.1, 0.25))
def test_what_cuts_a_clip_short_is_heard_wherever_the_search_is(before: float) -> None:
    clips = {**CLIPS, "id/menu": babble(8, 3)}
    audio = pcm(silence(before), CLIPS["id/a"][: int(1.8 * RATE)], clips["id/menu"], silence(1))
    assert names(Ear(clips).hear(audio, over=True))[-1] == "menu"


def test_a_word_of_a_sentence_is_not_the_clip_of_that_word() -> None:
    sentence = np.concatenate([babble(5, 2), CLIPS["id/c"] + 0.55 * babble(6, 0.5), babble(7, 2)])
    assert names(Ear({**CLIPS, "id/sentence": sentence}).hear(pcm(sentence), over=True)) == ["sentence"]


def test_tellings_are_the_digits_behind_a_clip() -> None:
    spoken = ["menu", "digits/9", "number", "digits/1", "digits/0", "pin", "digits/4", "number", "digits/7"]
    heard = [Heard(at, f"id/{name}", 1) for at, name in enumerate(spoken)]
    assert tellings(heard, "number") == ["10", "7"]
    assert tellings(heard, "pin") == ["4"]
    assert tellings(heard, "status") == []


def test_voice_is_measured_in_seconds() -> None:
    assert voice_seconds(pcm(silence(2), babble(1, 3), silence(1))) == pytest.approx(3, abs=0.2)
    assert voice_seconds(b"") == 0


def test_clips_are_read_and_missing_ones_left_out(tmp_path: Path) -> None:
    (tmp_path / "id").mkdir()
    with wave.open(str(tmp_path / "id/a.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(pcm(CLIPS["id/a"]))
    clips = clips_of(tmp_path, ["id/a", "id/missing"])
    assert list(clips) == ["id/a"]
    assert Ear(clips).seconds("id/a") == pytest.approx(4)


def test_a_clip_of_another_rate_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\0\0")
    with pytest.raises(ValueError, match="not 8 kHz"):
        clips_of(tmp_path, ["a"])
