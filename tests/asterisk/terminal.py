"""``callcenter officer`` and ``callcenter call`` as somebody at a terminal runs them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from tests.asterisk import town
from tests.asterisk.people import Stage

SECONDS = 150
PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Words:
    """What both commands printed."""

    citizen: str
    officer: str


def at_the_terminal(stage: Stage) -> Words:
    """Wait as an officer in one terminal, and call in another one."""
    officer = _run(stage, "officer", str(stage.hotline.officers["terminal"][0]), "--seconds", "3")
    try:
        stage.hotline.wait_registered([f"officer-{stage.hotline.officers['terminal'][0]}"], PATIENCE)
        script = "hear id/language_id; press 1; hear main_menu; press 1; hear connecting; wait 4; tone 600 1; hear ticket_number; hang up"
        citizen = _run(stage, "call", town.number("terminal"), "--name", "Ibu Ani", "--script", script)
        return Words(_output(citizen), _output(officer))
    finally:
        officer.kill()
        officer.wait()


def _run(stage: Stage, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "callcenter", *words]
    return subprocess.Popen(
        command,
        env=stage.hotline.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _output(process: subprocess.Popen[str]) -> str:
    words, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, words
    return words
