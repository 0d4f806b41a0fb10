"""``callcenter seed``: data to begin with."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from callcenter import bootstrap
from callcenter.cli.reading import plainly
from callcenter.services import first_steps
from callcenter.services.seed import Seed, Seeded
from callcenter.settings import Settings, load


@click.group()
def seed() -> None:
    """Write data to begin with."""


@seed.command()
def demo() -> None:
    """Install the demonstration; a second time adds only what is missing."""
    settings = load()
    database = bootstrap.database(settings)
    with plainly(), database.transaction() as session:
        seeded = Seed(session).demo(datetime.now(ZoneInfo(settings.time_zone)))
        _keep_logins(settings, seeded)
    with database.reading() as session:
        click.echo(f"{seeded.agencies} agencies, {seeded.new_agencies} of them new.\n")
        click.echo(first_steps.demo_guide(settings, session))


def _keep_logins(settings: Settings, seeded: Seeded) -> None:
    # Inside the transaction: an account whose password was not kept must not come into being.
    if seeded.logins:
        first_steps.write_logins(settings, seeded.logins)
