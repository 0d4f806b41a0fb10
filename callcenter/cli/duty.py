"""``callcenter duty``: who answers for an agency."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from callcenter import bootstrap
from callcenter.cli import output
from callcenter.cli.reading import plainly, zone
from callcenter.roster.document import read
from callcenter.roster.plan import Roster
from callcenter.roster.resolver import Resolver, Span, second
from callcenter.roster.values import DocumentError
from callcenter.services.agencies import Agencies
from callcenter.services.duty import Duty
from callcenter.settings import load

COLUMNS = ("rung", "officer_id", "name", "interface")
LONGEST = timedelta(days=3700)
NOW = "now"


class _Duty(click.Group):
    """A group whose word that is no command is an agency's code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        wants_help = not args or args[0] in self.get_help_option_names(ctx)
        return super().parse_args(ctx, args if wants_help or args[0] in self.commands else [NOW, *args])


@click.group(cls=_Duty)
def duty() -> None:
    """Tell who is on duty: ``callcenter duty AGENCY [--at TIME]``."""


@duty.command(NOW)
@click.argument("agency")
@click.option("--at", "at", help="An ISO time; now when left out.")
@output.format_option
def now(agency: str, at: str | None, shape: str) -> None:
    """Tell who is on duty for an AGENCY (its code), primary first."""
    moment = output.instant(at, zone()) if at else datetime.now(zone())
    with plainly(), bootstrap.database(load()).reading() as session:
        rows = _on_duty(session, agency, moment)
    output.show_rows(rows, COLUMNS, shape)


@duty.command()
@click.option(
    "--roster", "path", type=click.Path(path_type=Path), required=True, help="See docs/roster-format.md."
)
@click.option(
    "--from", "since", required=True, help="An ISO time; without an offset, on the roster's clocks."
)
@click.option("--to", "until", required=True, help="An ISO time after it; not part of the interval.")
@output.format_option
def spans(path: Path, since: str, until: str, shape: str) -> None:
    """Cut an interval where who is on duty changes, by a roster in a file."""
    roster = _roster(path)
    home = ZoneInfo(roster.zone)
    starts, ends = output.instant(since, home), output.instant(until, home)
    if not timedelta() < ends - starts <= LONGEST:
        raise click.BadParameter(f"--to must be after --from, by {LONGEST.days} days at most")
    rows = [_row(span, home) for span in Resolver(roster).spans(second(starts), second(ends))]
    output.show_rows(rows, ("from", "to", "on_duty"), shape)


def _roster(path: Path) -> Roster:
    try:
        return read(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, DocumentError) as error:
        raise click.ClickException(f"{path}: {error}") from None


def _row(span: Span, home: ZoneInfo) -> dict[str, Any]:
    return {
        "from": datetime.fromtimestamp(span.starts, home).isoformat(),
        "to": datetime.fromtimestamp(span.ends, home).isoformat(),
        "on_duty": [{"who": one.who, "role": str(one.role)} for one in span.people],
    }


def _on_duty(session: Session, code: str, at: datetime) -> list[dict[str, Any]]:
    agency = Agencies(session).by_code(code)
    if agency is None:
        raise click.ClickException(f"there is no agency with the code {code!r}")
    people = Duty(session, zone()).on_duty(agency.id, at)
    return [{column: asdict(person)[column] for column in COLUMNS} for person in people]
