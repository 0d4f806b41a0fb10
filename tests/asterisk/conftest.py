"""One hotline for the folder; the calls that the chosen tests need run all at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ivr.asterisk.phone import Telephone
from tests.asterisk.hotline import Hotline, secret
from tests.asterisk.people import Stage, endpoints, folder
from tests.asterisk.scenes import SCENES, Played


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "scene(name): the call of tests/asterisk/scenes.py that a test looks at"
    )


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
    officers = endpoints(hotline, secret)
    with Telephone(hotline.binary, hotline.address, folder(hotline.home), officers) as telephone:
        telephone.wait_registered()
        hotline.wait_registered([one for some in hotline.officers.values() for one in some])
        yield Stage(hotline, telephone)


@pytest.fixture(scope="session")
def scenes(request: pytest.FixtureRequest, stage: Stage) -> Iterator[dict[str, Future[Played]]]:
    """Begin every call that one of the collected tests looks at."""
    marks = [mark for item in request.session.items for mark in item.iter_markers("scene")]
    names = sorted({str(name) for mark in marks for name in mark.args})
    with ThreadPoolExecutor(len(names) or 1) as pool:
        yield {name: pool.submit(SCENES[name], stage) for name in names}


@pytest.fixture
def played(request: pytest.FixtureRequest, scenes: dict[str, Future[Played]]) -> Played:
    """The call that the test's mark ``scene`` names, once it is over."""
    mark = request.node.get_closest_marker("scene")
    assert mark is not None
    return scenes[mark.args[0]].result()
