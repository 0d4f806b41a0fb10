"""What of the dialplan depends on the plan: numbers, agencies and officers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from ivr.asterisk import names
from ivr.asterisk.versions import interleaves

COUNTRY = "+62"

_NUMBER = re.compile(r"\+?[0-9*#]{2,20}\Z")
NOBODY = "exten => none,1,Hangup(3)"


@dataclass(frozen=True, slots=True)
class Line:
    """A number and the code of the agency that answers it.

    The exchange needs it only where it copes without the ivr process.
    """

    number: str
    agency: str

    def __post_init__(self) -> None:
        """Refuse what is more than a number: in a dialplan it could be a pattern."""
        if not _NUMBER.match(self.number):
            raise ValueError(f"line {self.number[:40]!r}: not a telephone number")

    @property
    def dialled(self) -> tuple[str, ...]:
        """Tell how trunks write the number: +62…, 62… and 0… are the same."""
        if not self.number.startswith(COUNTRY):
            return (self.number,)
        rest = self.number.removeprefix(COUNTRY)
        return self.number, f"62{rest}", f"0{rest}"


def numbers(lines: Iterable[Line]) -> str:
    """Write which agency answers which dialled number, each number once."""
    agencies: dict[str, str] = {}
    for line in lines:
        for dialled in line.dialled:
            agencies.setdefault(dialled, line.agency)
    return "\n".join(
        f"exten => {dialled},1,Set(AGENCY={agency})\n same => n,Return()"
        for dialled, agency in agencies.items()
    )


def mobiles(officers: Iterable[tuple[int, str]], *, trunk: bool) -> str:
    """Write where officers' own numbers are rung; without a trunk nobody's is."""
    return "\n".join(_mobiles(officers)) if trunk and officers else NOBODY


def _mobiles(officers: Iterable[tuple[int, str]]) -> Iterator[str]:
    for officer, mobile in officers:
        yield f"exten => officer-{officer},1,Dial(PJSIP/{mobile}@{names.TRUNK})\n same => n,Hangup()"


def monitor(version: tuple[int, ...], spool: str) -> str:
    """Write how a conversation is recorded with both sides, where Asterisk can do that."""
    if not interleaves(version):
        return " same => n,NoOp(this Asterisk cannot record both sides)"
    kept = f"[ -s ${{TALK}} ] && mv -n ${{TALK}} {spool}/ready/ || rm -f ${{TALK}}"
    return f" same => n,MixMonitor(${{TALK}},bD,{kept})"


def node_digits(node: str) -> str:
    """Give a node's two digits of the numbers it makes alone."""
    return f"{crc32(node.encode()) % 100:02d}"
