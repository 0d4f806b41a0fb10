"""``callcenter up``: every process of one machine, with one command."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import click
from redis.exceptions import RedisError

from callcenter import bootstrap
from callcenter.child import Program
from callcenter.cli.db import bring_forward
from callcenter.cli.prompts import build
from callcenter.probes import Port, answers, is_free, listening
from callcenter.services.first_steps import demo_guide
from callcenter.settings import Settings, load
from callcenter.stopping import Stop
from callcenter.supervisor import StartError, Supervisor
from ivr.prompts.build import missing

PATIENCE = 12.0
"""Seconds for a port to come free: a killed predecessor's Asterisk may take ten to end."""


@click.command()
@click.pass_context
def up(context: click.Context) -> None:
    """Run all processes of one machine until stopped (Ctrl-C)."""
    stop = Stop.on_signals()
    settings = _settings()
    with _alone(settings):
        _check_ports(settings, stop)
        _prepare(context, settings)
        try:
            supervisor = Supervisor(programs(settings), settings.home / "log", click.echo)
            supervisor.run(stop, lambda: _say_ready(settings))
        except StartError as error:
            raise click.ClickException(
                f"{error}\nEverything that ran was stopped; nothing was lost."
            ) from None


def programs(settings: Settings) -> list[Program]:
    """Tell what runs on this machine, in the order in which it starts."""
    ours = [
        _exchange(settings),
        _ours("ivr serve", lambda: listening(settings.agi_port), where=f"port {settings.agi_port}"),
        _ours("spool"),
        _ours("worker", settle=2),
        _ours(
            "web", lambda: answers(settings.web_host, settings.web_port, "/health"), where=settings.web_url
        ),
    ]
    return [*_redis(settings), *ours]


def _exchange(settings: Settings) -> Program:
    """Run Asterisk. Who only looks after it may be held for long: ending it would end every call."""
    sip = f"sip:{settings.sip_host}:{settings.sip_port}"
    program = _ours("asterisk serve", lambda: _exchange_is_up(settings), where=sip, stop_seconds=15)
    return replace(program, stopped_seconds=120)


def needed_ports(settings: Settings) -> list[Port]:
    """Tell on which ports this machine's processes listen."""
    ports = [
        Port("CALLCENTER_WEB_PORT", settings.web_host, settings.web_port),
        Port("CALLCENTER_AGI_PORT", settings.agi_host, settings.agi_port),
        Port("CALLCENTER_AMI_PORT", settings.ami_host, settings.ami_port),
        Port("CALLCENTER_SIP_PORT", settings.sip_host, settings.sip_port, "udp"),
    ]
    own = [Port("CALLCENTER_REDIS_PORT", "127.0.0.1", settings.redis_port)]
    return ports if _redis_is_elsewhere() else [*own, *ports]


def _settings() -> Settings:
    try:
        return load()
    except ValueError as error:
        raise click.ClickException(str(error)) from None


def _ours(
    words: str,
    ready: Callable[[], bool] | None = None,
    *,
    where: str = "",
    settle: float = 1,
    stop_seconds: float = 10,
) -> Program:
    command = (sys.executable, "-m", "callcenter", *words.split())
    name = words.split()[0]
    return Program(name, command, ready, settle=settle, where=where, stop_seconds=stop_seconds)


def _redis_is_elsewhere() -> bool:
    return bool(os.environ.get("CALLCENTER_REDIS_URL"))


def _redis(settings: Settings) -> list[Program]:
    """Run a Redis of our own; the jobs it holds outlive it (append-only file)."""
    if _redis_is_elsewhere():
        return []
    folder = settings.home / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "bind": "127.0.0.1",
        "port": str(settings.redis_port),
        "dir": str(folder),
        "appendonly": "yes",
        "daemonize": "no",
        # Jobs must never be evicted silently: Redis refuses new ones instead, and rows wait in the outbox.
        "maxmemory-policy": "noeviction",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    where = f"port {settings.redis_port}"
    return [Program("redis", ("redis-server", *words), lambda: _redis_answers(settings), where=where)]


def _redis_answers(settings: Settings) -> bool:
    client = bootstrap.redis(settings)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def _exchange_is_up(settings: Settings) -> bool:
    return listening(settings.ami_port) and listening(settings.sip_port, "udp")


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the home's lock: two supervisors would fight for everything in it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                f"it already runs in {settings.home}. Stop that one, or set CALLCENTER_HOME and the ports."
            ) from None
        yield


def _check_ports(settings: Settings, stop: Stop) -> None:
    """Refuse to start on ports that stay busy; a killed predecessor's come free by themselves."""
    end = time.monotonic() + PATIENCE
    while busy := [port for port in needed_ports(settings) if not is_free(port)]:
        if time.monotonic() > end or stop.wait(0.2):
            raise click.ClickException("\n".join(map(_busy, busy)))


def _busy(port: Port) -> str:
    return (
        f"{port.protocol.upper()} port {port.number} at {port.host} is used by another program. "
        f"Stop that program, or set {port.setting} to a free port."
    )


def _prepare(context: click.Context, settings: Settings) -> None:
    database = bootstrap.database(settings)
    bring_forward(database.engine)
    database.dispose()
    if missing(settings.prompts_dir):
        click.echo("speaking the prompts, once (half a minute) …")
        context.invoke(build, human=None)


def _say_ready(settings: Settings) -> None:
    database = bootstrap.database(settings)
    with database.reading() as session:
        guide = demo_guide(settings, session)
    database.dispose()
    click.echo(f"ready     {settings.web_url}  sip:{settings.sip_host}:{settings.sip_port}")
    if guide:
        click.echo(f"\n{guide}\n")
    click.echo(f"Logs are in {settings.home / 'log'}; Ctrl-C stops everything.")
