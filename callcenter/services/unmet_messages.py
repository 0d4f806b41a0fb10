"""Messages that were told to last, and of which no recording is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, CallEvent, Outbox, Recording
from callcenter.services.remote_recordings import fetching
from ivr.engine import EMPTY_SECONDS
from ivr.twilio.facts import RecordingFacts
from ivr.twilio.names import PROVIDER


def owed_names(session: Session, recordings: Iterable[RecordingFacts]) -> dict[str, str]:
    """Give the names under which recordings' fetching is owed already, by SID."""
    facts = [fetching(one.sid) for one in recordings]
    payloads = session.scalars(select(Outbox.payload).where(Outbox.fact.in_(facts)))
    return {payload["sid"]: payload["name"] for payload in payloads}


def unmet(session: Session, calls: Collection[str], owed: Collection[str]) -> dict[str, list[str]]:
    """Give the names of such messages by their call's key, in their order; ``owed`` ones are on their way."""
    ours = (Call.provider == PROVIDER, Call.key.in_(calls))
    rows = select(Call.key, CallEvent.kind, CallEvent.data).join(CallEvent.call).where(*ours)
    rows = rows.where(CallEvent.kind.in_(("recorded", "recording_failed"))).order_by(CallEvent.id)
    kept = select(Recording.provider_key).join(Recording.call).where(*ours)
    met, told = {*session.scalars(kept), *owed}, list[tuple[str, str]]()
    for key, kind, data in session.execute(rows):
        if kind == "recording_failed":
            met.add(data["name"])
        elif data["seconds"] >= EMPTY_SECONDS:
            told.append((key, data["name"]))
    missing: dict[str, list[str]] = {}
    for key, name in told:
        if name not in met:
            missing.setdefault(key, []).append(name)
    return missing
