"""``callcenter calls``: the calls, for the terminal and for scripts.

The keys of the JSON are those of ``callcenter.services.reporting``; new ones may
be added, none is renamed or removed.
"""

from __future__ import annotations

import click

from callcenter.cli import output
from callcenter.cli.reading import reporting, zone
from callcenter.services.reporting import Window

COLUMNS = ("id", "offered_at", "agency", "caller", "emergency", "disposition", "ticket", "key")


@click.group()
def calls() -> None:
    """Look at calls."""


@calls.command("list")
@click.option("--agency", help="Only this agency's, by its code.")
@click.option("--since", help="Only from this ISO time on.")
@click.option("--test", is_flag=True, help="The test calls of our own instead of the citizens'.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@output.format_option
def list_calls(agency: str | None, since: str | None, test: bool, limit: int, shape: str) -> None:
    """List calls, the newest first."""
    window = Window(limit, agency, output.instant(since, zone()) if since else None, test)
    with reporting(f"calls list {agency or '*'}") as reports:
        output.show_rows(reports.calls(window), COLUMNS, shape)


@calls.command()
@click.argument("key")
@output.format_option
def show(key: str, shape: str) -> None:
    """Show one call by its id or the exchange's key."""
    with reporting(f"calls show {key}") as reports:
        found = reports.call(key)
    if found is None:
        raise click.ClickException(f"there is no call {key!r}; 'callcenter calls list' shows them")
    output.show_one(found, shape)
