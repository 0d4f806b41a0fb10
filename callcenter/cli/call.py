"""``callcenter call`` and ``callcenter officer``: play both sides over real SIP."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from callcenter import bootstrap
from callcenter.services.rehearsal import Rehearsal, Role, Trace
from callcenter.settings import Settings, load
from ivr.asterisk import exchange
from ivr.asterisk.phone import PhoneError, Telephone
from ivr.asterisk.phone_leg import Leg
from ivr.asterisk.phone_script import Player, Step, ear_for, parse
from ivr.asterisk.phone_sounds import SpeechError

COMPLAINT = "Selamat siang. Lampu jalan di depan pasar sudah tiga malam mati. Mohon diperbaiki. Terima kasih."
GREETING = "Selamat siang, dengan petugas. Apa yang bisa kami bantu?"
NOBODY = "0840"
"""No Indonesian network has this prefix (FACTS: telephone numbers), so nobody is called back."""
SETTLE_SECONDS = 10
Answer = TypeVar("Answer")


@click.command()
@click.argument("number", required=False)
@click.option("--caller", help="The number shown; a made-up one that is nobody's when left out.")
@click.option("--name", default="Warga", show_default=True, help="The name shown.")
@click.option("--keys", help="Keys pressed after the main menu; a comma waits for half a second.")
@click.option("--say", help="What is said as the message, then #.")
@click.option("--script", help="Steps instead: 'hear main_menu; press 2; hear message; say …; hang up'.")
@click.option("--seconds", default=90, show_default=True, help="How long to listen at the end.")
def call(
    number: str | None,
    caller: str | None,
    name: str,
    keys: str | None,
    say: str | None,
    script: str | None,
    seconds: int,
) -> None:
    """Play a citizen who calls NUMBER while 'callcenter up' runs.

    Without options a complaint is left as a message.
    """
    steps = _script(script) if script else _steps(keys, say, seconds)
    settings = load()
    caller = caller or f"{NOBODY}{secrets.randbelow(10**7):07d}"
    number = number or _asked(settings, lambda rehearsal: rehearsal.number())
    if number is None:
        raise click.ClickException("there is no number to dial; 'callcenter seed demo' makes some")
    with _telephone(settings, {}) as telephone:
        since = datetime.now(UTC) - timedelta(seconds=2)
        click.echo(f"calling {number} as {caller} ({name})")
        leg = telephone.dial(number, caller, name)
        _play(settings, leg, steps)
    _tell_trace(settings, lambda rehearsal: rehearsal.call_of_caller(caller, since))


@click.command()
@click.argument("officer_id", type=int, required=False)
@click.option("--say", default=GREETING, show_default=True, help="What the officer says.")
@click.option("--script", help="Steps instead: 'say …; listen 20; hang up'.")
@click.option("--seconds", default=20, show_default=True, help="How long to listen before hanging up.")
@click.option("--wait", default=600, show_default=True, help="How long to wait for a call.")
def officer(officer_id: int | None, say: str, script: str | None, seconds: int, wait: int) -> None:
    """Play an officer who answers the next call; without an id, who is on duty."""
    talk = [Step("say", say), Step("listen", str(seconds)), Step("hang up", "")]
    steps = _script(script) if script else talk
    settings = load()
    now = datetime.now(UTC)
    role = _asked(settings, lambda rehearsal: rehearsal.officer(officer_id, now))
    if role is None:
        raise click.ClickException("no such officer with a SIP telephone; 'callcenter seed demo' makes some")
    with _telephone(settings, {role.endpoint: role.secret}) as telephone:
        _answer(settings, telephone, role, steps, wait)
    _tell_trace(settings, lambda rehearsal: rehearsal.call_of_officer(role.officer_id, now))


def _answer(settings: Settings, telephone: Telephone, role: Role, steps: list[Step], wait: int) -> None:
    click.echo(f"{role.name} ({role.agency}) registers as {role.endpoint} …")
    telephone.wait_registered()
    click.echo("registered; waiting for a call")
    leg = telephone.ringing(role.endpoint, wait)
    click.echo(f"rings: {leg.caller[0]} {leg.caller[1]}")
    leg.answer()
    _play(settings, leg, steps)


def _script(text: str) -> list[Step]:
    try:
        return parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--script") from None


def _steps(keys: str | None, say: str | None, seconds: int) -> list[Step]:
    if keys is None and say is None:
        keys, say = "2", COMPLAINT
    steps = [Step("hear", "main_menu")]
    if keys:
        steps.append(Step("press", keys))
    if say:
        steps += [Step("hear", "message"), Step("wait", "1"), Step("say", say), Step("press", "#")]
    return [*steps, Step("listen", str(seconds))]


@contextmanager
def _telephone(settings: Settings, officers: Mapping[str, str]) -> Iterator[Telephone]:
    """Start a telephone for one call; what fails is said in words."""
    if not settings.prompts_dir.is_dir():
        raise click.ClickException(f"{settings.prompts_dir} is missing; start 'callcenter up' first")
    try:
        binary = exchange.find_or_make(exchange.default_cache())
        with tempfile.TemporaryDirectory(prefix="telephone-") as directory:
            hotline = (_near(settings.sip_host), settings.sip_port)
            with Telephone(binary, hotline, Path(directory), officers) as telephone:
                yield telephone
    except (PhoneError, SpeechError, exchange.ExchangeError) as error:
        where = f"{_near(settings.sip_host)}:{settings.sip_port}"
        hint = f"Does 'callcenter up' run, with the same CALLCENTER_ settings? {where} was asked."
        raise click.ClickException(f"{error}\n{hint}") from error


def _play(settings: Settings, leg: Leg, steps: list[Step]) -> None:
    player = Player(leg, ear_for(settings.prompts_dir), lambda at, line: click.echo(f"{at:6.1f} s  {line}"))
    player.play(steps)
    leg.hang_up()


def _tell_trace(settings: Settings, find: Callable[[Rehearsal], Trace | None]) -> None:
    """Wait shortly until the call is disposed of, then say where it is to be seen."""
    end = time.monotonic() + SETTLE_SECONDS
    trace = _asked(settings, find)
    while (trace is None or trace.disposition is None) and time.monotonic() < end:
        time.sleep(0.5)
        trace = _asked(settings, find)
    if trace is None:
        raise click.ClickException("the call is not in the log; look at the lines of 'callcenter up'")
    web = settings.web_url
    click.echo(f"call    {web}/calls/{trace.call_id}  ({trace.disposition or 'still open'})")
    seen = f"ticket  {web}/tickets/{trace.ticket_id}  ({trace.ticket})"
    click.echo(seen if trace.ticket else "no ticket")


def _near(host: str) -> str:
    """Return where a process listens that listens everywhere."""
    return "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104


def _asked(settings: Settings, question: Callable[[Rehearsal], Answer]) -> Answer:
    database = bootstrap.database(settings)
    try:
        with database.reading() as session:
            return question(Rehearsal(session, ZoneInfo(settings.time_zone)))
    finally:
        database.dispose()
