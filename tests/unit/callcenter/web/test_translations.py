"""Every text of the screens has its English one, with the same gaps to fill."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import callcenter

ROOT = Path(callcenter.__file__).parent
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "pgettext": ((1, "c"), 2),
}


def english() -> Catalog:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


def first(text: object) -> str:
    return str(text[0]) if isinstance(text, list | tuple) else str(text)


def extracted() -> Iterator[tuple[str | None, str]]:
    """Give each text behind its context, which few have."""
    with (ROOT / "translations/babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    for _file, _line, text, _comments, context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        yield context, first(text)


def translated() -> list[Message]:
    return [message for message in english() if message.id]


def test_every_text_is_translated_and_nothing_else() -> None:
    known = {(message.context, first(message.id)) for message in translated() if message.string}
    assert known == set(extracted())


def test_translations_have_the_same_gaps() -> None:
    gap = re.compile(r"%\(\w+\)s")
    for message in translated():
        wanted = set(gap.findall(first(message.id)))
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(set(gap.findall(string)) == wanted for string in strings), message.id
