"""The texts of the prompts."""

from __future__ import annotations

from ivr.prompts.names import words_of
from ivr.prompts.texts import LANGUAGES, texts
from ivr.turns import Language

DIALPLAN = {"holding", "degraded", "goodbye", "agency/_generic"}


def _sentences(language: Language) -> set[str]:
    return {name for name in texts(language) if "/" not in name}


def test_both_languages_have_the_same_prompts() -> None:
    assert _sentences("id") == _sentences("en")


def test_the_exchange_finds_what_it_says_alone() -> None:
    assert all(set(texts(language)) >= DIALPLAN for language in LANGUAGES)


def test_digits_and_letters_are_complete() -> None:
    wanted = {f"digits/{digit}" for digit in "0123456789"} | {f"letters/{chr(n)}" for n in range(97, 123)}
    assert all(set(texts(language)) >= wanted for language in LANGUAGES)


def test_no_text_is_empty_or_was_read_as_something_else() -> None:
    for language in LANGUAGES:
        for text in texts(language).values():
            assert text.words.strip()
            assert text.words not in ("True", "False", "None")


def test_the_other_language_is_offered_by_its_own_voice() -> None:
    assert texts("id")["language_en"].voice == "en"
    assert texts("en")["language_id"].voice == "id"


def test_agencies_names_are_written_as_they_are_read() -> None:
    assert words_of("Dinas Sosial") == "Dinas Sosial"
    assert words_of("RSUD Pantura M.A. Sentot Patrol") == "er es u de Pantura em a Sentot Patrol"


def test_nothing_in_a_name_is_a_command_to_the_voice() -> None:
    assert words_of("-w /etc/x [[h'ai]] <break/>\r\n") == "w etc x h ai break"
    assert words_of("???") == "pemerintah daerah"
    assert len(words_of("a" * 10_000)) == 200
