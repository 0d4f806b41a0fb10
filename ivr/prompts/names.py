"""How an agency's written name is read aloud."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from ivr.prompts.texts import HERE, texts

MAX_LETTERS = 200
_WORD = re.compile(r"[^\W_]+")


def words_of(name: str) -> str:
    """Write a name as espeak-ng should read it: ``RSUD`` as ``er es u de``.

    Only letters and digits pass, so that nothing in a name is taken for a
    command or for phonemes.
    """
    words = [_word(word) for word in _WORD.findall(name[:MAX_LETTERS])]
    return " ".join(words) or texts("id")["agency/_generic"].words


def _word(word: str) -> str:
    if word in _spelled() or (len(word) == 1 and word.isascii() and word.isupper()):
        return " ".join(texts("id")[f"letters/{letter}"].words for letter in word.lower())
    return word


@cache
def _spelled() -> frozenset[str]:
    data: dict[str, Any] = yaml.safe_load((HERE / "id.yaml").read_text("utf-8"))
    return frozenset(data["spelled"])
