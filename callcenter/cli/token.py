"""``callcenter token``: keys with which other programs act as an account (docs/api.md)."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from callcenter import bootstrap
from callcenter.cli import output
from callcenter.cli.reading import plainly, zone
from callcenter.services.access import NotVisibleError
from callcenter.services.accounts import Accounts
from callcenter.services.api_tokens import ApiTokens
from callcenter.services.fields import FieldError
from callcenter.settings import load

COLUMNS = ("id", "username", "label", "at", "expires_at", "last_used_at")


@click.group()
def token() -> None:
    """Let other programs in."""


@token.command()
@click.argument("username")
@click.option("--label", required=True, help="What it is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it works; until revoked when left out.")
def make(username: str, label: str, days: int | None) -> None:
    """Make a token of an account, USERNAME, and print it: it cannot be read again."""
    with plainly(), bootstrap.database(load()).transaction() as session:
        account = Accounts(session).named(username)
        if account is None:
            raise click.ClickException(f"there is no active account {username!r}")
        try:
            secret = ApiTokens(session).make(
                account.id, label, days, by=None, address=_here(), now=datetime.now(UTC)
            )
        except FieldError as error:
            raise click.ClickException(f"{error}\nNothing was changed.") from None
    click.echo(secret)


@token.command("list")
@output.format_option
def list_tokens(shape: str) -> None:
    """List the tokens that work; they themselves cannot be read."""
    with plainly(), bootstrap.database(load()).reading() as session:
        rows = [
            {
                "id": one.id,
                "username": one.account.username,
                "label": one.label,
                "at": _time(one.at),
                "expires_at": _time(one.expires_at),
                "last_used_at": _time(one.last_used_at),
            }
            for one in ApiTokens(session).everybodys(datetime.now(UTC))
        ]
    output.show_rows(rows, COLUMNS, shape)


@token.command()
@click.argument("token_id", type=click.IntRange(1))
def revoke(token_id: int) -> None:
    """Let a token work no more, by its id ('callcenter token list')."""
    with plainly(), bootstrap.database(load()).transaction() as session:
        try:
            ApiTokens(session).revoke(token_id, _here(), datetime.now(UTC))
        except NotVisibleError:
            raise click.ClickException(f"there is no token {token_id}") from None
    click.echo(f"token {token_id} works no more")


def _time(at: datetime | None) -> str | None:
    return at.astimezone(zone()).isoformat() if at else None


def _here() -> str:
    return f"terminal:{os.getuid()}"
