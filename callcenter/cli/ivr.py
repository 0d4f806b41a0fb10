"""``callcenter ivr``: check, draw and try flows; serve calls."""

from __future__ import annotations

from pathlib import Path

import click

from callcenter import bootstrap, watchdog
from callcenter.cli.telephone import Telephone
from callcenter.settings import load as load_settings
from ivr import graph as drawing
from ivr.flow import BUILTIN, Flow, FlowError, load
from ivr.prompts.build import missing

_SHAPES = {"mermaid": drawing.mermaid, "dot": drawing.dot}
_SHOWN = 10


@click.group()
def ivr() -> None:
    """Check, draw and try flows; serve calls."""


@ivr.command()
@click.argument("files", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> None:
    """Check flow FILES (paths, or names of built-in flows)."""
    problems = []
    for file in files:
        try:
            flow = load(_path(file))
        except FlowError as error:
            problems += error.problems
        else:
            click.echo(f"{file}: {len(flow.nodes)} nodes, {', '.join(flow.languages)}: good")
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise SystemExit(1)


@ivr.command()
@click.argument("file")
@click.option("--format", "shape", type=click.Choice(list(_SHAPES)), default="mermaid", show_default=True)
def graph(file: str, shape: str) -> None:
    """Draw a flow FILE (a path, or a built-in flow's name)."""
    click.echo(_SHAPES[shape](_load(file)), nl=False)


@ivr.command(name="try")
@click.argument("file", default="hotline")
@click.option("--on-duty/--nobody-on-duty", default=True, show_default=True)
def try_(file: str, on_duty: bool) -> None:
    """Telephone with a flow FILE in the terminal; its questions are answered by a stand-in."""
    Telephone(_load(file), _ask, click.echo, on_duty=on_duty).call()


@ivr.command()
def serve() -> None:
    """Serve the calls of this node's exchange until told to stop."""
    settings = load_settings()
    if lost := missing(settings.prompts_dir):
        shown = ", ".join(lost[:_SHOWN]) + (f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else "")
        raise click.ClickException(
            f"Prompts are missing in {settings.prompts_dir}: {shown}.\n"
            "No call was taken. Run `callcenter prompts build`, then start again."
        )
    watchdog.start()
    bootstrap.run_ivr(settings)


def _path(file: str) -> Path:
    builtin = BUILTIN / f"{file}.yaml"
    return builtin if file.isidentifier() and builtin.exists() else Path(file)


def _load(file: str) -> Flow:
    try:
        return load(_path(file))
    except FlowError as error:
        raise click.ClickException(str(error)) from None


def _ask(question: str) -> str | None:
    click.echo(question, nl=False)
    try:
        return input()
    except EOFError:
        click.echo()
        return None
