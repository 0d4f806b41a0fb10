"""``callcenter db``: the database's schema."""

from __future__ import annotations

import click
from sqlalchemy import Engine

from callcenter import bootstrap, schema, settings


@click.group()
def db() -> None:
    """Bring the database's schema up to date, or back."""


@db.command()
@click.option("--revision", default="head", show_default=True)
def upgrade(revision: str) -> None:
    """Bring the schema forward."""
    bring_forward(bootstrap.database(settings.load()).engine, revision)
    click.echo(f"schema at {revision}")


@db.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Bring the schema back to REVISION (`base` empties the database)."""
    database = bootstrap.database(settings.load())
    schema.downgrade(database.engine, revision)
    click.echo(f"schema at {revision}")


@db.command()
@click.argument("message")
def revise(message: str) -> None:
    """Write a migration for what the models have and the database lacks."""
    schema.revise(bootstrap.database(settings.load()).engine, message)


def bring_forward(engine: Engine, revision: str = "head") -> None:
    """Bring the schema forward, or tell what has to be put right first."""
    try:
        schema.upgrade(engine, revision)
    except schema.UpgradeError as error:
        raise click.ClickException(str(error)) from None
