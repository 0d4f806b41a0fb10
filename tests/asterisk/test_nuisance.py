"""A marked number waits behind the others; an emergency never does."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import Obligation
from tests.asterisk.hotline import Hotline
from tests.asterisk.nuisance import Queues

pytestmark = pytest.mark.xdist_group("asterisk")


def test_a_marked_number_waits_behind_who_came_later(queues: Queues) -> None:
    first, last = queues.ordinary  # who has heard the keys came back one place higher
    assert (first in (5, 6), last in (0, 1)) == (True, True)


def test_a_marked_number_s_emergency_goes_first(queues: Queues) -> None:
    assert queues.emergency == [10]


def test_all_of_them_are_owed_a_call_back(queues: Queues, hotline: Hotline) -> None:
    assert {queues.marked.disposition, queues.unmarked.disposition, queues.urgent.disposition} == {
        "call_back"
    }
    with hotline.database.reading() as session:
        lowered = {
            owed.caller_number: (owed.lowered, owed.due_at - owed.opened_at)
            for owed in session.scalars(select(Obligation))
        }
    marked, unmarked, urgent = (
        lowered[story.caller_number] for story in (queues.marked, queues.unmarked, queues.urgent)
    )
    assert [marked[0], unmarked[0], urgent[0]] == [True, False, False]
    assert urgent[1] < unmarked[1] < marked[1]
