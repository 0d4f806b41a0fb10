"""``callcenter reconcile``: hold the call log against the exchange's records, now.

The keys of the JSON may be added to; none is renamed or removed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from callcenter import bootstrap, logs
from callcenter.cli import output
from callcenter.cli.reading import plainly, zone
from callcenter.comparer import NothingCarriedError, Result
from callcenter.services.comparison import Finding, Kind
from callcenter.services.reconcile import Reconciled
from callcenter.settings import Settings, load

A_DAY = timedelta(hours=24)
COLUMNS = ("call", "offered_at", "subject", "reason")
REASONS = {
    Kind.NOT_LOGGED: "the exchange recorded the call, the log does not have it",
    Kind.NOT_IN_RECORDS: "the log has the call, the exchange recorded nothing of it",
    Kind.NOT_CLOSED: "the exchange recorded the end of the call, in the log it is still up",
    Kind.NO_OUTCOME: "the call is over and has no outcome",
    Kind.CAUSE: "the log has hang-up cause {logged}, the exchange {recorded}",
    Kind.ANSWER_NOT_LOGGED: "the exchange recorded that an officer answered, the log says: {logged}",
    Kind.ANSWER_NOT_RECORDED: "the log says that an officer answered, the exchange recorded none",
    Kind.LEG_NOT_LOGGED: "an officer's telephone rang, the log does not have it",
    Kind.MESSAGE_MISSING: "a message was recorded, but is not kept",
    Kind.CONVERSATION_MISSING: "an officer talked with the citizen, but no recording is kept",
    Kind.RECORDING_WITHOUT_CALL: "a recording waits for a call that nobody knows",
    Kind.TICKET_MISSING: "a ticket's number was told that does not exist",
}


@click.command()
@click.option("--since", help="Compare the calls from this ISO time on; the last 24 hours if not given.")
@output.format_option
def reconcile(since: str | None, shape: str) -> None:
    """Complete the call log from this node's exchange, compare the two, and keep the result."""
    logs.configure("reconcile", "ERROR")  # the differences are told below
    now, settings = datetime.now(UTC), load()
    start = output.instant(since, zone()) if since else now - A_DAY
    if start >= now:
        raise click.BadParameter("a time that has passed is needed", param_hint="--since")
    with plainly():
        done, result = _run(settings, start, now)
    facts = _facts(result, done, zone())
    if shape == "json":
        output.show_one(facts, shape)
    else:
        _print(facts)


def _run(settings: Settings, since: datetime, now: datetime) -> tuple[Reconciled, Result]:
    done = bootstrap.reconciler(settings).round(now)
    try:
        return done, bootstrap.comparer(settings).run("asked", since, now, now)
    except NothingCarriedError:
        raise click.ClickException(
            f"the exchange of {settings.node} recorded nothing on this machine: nothing was compared. "
            "Run this where that exchange runs."
        ) from None


def _facts(result: Result, done: Reconciled, zone: ZoneInfo) -> dict[str, Any]:
    run = result.run
    return {
        "node": run.node,
        "since": _iso(run.since, zone),
        "until": _iso(run.until, zone),
        "offered": run.offered,
        "logged": run.logged,
        "created": run.created,
        "closed": run.closed,
        "created_now": done.created,
        "closed_now": done.closed,
        "differences": [_difference(one, result, zone) for one in result.findings],
    }


def _difference(one: Finding, result: Result, zone: ZoneInfo) -> dict[str, Any]:
    place = result.places[one.call]
    return {
        "kind": str(one.kind),
        "call": one.call,
        "call_id": place.call_id,
        "offered_at": _iso(place.at, zone),
        "subject": one.subject,
        "logged": one.logged,
        "recorded": one.recorded,
        "reason": REASONS[one.kind].format(logged=one.logged or "-", recorded=one.recorded or "-"),
    }


def _print(facts: dict[str, Any]) -> None:
    found = facts.pop("differences")
    output.show_one({**facts, "differences": len(found)}, "table")
    if found:
        click.echo()
        output.show_rows(found, COLUMNS, "table")


def _iso(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")
