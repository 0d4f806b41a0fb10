"""How commands show rows: a table for people, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def format_option(command: Command) -> Command:
    """Let a command be asked for ``--format table`` or ``--format json``."""
    formats = click.Choice(["table", "json"])
    return click.option("--format", "shape", type=formats, default="table", show_default=True)(command)


def show_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], shape: str) -> None:
    """Print rows: all their keys as a JSON array, or some columns as a table."""
    if shape == "json":
        _json(rows)
        return
    cells = [list(columns), *([_cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    for line in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def show_one(facts: Mapping[str, Any], shape: str) -> None:
    """Print one thing: a JSON object, or a line a fact and a table a list."""
    if shape == "json":
        _json(facts)
        return
    for name, value in facts.items():
        if not isinstance(value, list):
            click.echo(f"{name:<20}{_cell(value)}")
    for name, value in facts.items():
        if isinstance(value, list) and value:
            click.echo(f"\n{name}:")
            show_rows(value, list(value[0]), "table")


def instant(text: str, zone: ZoneInfo) -> datetime:
    """Read an ISO time; without an offset it is meant in the instance's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time such as 2026-11-23T14:05") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(f"{key}={item}" for key, item in value.items()) if isinstance(value, dict) else str(value)
