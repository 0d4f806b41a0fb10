"""The rendered configuration: nothing breaks a file, nothing is written twice."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.config import ConfigError, Node, Officer, Plan, render
from ivr.asterisk.rendering import reloads, write


def node(home: Path) -> Node:
    """Describe a node that lives in ``home``."""
    return Node(
        name="node1",
        state=home / "asterisk",
        spool=home / "spool",
        prompts=home / "prompts",
        modules=home / "modules",
        data=home / "data",
        sip_host="127.0.0.1",
        sip_port=5060,
        rtp_start=20000,
        rtp_end=20999,
        agi_host="127.0.0.1",
        agi_port=4573,
        ami_host="127.0.0.1",
        ami_port=5038,
        ami_secret="secret-of-the-manager",
        trunk_hosts=("127.0.0.1",),
        trunk_contact="",
        ring_seconds=20,
        connect_seconds=45,
        message_seconds=180,
    )


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """One agency and two officers."""
    officers = (Officer(1, "secret;1[x]", None), Officer(2, None, "+628120000002"))
    return Plan(node(tmp_path), ("dinsos",), officers)


@pytest.mark.parametrize("host", ["ivr", "localhost", "ivr.example.org"])
def test_no_call_waits_for_dns(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="no call may wait for DNS"):
        replace(node(tmp_path), agi_host=host)


def test_every_placeholder_is_filled(plan: Plan) -> None:
    assert not [name for name, text in render(plan).items() if "{{" in text]


def test_an_agency_has_two_queues(plan: Plan) -> None:
    queues = render(plan)["queues.conf"]
    assert "[agency-dinsos](ordinary)\n[agency-dinsos-emergency](emergency)" in queues


def test_a_secret_is_escaped(plan: Plan) -> None:
    assert "password = secret\\;1[x]\n" in render(plan)["pjsip.conf"]
    assert "officer-2" not in render(plan)["pjsip.conf"]


def test_a_mobile_is_rung_through_the_trunk_only(plan: Plan) -> None:
    assert "officer-2" not in render(plan)["extensions.conf"]
    out = replace(plan, node=replace(plan.node, trunk_contact="sip:10.0.0.1:5060"))
    assert "exten => officer-2,1,Dial(PJSIP/+628120000002@trunk)" in render(out)["extensions.conf"]
    assert "contact = sip:10.0.0.1:5060" in render(out)["pjsip.conf"]


def test_the_manager_listens_to_this_machine_only(plan: Plan) -> None:
    manager = render(plan)["manager.conf"]
    assert "bindaddr = 127.0.0.1" in manager
    assert re.findall("permit = (.*)", manager) == ["127.0.0.0/255.0.0.0"]
    assert "command" not in re.findall("write = (.*)", manager)[0]


@given(st.text(max_size=40))
def test_no_text_of_an_officer_ends_a_line(text: str) -> None:
    for secret, mobile in ((text, None), (None, text)):
        try:
            officer = Officer(1, secret, mobile)
        except ConfigError:
            continue
        plain = render(Plan(node(Path("/x")), (), (Officer(1, "12345678", "0812345"),)))
        hostile = render(Plan(node(Path("/x")), (), (officer,)))
        assert {n: t.count("\n") for n, t in hostile.items() if n != "pjsip.conf"} == {
            n: t.count("\n") for n, t in plain.items() if n != "pjsip.conf"
        }


@pytest.mark.parametrize("code", ["", "a]b", "a\nb", "A", "a;b", "-a", "x" * 200])
def test_a_code_that_breaks_a_section_is_refused(tmp_path: Path, code: str) -> None:
    with pytest.raises(ConfigError):
        Plan(node(tmp_path), (code,), ())


@pytest.mark.parametrize(
    "change",
    [{"name": "a b"}, {"sip_host": "x\ny"}, {"trunk_hosts": ("a;b",)}, {"trunk_contact": "sip:x\n[y]"}],
)
def test_a_setting_that_breaks_a_file_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        replace(node(tmp_path), **change)  # type: ignore[arg-type]


def test_only_what_changed_is_written(plan: Plan) -> None:
    assert set(write(plan)) == set(render(plan))
    assert write(plan) == []
    changed = write(replace(plan, agencies=("dinsos", "dlh")))
    assert changed == ["queues.conf"]
    assert reloads(changed) == ["queue reload all"]


def test_the_files_are_the_owner_s(plan: Plan) -> None:
    write(plan)
    assert {path.stat().st_mode & 0o777 for path in plan.node.etc.iterdir()} == {0o600}
    assert plan.node.etc.stat().st_mode & 0o777 == 0o700


def test_prompts_are_where_asterisk_looks(plan: Plan) -> None:
    write(plan)
    sounds = plan.node.state / "data/sounds"
    assert (sounds / "id").readlink() == plan.node.prompts / "id"
    assert (sounds / "beep.wav").stat().st_size > 1000
