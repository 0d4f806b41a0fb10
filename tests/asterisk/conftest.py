"""One hotline for the folder; the calls that the chosen tests need run all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.asterisk.phone import Telephone
from tests.asterisk.alone import Aftermath
from tests.asterisk.alone import alone as without_us
from tests.asterisk.alone import stuck as with_a_stuck_one
from tests.asterisk.crowd import crowd as crowd_calls
from tests.asterisk.faults import Survivors, faults
from tests.asterisk.full import FullDisk
from tests.asterisk.full import full_disk as full_disk_calls
from tests.asterisk.handoffs import Handoffs
from tests.asterisk.handoffs import handoffs as handoff_calls
from tests.asterisk.hotline import Hotline
from tests.asterisk.line_tests import Checked, tested_lines
from tests.asterisk.nuisance import Queues, waiting_in_line
from tests.asterisk.people import Stage, endpoints, folder
from tests.asterisk.scenes import SCENES, Played
from tests.asterisk.sipp import Tally
from tests.asterisk.terminal import Words, at_the_terminal
from tests.asterisk.unwatched import Unwatched
from tests.asterisk.unwatched import unwatched as unwatched_calls
from tests.fixtures.browser import artefacts, chromium, page, playwright, shoot

__all__ = ["artefacts", "chromium", "page", "playwright", "shoot"]

PLAYS: dict[str, Callable[[Stage], object]] = {
    **SCENES,
    "crowd": crowd_calls,
    "survivors": faults,
    "full_disk": full_disk_calls,
    "checked": tested_lines,
    "alone": without_us,
    "stuck": with_a_stuck_one,
    "queues": waiting_in_line,
    "terminal": at_the_terminal,
    "unwatched": unwatched_calls,
    "handoffs": handoff_calls,
}

OWN_HOTLINES = ("full_disk", "alone", "survivors", "stuck", "handoffs", "checked", "unwatched")
"""Plays that start a hotline of their own, the longest first; not all at a time on two cores."""
AT_A_TIME = 4

PLAYED_ALONE = PLAYS.keys() - SCENES.keys()
"""What tests ask for by a fixture of its own."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "scene(name): the call of tests/asterisk/scenes.py that a test looks at"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests into the order in which their calls are over; others need no wait at all."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    places = [place for place, item in enumerate(items) if item in here]
    for place, item in zip(places, sorted(here, key=_turn), strict=True):
        items[place] = item
        item.add_marker(pytest.mark.timeout(480))  # the first to look at a call waits for all of it


def _turn(item: pytest.Item) -> int:
    wanted = _wanted(item)
    if item.path.name == "test_records.py":  # looks at every call
        return 3
    return 2 if any(name in OWN_HOTLINES for name in wanted) else 0 if wanted else 1


@pytest.fixture(scope="session")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    hotline = Hotline(tmp_path_factory.mktemp("hotline") / "home")
    try:
        hotline.start()
        yield hotline
    finally:
        hotline.stop()


@pytest.fixture(scope="session")
def stage(hotline: Hotline) -> Iterator[Stage]:
    officers = endpoints(hotline)
    with Telephone(hotline.binary, hotline.address, folder(hotline.home), officers) as telephone:
        telephone.wait_registered()
        hotline.wait_registered(officers)
        yield Stage(hotline, telephone)


@pytest.fixture(scope="session", autouse=True)
def plays(request: pytest.FixtureRequest, stage: Stage) -> Iterator[dict[str, Future[object]]]:
    """Begin all that one of the collected tests looks at, at the same time."""
    names = sorted({name for item in request.session.items for name in _wanted(item)})
    with ThreadPoolExecutor(len(names) or 1) as here, ThreadPoolExecutor(AT_A_TIME) as elsewhere:
        own = {name: elsewhere.submit(PLAYS[name], stage) for name in OWN_HOTLINES if name in names}
        yield own | {name: here.submit(PLAYS[name], stage) for name in names if name not in own}


@pytest.fixture
def played(request: pytest.FixtureRequest, plays: dict[str, Future[object]]) -> Played:
    """The call that the test's mark ``scene`` names, once it is over."""
    mark = request.node.get_closest_marker("scene")
    assert mark is not None
    result = plays[mark.args[0]].result()
    assert isinstance(result, Played)
    return result


@pytest.fixture
def crowd(plays: dict[str, Future[object]]) -> Tally:
    """The crowd's calls, once they are over."""
    result = plays["crowd"].result()
    assert isinstance(result, Tally)
    return result


@pytest.fixture
def survivors(plays: dict[str, Future[object]]) -> Survivors:
    """The calls under which processes were killed, once they are over."""
    result = plays["survivors"].result()
    assert isinstance(result, Survivors)
    return result


@pytest.fixture
def full_disk(plays: dict[str, Future[object]]) -> FullDisk:
    """The calls that found no room for their messages, once they are over."""
    result = plays["full_disk"].result()
    assert isinstance(result, FullDisk)
    return result


@pytest.fixture
def checked(plays: dict[str, Future[object]]) -> Checked:
    """The test calls of a line in good and in bad days, once they are over."""
    result = plays["checked"].result()
    assert isinstance(result, Checked)
    return result


@pytest.fixture
def alone(plays: dict[str, Future[object]]) -> Aftermath:
    """The calls that the exchange carried alone, once they are over."""
    result = plays["alone"].result()
    assert isinstance(result, Aftermath)
    return result


@pytest.fixture
def stuck(plays: dict[str, Future[object]]) -> Aftermath:
    """The calls of an ivr process that did not answer, once they are over."""
    result = plays["stuck"].result()
    assert isinstance(result, Aftermath)
    return result


@pytest.fixture
def handoffs(plays: dict[str, Future[object]]) -> Handoffs:
    """The calls under which duty was handed over, once they are over."""
    result = plays["handoffs"].result()
    assert isinstance(result, Handoffs)
    return result


@pytest.fixture
def queues(plays: dict[str, Future[object]]) -> Queues:
    """What the exchange told of its queues while three callers waited in them."""
    result = plays["queues"].result()
    assert isinstance(result, Queues)
    return result


@pytest.fixture
def terminal(plays: dict[str, Future[object]]) -> Words:
    """What the two commands printed, once they are through."""
    result = plays["terminal"].result()
    assert isinstance(result, Words)
    return result


@pytest.fixture
def unwatched(plays: dict[str, Future[object]]) -> Unwatched:
    """The calls that nobody watched, once they are reconciled."""
    result = plays["unwatched"].result()
    assert isinstance(result, Unwatched)
    return result


def _wanted(item: pytest.Item) -> list[str]:
    scenes = [str(name) for mark in item.iter_markers("scene") for name in mark.args]
    used = getattr(item, "fixturenames", ())
    return [*scenes, *(name for name in PLAYED_ALONE if name in used)]
