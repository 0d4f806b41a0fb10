"""``callcenter duty``: who answers for an agency."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from callcenter import bootstrap
from callcenter.cli import output
from callcenter.cli.reading import plainly, zone
from callcenter.services.agencies import Agencies
from callcenter.services.duty import Duty
from callcenter.settings import load

COLUMNS = ("rung", "officer_id", "name", "interface")


@click.command()
@click.argument("agency")
@click.option("--at", "at", help="An ISO time; now when left out.")
@output.format_option
def duty(agency: str, at: str | None, shape: str) -> None:
    """Tell who is on duty for an AGENCY (its code), primary first."""
    moment = output.instant(at, zone()) if at else datetime.now(zone())
    with plainly(), bootstrap.database(load()).reading() as session:
        rows = _on_duty(session, agency, moment)
    output.show_rows(rows, COLUMNS, shape)


def _on_duty(session: Session, code: str, at: datetime) -> list[dict[str, Any]]:
    agency = Agencies(session).by_code(code)
    if agency is None:
        raise click.ClickException(f"there is no agency with the code {code!r}")
    people = Duty(session, zone()).on_duty(agency.id, at)
    return [{column: asdict(person)[column] for column in COLUMNS} for person in people]
