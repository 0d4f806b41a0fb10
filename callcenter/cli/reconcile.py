"""``callcenter reconcile``: hold the call log against the exchange's records, now."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from callcenter import bootstrap, logs, settings


@click.command()
def reconcile() -> None:
    """Write into the call log what this node's exchange recorded and it lacks."""
    logs.configure("reconcile")
    found = bootstrap.reconciler(settings.load()).round(datetime.now(UTC))
    click.echo(f"calls created: {found.created}, calls closed: {found.closed}")
