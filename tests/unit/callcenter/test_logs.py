from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from callcenter import logs


@pytest.fixture(autouse=True)
def _former_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_each_line_is_one_object_with_the_process(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("ivr", environ={})
    logging.getLogger("ivr.asterisk").warning("call from %s", 'x"\nroot: all is well')
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert said["event"] == 'call from x"\nroot: all is well'
    assert (said["process"], said["level"], said["logger"]) == ("ivr", "warning", "ivr.asterisk")
    assert said["timestamp"].endswith("Z")


def test_an_error_brings_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("web", environ={})
    try:
        raise ValueError("bad row")
    except ValueError:
        logging.getLogger("x").exception("import failed")
    assert "ValueError: bad row" in json.loads(capsys.readouterr().err)["exception"]


def test_structlog_goes_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker", environ={})
    structlog.get_logger("jobs").info("done", job=17)
    said = json.loads(capsys.readouterr().err)
    assert (said["event"], said["job"], said["process"]) == ("done", 17, "worker")


def test_words_on_a_terminal_cannot_steer_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("ivr", environ={"CALLCENTER_LOG_FORMAT": "console"})
    logging.getLogger("x").warning("name \x1b[2J\r\n%s", "Ny. Sari")
    said = capsys.readouterr().err
    assert "\x1b[2J" not in said
    assert "\\x1b[2J\\r\\nNy. Sari" in said


def test_the_level_is_a_setting(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("ivr", environ={"CALLCENTER_LOG_LEVEL": "error"})
    logging.getLogger("x").warning("small")
    logs.configure("ivr", environ={"CALLCENTER_LOG_LEVEL": "nonsense"})
    logging.getLogger("x").info("usual")
    said = capsys.readouterr().err
    assert "small" not in said
    assert "usual" in said
