"""``callcenter duty``: who answers for an agency."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from callcenter import bootstrap
from callcenter.cli import duty_records, output
from callcenter.cli.reading import plainly, zone
from callcenter.models import Agency, RosterVersion
from callcenter.roster.document import read
from callcenter.roster.plan import Roster
from callcenter.roster.resolver import Resolver, Span, second
from callcenter.roster.values import DocumentError
from callcenter.services.agencies import Agencies
from callcenter.services.duty import Duty
from callcenter.services.gaps import Gaps
from callcenter.services.rosters import Rosters
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


duty.add_command(duty_records.verify)
duty.add_command(duty_records.sheet)


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


@duty.command()
@click.argument("agency")
@click.option(
    "--roster", "path", type=click.Path(path_type=Path), required=True, help="See docs/roster-format.md."
)
@click.option("--reason", required=True, help="Kept with it, as the number of a decree.")
def use(agency: str, path: Path, reason: str) -> None:
    """Put a roster in force for an AGENCY, in place of its weekly plan; its people are the officers' names."""
    text = _text(path)
    with _changing() as session:
        Rosters(session).use(_agency(session, agency), text, reason, None, datetime.now(UTC))
    click.echo(f"{agency} follows {path} from now on")


@duty.command()
@click.argument("agency")
@click.option("--reason", required=True, help="Kept with it.")
def withdraw(agency: str, reason: str) -> None:
    """Give an AGENCY back to its weekly plan."""
    with _changing() as session:
        Rosters(session).withdraw(_agency(session, agency), reason, None, datetime.now(UTC))
    click.echo(f"{agency} follows its weekly plan from now on")


@duty.command()
@click.argument("agency")
@output.format_option
def history(agency: str, shape: str) -> None:
    """List the rosters that an AGENCY was given, the newest first."""
    with plainly(), bootstrap.database(load()).reading() as session:
        kept = Rosters(session).history(_agency(session, agency).id)
        rows = [_version(one) for one in kept]
    output.show_rows(rows, ("at", "by", "reason", "weekly"), shape)


@duty.command()
@click.option("--days", type=click.IntRange(1, 400), default=60, show_default=True)
@output.format_option
def gaps(days: int, shape: str) -> None:
    """List when nobody will be on duty, for every agency with a line."""
    home = zone()
    with plainly(), bootstrap.database(load()).reading() as session:
        rows = [
            {
                "agency": gap.agency.code,
                "from": gap.starts.astimezone(home).isoformat(),
                "to": gap.ends.astimezone(home).isoformat(),
                "hours": round(gap.hours, 2),
            }
            for gap in Gaps(session, home).ahead(datetime.now(UTC).replace(microsecond=0), days)
        ]
    output.show_rows(rows, ("agency", "from", "to", "hours"), shape)


@contextmanager
def _changing() -> Iterator[Session]:
    with plainly(), bootstrap.database(load()).transaction() as session:
        try:
            yield session
        except DocumentError as error:
            raise click.ClickException(f"{error}\nNothing was changed.") from None


def _version(one: RosterVersion) -> dict[str, Any]:
    return {
        "at": one.at.astimezone(zone()).isoformat(),
        "by": one.account.username if one.account else None,
        "reason": one.reason,
        "weekly": one.document is None,
        "roster": json.loads(one.document) if one.document else None,
    }


def _roster(path: Path) -> Roster:
    try:
        return read(_text(path))
    except DocumentError as error:
        raise click.ClickException(f"{path}: {error}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: {error}") from None


def _row(span: Span, home: ZoneInfo) -> dict[str, Any]:
    return {
        "from": datetime.fromtimestamp(span.starts, home).isoformat(),
        "to": datetime.fromtimestamp(span.ends, home).isoformat(),
        "on_duty": [{"who": one.who, "role": str(one.role)} for one in span.people],
    }


def _on_duty(session: Session, code: str, at: datetime) -> list[dict[str, Any]]:
    people = Duty(session, zone()).on_duty(_agency(session, code).id, at)
    return [{column: asdict(person)[column] for column in COLUMNS} for person in people]


def _agency(session: Session, code: str) -> Agency:
    agency = Agencies(session).by_code(code)
    if agency is None:
        raise click.ClickException(f"there is no agency with the code {code!r}")
    return agency
