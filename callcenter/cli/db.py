"""``callcenter db``: the database's schema."""

from __future__ import annotations

import click

from callcenter import bootstrap, schema, settings


@click.group()
def db() -> None:
    """Bring the database's schema up to date, or back."""


@db.command()
@click.option("--revision", default="head", show_default=True)
def upgrade(revision: str) -> None:
    """Bring the schema forward."""
    database = bootstrap.database(settings.load())
    schema.upgrade(database.engine, revision)
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
