"""The description for containers names only what there is."""

from __future__ import annotations

import re
from collections import UserDict
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcenter import probes, settings
from callcenter.cli import COMMANDS

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("setup", "asterisk", "ivr", "spool", "worker", "web")
READ_BY_LOGS = {"CALLCENTER_LOG_FORMAT", "CALLCENTER_LOG_LEVEL"}


class Asked(UserDict[str, str]):
    """An environment that remembers which names it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return default


@pytest.fixture(scope="module")
def known() -> set[str]:
    environment = Asked()
    settings.load(environment)
    return environment.names


def test_the_processes_of_one_machine_are_all_there() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("name", OURS)
def test_commands_are_commands_of_ours(name: str) -> None:
    service = SERVICES[name]
    words = service.get("command") or re.findall(r"callcenter (\S+)", service["entrypoint"][-1])
    assert words[0] in COMMANDS
    if name == "setup":
        assert set(words) <= set(COMMANDS)


@pytest.mark.parametrize("name", OURS)
def test_settings_are_settings_that_are_read(name: str, known: set[str]) -> None:
    assert set(SERVICES[name]["environment"]) <= known


@pytest.mark.parametrize("name", OURS)
def test_substituted_names_are_the_settings_themselves(name: str) -> None:
    for setting, value in SERVICES[name]["environment"].items():
        assert re.findall(r"\$\{(\w+)", str(value)) in ([], [setting])


@pytest.mark.parametrize("name", list(SERVICES))
def test_volumes_are_declared_and_dependencies_exist(name: str) -> None:
    service = SERVICES[name]
    assert {volume.split(":")[0] for volume in service["volumes"]} <= set(COMPOSE["volumes"])
    assert set(service.get("depends_on", ())) <= set(SERVICES)


@pytest.mark.parametrize("name", list(SERVICES))
def test_who_is_waited_for_healthy_can_tell(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert SERVICES[other]["healthcheck"]["test"][0] == "CMD"


def test_the_node_shares_the_home_and_the_network() -> None:
    for name in ("asterisk", "ivr"):
        assert SERVICES[name]["network_mode"] == "host"
    for name in ("asterisk", "ivr", "spool"):
        assert "home:/var/lib/callcenter" in SERVICES[name]["volumes"]


def test_only_the_pages_are_published_and_only_here() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])


def test_default_urls_are_ones_we_can_use() -> None:
    environment = {
        name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
        for name, value in SERVICES["ivr"]["environment"].items()
    }
    loaded = settings.load(environment)
    assert loaded.database_url.startswith("postgresql+psycopg://")
    assert loaded.redis_url.startswith("unix://")
    assert (loaded.sip_port, loaded.rtp_start, loaded.rtp_end) == (5060, 20000, 21999)


@pytest.mark.parametrize("name", [name for name in OURS if "healthcheck" in SERVICES[name]])
def test_health_is_asked_where_the_process_listens(name: str) -> None:
    (words,) = [SERVICES[name]["healthcheck"]["test"][4:]]
    ports = {int(re.sub(r"\$\{\w+:-(\d+)\}", r"\1", word.split("/")[1])) for word in words}
    usual = settings.load({})
    assert ports <= {usual.ami_port, usual.agi_port, usual.sip_port, usual.web_port}


def test_a_process_that_is_down_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert probes.main(["tcp/1", "udp/1", "http/1"]) == 1
    assert capsys.readouterr().err == "not up: tcp/1, udp/1, http/1\n"
    assert probes.main([]) == 0


@pytest.mark.parametrize("path", sorted((ROOT / "docker").glob("*.Dockerfile")), ids=lambda path: path.name)
def test_images_are_made_of_what_there_is(path: Path, known: set[str]) -> None:
    text = path.read_text()
    copied = [line.split()[1:-1] for line in text.splitlines() if re.match(r"COPY (?!--from)", line)]
    assert all((ROOT / name).exists() for names in copied for name in names)
    assert set(re.findall(r"CALLCENTER_\w+", text)) <= known | READ_BY_LOGS
    assert path.name in {Path(s["build"]["dockerfile"]).name for s in SERVICES.values() if "build" in s}


def test_both_images_write_the_home_as_the_same_user() -> None:
    users = {
        re.findall(r"--uid (\d+)", path.read_text())[0] for path in (ROOT / "docker").glob("*.Dockerfile")
    }
    assert len(users) == 1
