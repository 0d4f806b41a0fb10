"""``callcenter lines``: call lines as a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import click

from callcenter import bootstrap
from callcenter.cli import output
from callcenter.cli.reading import plainly
from callcenter.line_tester import Result, UnknownLineError
from callcenter.settings import load
from ivr.asterisk.ami import AmiError

REASONS = {
    "no_call": "not answered: is `callcenter ivr serve` running?",
    "unknown_line": "not known as an active line: look at its dates",
    "unplayed": "prompts were not heard in full: run `callcenter prompts build`",
    "cut_off": "it ended before its prompts: look into the logs of ivr and asterisk",
}


@click.group()
def lines() -> None:
    """Test the lines."""


@lines.command()
@click.argument("numbers", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every active line.")
@output.format_option
def test(numbers: tuple[str, ...], every: bool, shape: str) -> None:
    """Call the lines with these NUMBERS through this node's exchange and tell whether they work.

    A line works when its first prompts were heard in full. Takes a minute at
    most for five lines. Ends with 1 when a line does not work.
    """
    if bool(numbers) == every:
        raise click.UsageError("Name the lines' numbers, or say --all.")
    results = []
    for one in _results(numbers):
        results.append(one)
        if shape == "table":
            click.echo(_told(one))
    if shape == "json":
        output.show_rows([asdict(one) for one in results], (), shape)
    click.echo(f"{sum(one.passed for one in results)} of {len(results)} lines work", err=True)
    if not all(one.passed for one in results):
        raise SystemExit(1)


def _results(numbers: tuple[str, ...]) -> Iterator[Result]:
    try:
        with plainly():
            yield from bootstrap.line_tester(load()).test(numbers)
    except UnknownLineError as error:
        raise click.ClickException(f"no active line has the number {error}; nothing was called") from None
    except AmiError as error:
        raise click.ClickException(
            f"the exchange cannot be asked: {error}\nIs `callcenter asterisk serve` running here?"
        ) from None


def _told(one: Result) -> str:
    trouble = REASONS.get(one.reason or "", "") + (f" ({one.detail})" if one.detail else "")
    return f"{one.number:<16}{'works' if one.passed else 'FAILS':<7}{one.agency}" + (
        f": {trouble}" if trouble else ""
    )
