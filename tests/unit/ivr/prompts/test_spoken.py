"""Numbers, digits, dates and times as they are said."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompts import spoken
from ivr.prompts.texts import texts
from ivr.turns import AgencyName, Clip, Language, Number, Spell


def said(clips: list[str], language: Language) -> str:
    return " ".join(texts(language)[clip].words for clip in clips)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "nol"),
        (7, "tujuh"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (101, "seratus satu"),
        (111, "seratus sebelas"),
        (210, "dua ratus sepuluh"),
        (1000, "seribu"),
        (1100, "seribu seratus"),
        (2026, "dua ribu dua puluh enam"),
        (11_000, "sebelas ribu"),
        (21_001, "dua puluh satu ribu satu"),
        (100_000, "seratus ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (
            999_999_999,
            "sembilan ratus sembilan puluh sembilan juta sembilan ratus sembilan puluh sembilan ribu "
            "sembilan ratus sembilan puluh sembilan",
        ),
    ],
)
def test_numbers_in_indonesian(value: int, words: str) -> None:
    assert said(spoken.number(value, "id"), "id") == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (20, "twenty"),
        (42, "forty two"),
        (100, "one hundred"),
        (115, "one hundred fifteen"),
        (2026, "two thousand twenty six"),
        (1_000_001, "one million one"),
    ],
)
def test_numbers_in_english(value: int, words: str) -> None:
    assert said(spoken.number(value, "en"), "en") == words


@pytest.mark.parametrize("value", [-1, 1_000_000_000])
def test_a_number_out_of_range_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="cannot be spoken"):
        spoken.number(value, "id")


@given(st.integers(0, 999_999_999), st.sampled_from(["id", "en"]))
def test_every_number_has_its_clips_and_means_itself(value: int, language: Language) -> None:
    assert _meaning(spoken.number(value, language)) == value


def _meaning(clips: list[str]) -> int:
    """Read a number back from its clips."""
    total = part = 0
    for clip in clips:
        folder, word = clip.split("/")
        scale = {"juta": 10**6, "million": 10**6, "ribu": 1000, "thousand": 1000}.get(word)
        if folder == "numbers" and word == "1000":  # seribu
            total, part = total + 1000, 0
        elif folder == "numbers":
            part += int(word)
        elif scale:
            total, part = total + part * scale, 0
        else:
            unit = part % 10
            part += {"belas": 10, "puluh": 9 * unit, "ratus": 99 * unit, "hundred": 99 * unit}[word]
    return total + part


def test_a_ticket_number_is_said_digit_by_digit() -> None:
    assert said(spoken.clips(Spell("1204"), "id"), "id") == "satu dua nol empat"
    assert said(spoken.clips(Spell("A7"), "en"), "en") == "a seven"


def test_only_digits_and_letters_are_spelled() -> None:
    assert spoken.spell("1 -/é٣b") == ["digits/1", "letters/b"]


def test_dates() -> None:
    day = date(2026, 2, 2)
    assert said(spoken.day(day, "id"), "id") == "Senin tanggal dua Februari dua ribu dua puluh enam"
    assert said(spoken.day(day, "en"), "en") == "Monday February second two thousand twenty six"


@pytest.mark.parametrize(
    ("at", "indonesian", "english"),
    [
        (time(7, 0), "pukul tujuh", "seven A.M."),
        (time(7, 5), "pukul tujuh lewat lima menit", "seven oh five A.M."),
        (time(0, 30), "pukul nol lewat tiga puluh menit", "twelve thirty A.M."),
        (time(12, 0), "pukul dua belas", "twelve P.M."),
        (time(21, 11), "pukul dua puluh satu lewat sebelas menit", "nine eleven P.M."),
    ],
)
def test_times(at: time, indonesian: str, english: str) -> None:
    assert said(spoken.clock(at, "id"), "id") == indonesian
    assert said(spoken.clock(at, "en"), "en") == english


def test_parts_of_a_turn() -> None:
    assert spoken.clips(Clip("notice"), "id") == ["notice"]
    assert spoken.clips(Number(12), "id") == ["numbers/2", "words/belas"]
    assert spoken.clips(AgencyName("dinsos", "Dinas Sosial"), "id") == ["agency/dinsos"]


@pytest.mark.parametrize("code", ["", "../x", "a/b", "A", "a\n", "é", "-a", "a" * 64])
def test_an_agency_code_that_is_no_file_name_gets_the_generic_clip(code: str) -> None:
    assert spoken.clips(AgencyName(code, "?"), "id") == ["agency/_generic"]


@given(st.dates(date(1, 1, 1)), st.times(), st.sampled_from(["id", "en"]))
def test_every_date_and_time_has_its_clips(day: date, at: time, language: Language) -> None:
    assert said(spoken.day(day, language) + spoken.clock(at, language), language)
