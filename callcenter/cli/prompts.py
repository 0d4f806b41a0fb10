"""``callcenter prompts``: speak the prompts into files, and check them."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from callcenter import bootstrap
from callcenter.services.agencies import Agencies
from callcenter.settings import Settings, load
from ivr.prompts.audio import PromptError
from ivr.prompts.build import Report, build_agencies, missing
from ivr.prompts.build import build as build_prompts


@click.group()
def prompts() -> None:
    """Speak the prompts into files, and check them."""


@prompts.command()
@click.option(
    "--human",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Recordings by a person, <language>/<name>.wav; they come first. [default: <home>/prompts-human]",
)
def build(human: Path | None) -> None:
    """Make the prompts that are missing or out of date, agencies' names included."""
    settings = load()
    recorded = human or settings.home / "prompts-human"
    try:
        _tell("prompts", build_prompts(settings.prompts_dir, recorded))
        _tell("agencies' names", build_agencies(settings.prompts_dir, _agencies(settings), recorded))
    except PromptError as error:
        raise click.ClickException(f"{error}\nWhat was made before is kept; run the command again.") from None


@prompts.command()
def check() -> None:
    """Tell which prompts are missing."""
    settings = load()
    lost = missing(settings.prompts_dir)
    for name in lost:
        click.echo(f"{settings.prompts_dir / name}: missing", err=True)
    if lost:
        raise click.ClickException(f"{len(lost)} files are missing; run `callcenter prompts build`.")
    click.echo(f"{settings.prompts_dir}: every prompt is there")


def _tell(what: str, report: Report) -> None:
    click.echo(f"{what}: {report.made} made, {report.kept} up to date")


def _agencies(settings: Settings) -> list[tuple[str, str]]:
    """Read the agencies; before the database is there, there are none."""
    database = bootstrap.database(settings)
    try:
        with database.reading() as session:
            return [(agency.code, agency.name) for agency in Agencies(session).found()]
    except SQLAlchemyError:
        click.echo("The database is not ready: run this again after `callcenter db upgrade`.", err=True)
        return []
    finally:
        database.dispose()
