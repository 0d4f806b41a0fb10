"""``callcenter twilio``: set the account's numbers up, and see that they work."""

from __future__ import annotations

import os

import click
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from callcenter import bootstrap
from callcenter.cli.reading import plainly
from callcenter.models import Line
from callcenter.services import fields
from callcenter.services.fields import FieldError
from callcenter.services.line_checks import active_lines
from callcenter.services.remote_recordings import RemoteRecordings
from callcenter.services.residency import Residency
from callcenter.settings import Settings, load
from callcenter.switchboard import utc_now
from ivr.twilio import numbers
from ivr.twilio.client import Client
from ivr.twilio.errors import TwilioError
from ivr.twilio.names import PREFIX, PROVIDER, Addresses
from ivr.twilio.signature import HEADER

SECONDS = 15
"""Twilio waits no longer for an answer (FACTS: providers)."""


@click.group()
def twilio() -> None:
    """Set Twilio up, and see that it works."""


@twilio.command()
@click.option("--do", "really", is_flag=True, help="Do it; without this the plan is only shown.")
def setup(really: bool) -> None:
    """Show what has to change so that Twilio's numbers reach this site; --do changes it.

    A second time there is nothing left to change. Ends with 1 when a line's
    number is not in the account.
    """
    settings = _settings()
    client = _client(settings)
    steps = _plan(settings, client)
    for step in steps:
        _show(step)
        if really:
            _carry_out(client, step)
    left = sum(bool(step.changes) for step in steps)
    click.echo(f"{left} of {len(steps)} numbers " + ("were changed" if really else "would be changed"))
    if not really and left:
        click.echo("Nothing was changed yet: say --do.", err=True)
    if any(not step.sid for step in steps):
        raise SystemExit(1)


@twilio.command()
def check() -> None:
    """See that the account opens, its numbers lead here, and this site answers at its public addresses.

    Ends with 1 when something is wrong; a line that is off is only named.
    """
    settings = _settings()
    client = _client(settings)
    steps = _plan(settings, client)
    click.echo("good  the account opens")
    wrong = [problem for url in settings.twilio_urls if (problem := _site(settings, url))]
    for step in steps:
        problem = _number(step)
        click.echo(f"bad   {problem}" if problem else f"good  {step.number} leads here")
        wrong += [problem] if problem else []
    for number in _off(settings):
        click.echo(f"off   {number}: callers hear that it is not in service, until it is switched on")
    if wrong:
        raise SystemExit(1)


@twilio.command("bin")
@click.option(
    "--end", is_flag=True, help="The document of a second Bin, which takes leave after the message."
)
@click.option("--then", metavar="URL", default="", help="The second Bin's address.")
def static(end: bool, then: str) -> None:
    """Print a TwiML document for a TwiML Bin: with it a caller is heard while this whole site is away.

    Make a Bin of what --end prints, then another of what --then prints with the first one's address.
    Set CALLCENTER_TWILIO_FALLBACK_URL to the other's address and say `callcenter twilio setup --do`.
    Without --then the message's end is told to this site, and who calls while that is away is asked twice.
    """
    alone = bootstrap.twilio_alone(_settings())
    click.echo(alone.static_end() if end else alone.static(then))


@twilio.command()
@click.argument("state", type=click.Choice(["on", "off"]))
@click.argument("number")
@click.option("--reason", required=True, help="Why; it is kept.")
def line(state: str, number: str, reason: str) -> None:
    """Switch the line with this NUMBER on or off.

    A line on Twilio is off until it is switched on: its calls, recordings and texts pass through a provider abroad.
    """
    with plainly(), bootstrap.database(load()).transaction() as session:
        try:
            number = fields.line_number("number", number)
            found = session.scalar(select(Line).where(Line.provider == PROVIDER, Line.number == number))
            if found is None:
                raise click.ClickException(f"no line on Twilio has the number {number}; nothing was changed")
            on, now = state == "on", utc_now()
            Residency(session).decide(
                found, on=on, reason=reason, account_id=None, now=now, address=_terminal()
            )
        except FieldError as error:
            raise click.ClickException(f"{error.field}: {error.code}; nothing was changed") from None
    click.echo(f"{number} is {state}")


@twilio.command()
@click.argument("what", type=click.Choice(["fetch", "discard"]))
@click.argument("sid")
def recording(what: str, sid: str) -> None:
    """Decide on a doubtful recording at Twilio, which an alarm named by its SID.

    Fetch it once more, or discard it: what came of it stays here, and Twilio's own is deleted.
    """
    now = utc_now()
    with plainly(), bootstrap.database(load()).transaction() as session:
        remote = RemoteRecordings(session)
        known = remote.ask_again(sid, now) if what == "fetch" else remote.discard(sid, _terminal(), now)
    if not known:
        raise click.ClickException(f"no recording {sid[:40]!r} of Twilio's is known; nothing was changed")
    click.echo(f"{sid} will be " + ("fetched again" if what == "fetch" else "deleted at Twilio"))


def _terminal() -> str:
    return f"terminal:{os.getuid()}"


def _settings() -> Settings:
    settings = load()
    if not settings.twilio_account:
        raise click.ClickException(
            "No Twilio account is known: set CALLCENTER_TWILIO_ACCOUNT, _TOKEN and _URLS."
        )
    return settings


def _client(settings: Settings) -> Client:
    """Give what speaks to Twilio: the context's own, where whoever runs the command gave one."""
    given = click.get_current_context().obj
    client = given if isinstance(given, Client) else bootstrap.twilio(settings)
    assert client is not None, "_settings() has seen to it"
    return client


def _plan(settings: Settings, client: Client) -> list[numbers.Step]:
    with plainly():
        lines = _lines(settings)
    try:
        wanted = numbers.wanted(Addresses(settings.twilio_urls[0]), settings.twilio_fallback_url)
        return numbers.plan(lines, numbers.numbers(client), wanted)
    except TwilioError as error:
        raise click.ClickException(f"Twilio: {error}") from None


def _lines(settings: Settings) -> list[str]:
    with bootstrap.database(settings).reading() as session:
        return [line.number for line in _active(settings, session)]


def _off(settings: Settings) -> list[str]:
    """Give the numbers of the lines that nobody has switched on."""
    with plainly(), bootstrap.database(settings).reading() as session:
        lines = _active(settings, session)
        served = Residency(session).served(lines)
        return [line.number for line in lines if line not in served]


def _active(settings: Settings, session: Session) -> list[Line]:
    today = utc_now().astimezone(bootstrap.policy(settings).zone).date()
    query = select(Line).where(Line.provider == PROVIDER, *active_lines(today)).order_by(Line.number)
    return list(session.scalars(query))


def _show(step: numbers.Step) -> None:
    if not step.sid:
        click.echo(f"{step.number}: the account does not have this number", err=True)
    for name, (before, after) in step.changes.items():
        click.echo(f"{step.number}: {name}: {before or '-'} -> {after}")


def _carry_out(client: Client, step: numbers.Step) -> None:
    try:
        numbers.carry_out(client, step)
    except TwilioError as error:
        raise click.ClickException(f"{step.number}: {error}; say it again once that is put right") from None


def _number(step: numbers.Step) -> str:
    if not step.sid:
        return f"{step.number} is not in the account"
    names = ", ".join(step.changes)
    return f"{step.number}: {names} lead elsewhere: callcenter twilio setup" if names else ""


def _site(settings: Settings, url: str) -> str:
    """Ask ourselves as Twilio does, and as somebody else does; give what is wrong."""
    path = f"{url}{PREFIX}/check"
    good = RequestValidator(settings.twilio_token).compute_signature(path, {})
    problem = ""
    for signature, expected in ((good, 200), ("forged", 403)):
        try:
            status = requests.post(path, headers={HEADER: signature}, timeout=SECONDS).status_code
        except requests.RequestException as error:
            status, problem = expected, problem or f"{url} does not answer ({type(error).__name__})"
        if status != expected:
            problem = (
                problem or f"{url} answers {status}, not {expected}: is it this site's address, path and all?"
            )
    click.echo(f"bad   {problem}" if problem else f"good  {url} answers, and refuses what is forged")
    return problem
