"""What `callcenter up` looks at before it starts anything. The whole of it runs in tests/asterisk."""

from __future__ import annotations

import fcntl
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from callcenter import settings as environment_module
from callcenter.cli import COMMANDS, main, up
from callcenter.settings import Settings
from callcenter.stopping import Stop


@pytest.fixture(autouse=True)
def _former_signals() -> Iterator[None]:
    numbers = (signal.SIGTERM, signal.SIGINT)
    former = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, former, strict=True):
        signal.signal(number, handler)


def run_up(environment: dict[str, str]) -> Result:
    return CliRunner().invoke(main, ["up"], env={"CALLCENTER_REDIS_URL": None, **environment})


def test_redis_and_exchange_come_first_and_the_pages_last(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALLCENTER_REDIS_URL", raising=False)
    names = [program.name for program in up.programs(settings)]
    assert names == ["redis", "asterisk", "ivr", "spool", "worker", "web"]
    assert set(names[1:]) <= set(COMMANDS)


def test_a_redis_of_ones_own_is_used_and_none_started(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLCENTER_REDIS_URL", "redis://queue.example/0")
    assert up.programs(settings)[0].name == "asterisk"
    assert "CALLCENTER_REDIS_PORT" not in [port.setting for port in up.needed_ports(settings)]


@pytest.mark.parametrize("name", ["WEB", "AGI", "AMI", "SIP", "REDIS"])
def test_a_busy_port_is_named_with_its_setting(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(up, "PATIENCE", 0)
    setting = f"CALLCENTER_{name}_PORT"
    kind = socket.SOCK_DGRAM if name == "SIP" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", int(environment[setting])))
        result = run_up(environment)
    assert result.exit_code == 1
    assert f"port {environment[setting]} at 127.0.0.1 is used by another program" in result.output
    assert f"set {setting} to a free port" in result.output


def test_a_second_one_in_the_same_home_is_refused(environment: dict[str, str], settings: Settings) -> None:
    with (settings.home / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run_up(environment)
    assert result.exit_code == 1
    assert f"already runs in {settings.home}" in result.output


def test_a_wrong_setting_is_named(environment: dict[str, str]) -> None:
    result = run_up({**environment, "CALLCENTER_WEB_PORT": "eighty"})
    assert result.exit_code == 1
    assert "CALLCENTER_WEB_PORT: 'eighty' is not a whole number" in result.output


def test_redis_is_up_when_it_answers(settings: Settings, redis_url: str) -> None:
    assert up._redis_answers(settings)
    assert not up._redis_answers(replace(settings, redis_url="redis://127.0.0.1:1/0"))


def test_a_wish_to_stop_ends_the_wait_for_a_port(environment: dict[str, str]) -> None:
    settings = environment_module.load(environment)
    stop = Stop()
    stop.set()
    with (
        socket.create_server((settings.web_host, settings.web_port)),
        pytest.raises(Exception, match="WEB_PORT"),
    ):
        up._check_ports(settings, stop)
