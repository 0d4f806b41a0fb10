"""Fonts of PDF documents, and what is shown of a text that a font lacks letters of."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from fpdf import FPDF

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
"""Where Debian's fonts-dejavu-core lies, on machines that have it."""
_FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
_PLAIN = str.maketrans({"–": "-", "“": '"', "”": '"', "’": "'"})
_MISSING = "?"


@dataclass(frozen=True, slots=True)
class Font:
    """A family of a document; ``letters`` are the code points it can show, ``None`` those of Latin-1."""

    family: str
    letters: frozenset[int] | None

    def shown(self, text: str) -> str:
        """Put a question mark where the font lacks a letter."""
        clean = unicodedata.normalize("NFC", text)
        if self.letters is None:
            return clean.translate(_PLAIN).encode("latin-1", "replace").decode("latin-1")
        return "".join(one if one == "\n" or ord(one) in self.letters else _MISSING for one in clean)


def font_for(pdf: FPDF, folder: Path = DEJAVU) -> Font:
    """Give a document the fonts of a folder, or else those that every reader of PDF has."""
    files = {style: folder / name for style, name in _FILES.items()}
    if not all(path.is_file() for path in files.values()):
        return Font("helvetica", None)
    letters: set[int] | None = None
    for style, path in files.items():
        pdf.add_font("dejavu", style, path)
        known = {int(one) for one in getattr(pdf.fonts[f"dejavu{style}"], "cmap", ())}
        letters = known if letters is None else letters & known
    return Font("dejavu", frozenset(letters or ()))
