"""The words of every prompt, by language (``id.yaml``, ``en.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml

from ivr.turns import Language

HERE = Path(__file__).parent
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a prompt and the espeak-ng voice that speaks them."""

    words: str
    voice: str


@cache
def texts(language: Language) -> Mapping[str, Text]:
    """Tell every prompt's text by its name, agencies' names left out."""
    data: dict[str, Any] = yaml.safe_load((HERE / f"{language}.yaml").read_text("utf-8"))
    entries: dict[str, Any] = dict(data["prompts"])
    for folder, words in data["lists"].items():
        entries |= {f"{folder}/{name}": word for name, word in words.items()}
    return {name: _text(entry, data["voice"]) for name, entry in entries.items()}


def names_by_language() -> dict[Language, frozenset[str]]:
    """Tell the names of the prompts by language."""
    return {language: frozenset(texts(language)) for language in LANGUAGES}


def _text(entry: str | Mapping[str, str] | bool, voice: str) -> Text:
    if isinstance(entry, Mapping):
        return Text(entry["text"], entry["voice"])
    return Text(str(entry), voice)
