"""``callcenter ivr``: flows checked, drawn and tried in the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.cli import main


def run(*arguments: str, keys: str = "") -> Result:
    return CliRunner().invoke(main, ["ivr", *arguments], input=keys)


def test_a_good_flow_is_called_good() -> None:
    result = run("check", "hotline", "unknown")

    assert result.exit_code == 0
    assert "hotline: " in result.output
    assert "id, en: good" in result.output


def test_a_bad_flow_is_told_line_by_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: bad\nversions: 1\n")

    result = run("check", str(bad))

    assert result.exit_code == 1
    assert f"{bad}:2: a flow does not know 'versions'" in result.output


def test_a_flow_is_drawn_both_ways() -> None:
    assert run("graph", "hotline").output.startswith("flowchart TD")
    assert run("graph", "hotline", "--format", "dot").output.startswith("digraph")


def test_a_flow_that_is_not_there_is_told() -> None:
    result = run("graph", "nothing.yaml")

    assert result.exit_code == 1
    assert "nothing.yaml:1: cannot be read" in result.output


def test_a_complaint_is_tried_in_the_terminal() -> None:
    result = run("try", "hotline", keys="\n1\n2\n7\n1\n\n")

    assert result.exit_code == 0
    assert "Selamat datang" in result.output
    assert result.output.count("1 2 3 4 5 6 7 4") == 2
    assert "The call is over." in result.output


def test_english_and_nobody_on_duty_are_tried_in_the_terminal() -> None:
    result = run("try", "hotline", "--nobody-on-duty", keys="\n2\n\n1\ne\n\n")

    assert "there is no officer who can take your call" in result.output
    assert "could not be recorded" in result.output


def test_a_status_and_a_conversation_are_tried_in_the_terminal() -> None:
    result = run("try", "hotline", keys="8\n1\n3\n12345674\n1234\n3\n00000000\n1111\nh\n")

    assert "Laporan Anda sedang ditangani." in result.output
    assert "nomor atau pin tidak cocok" in result.output
    assert "Terima kasih telah berbicara" in run("try", keys="\n\n1\na\n\n").output


@pytest.mark.parametrize("keys", ["", "h\n", "\n\n", "\n\n1\n", "\n\n2\nh\n"])
def test_hanging_up_anywhere_ends_the_call(keys: str) -> None:
    assert run("try", keys=keys).output.endswith("The call is over.\n")


def test_no_call_is_taken_while_prompts_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_HOME", str(tmp_path))

    result = run("serve")

    assert result.exit_code == 1
    assert "id/greeting.wav" in result.output
    assert "callcenter prompts build" in result.output
