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
from callcenter.models import Agency, Role, RosterVersion
from callcenter.roster.document import read
from callcenter.roster.plan import Roster
from callcenter.roster.resolver import Resolver, Span, second
from callcenter.roster.values import DocumentError
from callcenter.services.access import Viewer
from callcenter.services.agencies import Agencies
from callcenter.services.csv_table import MAX_BYTES
from callcenter.services.duty import Duty
from callcenter.services.duty_files import DutyFiles, to_csv
from callcenter.services.duty_plans import DutyPlans
from callcenter.services.duty_rows import period
from callcenter.services.duty_warnings import DutyWarnings, rest_rule
from callcenter.services.fields import FieldError
from callcenter.services.gaps import Gaps
from callcenter.services.ladder import Ladders
from callcenter.services.proposals import Proposals, Proposed
from callcenter.services.proposals import month as month_of
from callcenter.services.rosters import Rosters, with_holidays
from callcenter.settings import load

COLUMNS = ("rung", "officer_id", "name", "interface")
LONGEST = timedelta(days=3700)
NOW = "now"
EVERYBODY = Viewer(0, "terminal", Role.ADMIN)
"""Who stands at the machine sees all."""


class _Duty(click.Group):
    """A group whose word that is no command is an agency's code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        wants_help = not args or args[0] in self.get_help_option_names(ctx)
        return super().parse_args(ctx, args if wants_help or args[0] in self.commands else [NOW, *args])


@click.group(cls=_Duty)
def duty() -> None:
    """Tell who is on duty: ``callcenter duty [AGENCY] [--at TIME]``."""


duty.add_command(duty_records.verify)
duty.add_command(duty_records.sheet)


@duty.command(NOW)
@click.argument("agency", required=False)
@click.option("--at", "at", help="An ISO time; now when left out.")
@output.format_option
def now(agency: str | None, at: str | None, shape: str) -> None:
    """Tell who is on duty for an AGENCY (its code), primary first; without one, for all of them."""
    moment = output.instant(at, zone()) if at else datetime.now(zone())
    with plainly(), bootstrap.database(load()).reading() as session:
        rows = _on_duty(session, agency, moment) if agency else _everywhere(session, moment)
    output.show_rows(rows, COLUMNS if agency else ("agency", *COLUMNS, "covered_by"), shape)


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


@duty.command()
@output.format_option
def warnings(shape: str) -> None:
    """List what will be wrong with duty, for every agency with a line, and who was told of it."""
    home = zone()
    with plainly(), bootstrap.database(load()).reading() as session:
        found = DutyWarnings(session, home, rest_rule(*load().duty_hours)).listed(EVERYBODY)
        rows = [
            {
                "agency": one.agency.code,
                "kind": one.kind,
                "officer": one.officer.name if one.officer else None,
                "from": one.starts.astimezone(home).isoformat(),
                "to": one.ends.astimezone(home).isoformat(),
                "told_days": one.told_days,
                "told": one.told.name if one.told else None,
            }
            for one in found
        ]
    output.show_rows(rows, ("agency", "kind", "officer", "from", "to", "told_days", "told"), shape)


@duty.command("propose")
@click.argument("agency")
@click.argument("month")
@click.option("--format", "shape", type=click.Choice(["json", "csv"]), default="csv", show_default=True)
@click.option("--publish", is_flag=True, help="Put it in force for the month.")
@click.option("--with-gaps", is_flag=True, help="Publish although nobody can take some turns.")
@click.option("--reason", default="", help="Kept with what is published.")
def propose(agency: str, month: str, shape: str, publish: bool, with_gaps: bool, reason: str) -> None:
    """Propose an AGENCY's duty for a MONTH (2026-12) that has not begun; csv is what an import takes."""
    at = datetime.now(UTC)
    with _changing() as session:
        proposals = Proposals(session, zone(), rest_rule(*load().duty_hours))
        try:
            proposed = proposals.propose(_agency(session, agency), month_of(month), at)
            if publish:
                proposals.publish(proposed, reason, None, at, with_gaps=with_gaps)
        except FieldError as error:
            raise click.ClickException(f"{error}\nNothing was changed.") from None
        click.echo(to_csv(proposed.rows) if shape == "csv" else _proposal(proposed), nl=shape != "csv")
    if proposed.empty:
        click.echo(f"{len(proposed.empty)} turns have places that nobody can take", err=True)


def _proposal(proposed: Proposed) -> str:
    turns = [
        {
            "from": turn.starts.isoformat(),
            "to": turn.ends.isoformat(),
            "role": turn.role,
            "people": [name for _, name in turn.people],
            "missing": turn.missing,
            "refusals": turn.refusals,
        }
        for turn in proposed.turns
    ]
    shares = [
        {"name": one.name, "before": asdict(one.before), "after": asdict(one.after)}
        | {"credit": asdict(one.credit)}
        for one in proposed.shares
    ]
    facts = {"agency": proposed.agency.code, "month": f"{proposed.first:%Y-%m}"}
    return json.dumps({**facts, "turns": turns, "shares": shares}, ensure_ascii=False, indent=2)


@duty.command("import")
@click.argument("agency")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--from", "first", required=True, help="The plan's first day: 2026-12-01.")
@click.option("--to", "last", required=True, help="Its last day, which belongs to it.")
@click.option("--reason", default="", help="Kept with it, as the number of a decree.")
@click.option("--check", is_flag=True, help="Look through the file and change nothing.")
def import_plan(agency: str, path: Path, first: str, last: str, reason: str, check: bool) -> None:
    """Publish an AGENCY's duty from a file (CSV, XLSX, iCalendar), or tell what is wrong with each row."""
    at = datetime.now(UTC)
    with _changing() as session:
        try:
            days = period(first, last, at.astimezone(zone()).date())
            owner, files = _agency(session, agency), DutyFiles(session, zone())
            draft = files.read(owner, _bytes(path), days)
            for one in draft.mistakes:
                where = f"row {one.row}, {one.column}" if one.row else "the file"
                near = f"; near: {one.near}" if one.near else ""
                click.echo(f"{path}: {where}: {one.code}: {one.value!r}{near}", err=True)
            if draft.mistakes:
                raise click.ClickException("Nothing was changed.")
            if not check:
                DutyPlans(session, zone()).publish(owner, draft.rows, days, reason, None, at)
        except FieldError as error:
            raise click.ClickException(f"{error}\nNothing was changed.") from None
    done = "can be published" if check else "are published"
    click.echo(f"{len(draft.rows)} turns of {agency} {done}")


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
        return with_holidays(read(_text(path)))
    except DocumentError as error:
        raise click.ClickException(f"{path}: {error}") from None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
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


def _everywhere(session: Session, at: datetime) -> list[dict[str, Any]]:
    """Tell everybody of every agency; one that has nobody is a row that says who covers for it."""
    ladders = Ladders(session, zone())
    people, covers = Duty(session, zone()).everywhere(at), ladders.covers(at)
    rows: list[dict[str, Any]] = []
    for place in ladders.tree(at).places.values():
        cover = covers[place.id].place.code if place.id in covers else None
        for person in people.get(place.id, [None]):
            facts = {column: getattr(person, column, None) for column in COLUMNS}
            rows.append({"agency": place.code, **facts, "covered_by": cover})
    return rows


def _agency(session: Session, code: str) -> Agency:
    agency = Agencies(session).by_code(code)
    if agency is None:
        raise click.ClickException(f"there is no agency with the code {code!r}")
    return agency
