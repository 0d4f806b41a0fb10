"""One fault of each target under calls, drawn anew each time; `make faults` is the long form."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from tests.faults.audit import CHECKS
from tests.faults.evidence import Evidence
from tests.faults.run import Options, Outcome, run
from tests.faults.schedule import SQLITE

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The run, once it is over; its seed is printed."""
    options = Options(random.randrange(10**6), SQLITE, calls=72, rate=1.6, faults=0)
    print(f"faults: seed {options.seed}")
    return run(options, tmp_path_factory.mktemp("faults"), print)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_under_faults(outcome: Outcome, check: Callable[[Evidence], Iterator[str]]) -> None:
    assert list(check(outcome.evidence)) == []


def test_every_planned_fault_came(outcome: Outcome) -> None:
    assert sorted(one.kind.name for one in outcome.happened) == sorted(
        one.kind.name for one in outcome.options.plan()
    )


def test_there_were_calls_of_every_sort(outcome: Outcome) -> None:
    assert len(outcome.evidence.seen) == outcome.options.calls
    assert {call.disposition for call in outcome.evidence.calls} >= {"answered", "recorded", "call_back"}
    assert any(call.recordings for call in outcome.evidence.calls)
    assert outcome.evidence.letters
