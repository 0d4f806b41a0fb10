"""One byte range of an HTTP request (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class UnsatisfiableError(ValueError):
    """The range lies outside of what there is: answer 416."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """``length`` bytes from ``start`` of an object of ``size`` bytes."""

    start: int
    length: int
    size: int

    @property
    def header(self) -> str:
        """The Content-Range header's value."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size}"


def read_range(header: str | None, size: int) -> ByteRange | None:
    """Read a Range header; ``None`` means the whole object.

    Other units, several ranges and malformed values ask for the whole, as the
    RFC allows. Raises ``UnsatisfiableError``.
    """
    match = _RANGE.fullmatch((header or "").strip())
    if match is None or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start >= size or end < start:
        raise UnsatisfiableError(header)
    return ByteRange(start, end - start + 1, size)
