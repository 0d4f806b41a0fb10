from __future__ import annotations

from pathlib import Path

import pytest

from ivr.asterisk.exchange import AsteriskBinary
from ivr.asterisk.phone_config import Wiring, render
from ivr.asterisk.phone_script import Step, parse

BINARY = AsteriskBinary(("asterisk",), (22,), Path("/modules"), Path("/data"))


def test_a_script_is_steps() -> None:
    assert parse("hear main_menu; press 2\nsay Jalan rusak, Pak;;tone 440 1.5; hang up") == [
        Step("hear", "main_menu"),
        Step("press", "2"),
        Step("say", "Jalan rusak, Pak"),
        Step("tone", "440 1.5"),
        Step("hang up", ""),
    ]


@pytest.mark.parametrize(
    "text", ["dance", "hear", "press", "say ", "wait", "wait long", "tone 440", "hear-say x"]
)
def test_a_step_at_fault_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=text.split()[0]):
        parse(f"wait 1; {text}")


def wiring(directory: Path, hotline: str = "127.0.0.1:5060") -> Wiring:
    return Wiring(directory, "127.0.0.1", 5090, 20000, 4000, hotline)


def test_every_officer_registers(tmp_path: Path) -> None:
    conf = render(BINARY, wiring(tmp_path), {"officer-1": "one", "officer-2": "two"})
    text = (conf.parent / "pjsip.conf").read_text()
    assert "client_uri=sip:officer-2@127.0.0.1:5060" in text
    assert "password=two" in text
    assert (conf.parent / "pjsip.conf").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("secret", ["a\nb", "a;b", "a\rb"])
def test_a_secret_that_would_break_the_file_is_refused(secret: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be set up"):
        render(BINARY, wiring(tmp_path), {"officer-1": secret})
