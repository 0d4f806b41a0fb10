"""``callcenter tickets``: the tickets, for the terminal and for scripts.

The keys of the JSON are those of ``callcenter.services.reporting``; new ones may
be added, none is renamed or removed.
"""

from __future__ import annotations

import click

from callcenter.cli import output
from callcenter.cli.reading import reporting, zone
from callcenter.services.reporting import Window

COLUMNS = ("number", "opened_at", "agency", "category", "status", "caller", "verify_by")


@click.group()
def tickets() -> None:
    """Look at tickets."""


@tickets.command("list")
@click.option("--agency", help="Only this agency's, by its code.")
@click.option("--since", help="Only from this ISO time on.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@output.format_option
def list_tickets(agency: str | None, since: str | None, limit: int, shape: str) -> None:
    """List tickets, the newest first."""
    window = Window(limit, agency, output.instant(since, zone()) if since else None)
    with reporting(f"tickets list {agency or '*'}") as reports:
        output.show_rows(reports.tickets(window), COLUMNS, shape)


@tickets.command()
@click.argument("number")
@output.format_option
def show(number: str, shape: str) -> None:
    """Show one ticket by its number."""
    with reporting(f"tickets show {number}") as reports:
        found = reports.ticket(number)
    if found is None:
        raise click.ClickException(f"there is no ticket {number!r}; 'callcenter tickets list' shows them")
    output.show_one(found, shape)
