"""``callcenter duty verify`` and ``duty sheet``: sealed days, checked and written as documents."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter import bootstrap
from callcenter.cli.reading import plainly, zone
from callcenter.models import Agency, Role
from callcenter.services.access import Viewer
from callcenter.services.agencies import Agencies
from callcenter.services.audit import Audit
from callcenter.services.duty_chain import DutyChain
from callcenter.services.duty_sheet import DutySheets
from callcenter.settings import load
from callcenter.sheets import pdf, xlsx

_WRITERS = {".pdf": pdf.write, ".xlsx": xlsx.write}
_TERMINAL = Viewer(0, "terminal", Role.ADMIN)
"""Who has the machine has everything."""


@click.command()
@click.argument("agency", required=False)
@click.pass_context
def verify(context: click.Context, agency: str | None) -> None:
    """Compute the hashes of sealed days again, of an AGENCY or of all; exit 1 where one is broken."""
    broken = 0
    with plainly(), bootstrap.database(load()).reading() as session:
        for one in _agencies(session, agency):
            verdict = DutyChain(session, one.id).verify()
            if verdict.broken:
                broken += 1
                click.echo(f"{one.code}: BROKEN at {verdict.broken}")
            elif verdict.records:
                click.echo(
                    f"{one.code}: {verdict.records} records are sound, the last is {verdict.last_hash}"
                )
            elif agency:
                click.echo(f"{one.code}: nothing is sealed yet")
    if broken:
        context.exit(1)


@click.command()
@click.argument("agency")
@click.argument("month")
@click.option(
    "--to", "path", type=click.Path(path_type=Path), required=True, help="A file that ends in .pdf or .xlsx."
)
def sheet(agency: str, month: str, path: Path) -> None:
    """Write the sheet of an AGENCY's MONTH (as 2026-11) into a file; the access is logged."""
    first, write = _month(month), _WRITERS.get(path.suffix.lower())
    if write is None:
        raise click.BadParameter(f"{path} ends neither in .pdf nor in .xlsx")
    now = datetime.now(UTC)
    with plainly(), bootstrap.database(load()).transaction() as session:
        (found,) = _agencies(session, agency)
        made = DutySheets(session, _TERMINAL, zone()).sheet(found.id, first, now)
        subject = f"duty-sheet:{found.code}:{first:%Y-%m}:{path.suffix[1:].lower()}"
        Audit(session).write("export", subject, account_id=None, address=f"terminal:{os.getuid()}", now=now)
    try:
        path.write_bytes(write(made))
    except OSError as error:
        raise click.ClickException(f"{path}: {error}") from None
    click.echo(f"{path}: {made.unsealed} of {len(made.days)} days are not sealed")


def _agencies(session: Session, code: str | None) -> list[Agency]:
    if code is None:
        return list(session.scalars(select(Agency).order_by(Agency.code)))
    agency = Agencies(session).by_code(code)
    if agency is None:
        raise click.ClickException(f"there is no agency with the code {code!r}")
    return [agency]


def _month(text: str) -> date:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a month such as 2026-11") from None
    if not 2000 <= first.year < 2200:
        raise click.BadParameter(f"{text!r} is too far away")
    return first
