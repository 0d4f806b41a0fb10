"""The page that a run writes."""

from __future__ import annotations

from pathlib import Path

from tests.faults import report
from tests.faults.evidence import Evidence
from tests.faults.run import Happened
from tests.faults.schedule import Kind
from tests.faults.spoken import Heard
from tests.faults.witness import Seen

CUT_OFF = Seen("08407000000", trying=10, answered=11, stays=30)
WHOLE = Seen("08407000001", trying=10, answered=11, over=30)
BEFORE = Seen("08407000002", trying=1, answered=1, over=2)
EVIDENCE = Evidence(
    seen=[CUT_OFF, WHOLE, BEFORE],
    exchange={"a": CUT_OFF.caller, "b": WHOLE.caller},
    degraded=frozenset({"b"}),
    heard={"a": Heard(connections=1, longest_wait=0.5), "b": Heard(connections=3, longest_wait=4.0)},
)


def test_a_row_tells_what_became_of_the_calls_under_way() -> None:
    (row,) = report.rows([Happened(Kind("kill", "asterisk"), 15, 15)], EVIDENCE)
    assert (row.name, row.times, row.calls) == ("kill asterisk", 1, 2)
    assert (row.whole, row.cut, row.unanswered) == (1, 1, 0)
    assert (row.asked_again, row.degraded, row.silence) == (1, 1, 4.0)


def test_a_kind_has_one_row_however_often_it_came() -> None:
    kind = Kind("kill", "ivr")
    rows = report.rows([Happened(kind, 1, 1), Happened(kind, 20, 20), Happened(kind, 900, 900)], EVIDENCE)
    assert [(row.times, row.calls) for row in rows] == [(3, 3)]


def test_a_section_replaces_the_former_one_of_its_database(tmp_path: Path) -> None:
    page = tmp_path / "reliability.md"
    report.write(page, "sqlite", "first\n")
    report.write(page, "postgresql", "other\n")
    report.write(page, "sqlite", "second \\1\n")
    text = page.read_text()
    assert "first" not in text
    assert text.index("second \\1") < text.index("## PostgreSQL") < text.index("other")
