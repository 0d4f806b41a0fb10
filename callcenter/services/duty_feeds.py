"""Duty for calendar programs (RFC 5545): addresses that are made, read without a login, and revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Agency, DutyFeed, Officer
from callcenter.roster.resolver import second
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.audit import Action, Audit
from callcenter.services.duty_rows import ROLES
from callcenter.services.rosters import Rosters

BEHIND, AHEAD = timedelta(days=31), timedelta(days=184)
"""What of the duty a calendar shows."""


class DutyFeeds:
    """The addresses of calendars."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction; weekly plans hang on the clocks of ``zone``."""
        self._session = session
        self._zone = zone

    def make(self, viewer: Viewer, agency_id: int | None, address: str, now: datetime) -> str:
        """Make an address of an agency's duty (supervisors), or without one of the viewer's own.

        Gives the token, which cannot be read again. Raises ``NotVisibleError``.
        """
        officer = None if agency_id is not None else self._session.get(Officer, viewer.officer_id or 0)
        if officer is None and not (viewer.sees_all and agency_id is not None):
            raise NotVisibleError("no duty to show")
        agency = self._session.get(Agency, officer.agency_id if officer else possible_id(agency_id or 0))
        if agency is None:
            raise NotVisibleError(f"agency {agency_id}")
        token = secrets.token_urlsafe(32)
        feed = DutyFeed(
            token_hash=_hash(token),
            agency_id=agency.id,
            officer_id=officer.id if officer else None,
            account_id=viewer.account_id,
            at=now,
        )
        self._session.add(feed)
        self._session.flush()
        self._log("feed_made", feed, viewer, address, now)
        return token

    def of_viewer(self, viewer: Viewer) -> Sequence[DutyFeed]:
        """List the addresses that a viewer made and that still answer."""
        query = select(DutyFeed).options(joinedload(DutyFeed.agency), joinedload(DutyFeed.officer))
        query = query.where(DutyFeed.account_id == viewer.account_id, DutyFeed.revoked_at.is_(None))
        return self._session.scalars(query.order_by(DutyFeed.id)).all()

    def revoke(self, viewer: Viewer, feed_id: int, address: str, now: datetime) -> None:
        """Let an address answer no more: one's own, or for a supervisor anybody's."""
        feed = self._session.get(DutyFeed, possible_id(feed_id))
        if feed is None or not (viewer.sees_all or feed.account_id == viewer.account_id):
            raise NotVisibleError(f"feed {feed_id}")
        if feed.revoked_at is None:
            feed.revoked_at = now
            self._log("feed_revoked", feed, viewer, address, now)

    def calendar(self, token: str, now: datetime) -> bytes:
        """Write the calendar of an address; raises ``NotVisibleError`` for one that does not answer."""
        query = select(DutyFeed).options(joinedload(DutyFeed.agency), joinedload(DutyFeed.officer))
        query = query.where(DutyFeed.token_hash == _hash(token), DutyFeed.revoked_at.is_(None))
        feed = self._session.scalar(query)
        if feed is None or (feed.officer is not None and not feed.officer.active):
            raise NotVisibleError("no such calendar")
        return self._write(feed, now)

    def _write(self, feed: DutyFeed, now: datetime) -> bytes:
        starts, ends = second(now - BEHIND), second(now + AHEAD)
        plan = Rosters(self._session).plan(feed.agency_id, self._zone.key, starts, ends)
        names = self._names(feed)
        title = f"Jaga {feed.officer.name if feed.officer else feed.agency.name}"
        calendar = Calendar()
        for name, value in (
            ("prodid", "-//call centre//duty//ID"),
            ("version", "2.0"),
            ("calscale", "GREGORIAN"),
            ("method", "PUBLISH"),
            ("x-wr-calname", title),
            ("x-published-ttl", "PT1H"),
        ):
            calendar.add(name, value)
        for officer_id, name in names.items():
            for begins, over, role in plan.duties(officer_id, starts, ends):
                summary = f"Jaga {ROLES[role]}: {feed.agency.name if feed.officer else name}"
                calendar.add_component(_event(feed, officer_id, begins, over, summary, now))
        return bytes(calendar.to_ical())

    def _names(self, feed: DutyFeed) -> dict[int, str]:
        if feed.officer is not None:
            return {feed.officer.id: feed.officer.name}
        query = select(Officer.id, Officer.name).where(Officer.agency_id == feed.agency_id, Officer.active)
        return {officer_id: name for officer_id, name in self._session.execute(query.order_by(Officer.id))}

    def _log(self, action: Action, feed: DutyFeed, viewer: Viewer, address: str, now: datetime) -> None:
        subject = f"duty-feed:{feed.id}"
        Audit(self._session).write(action, subject, account_id=viewer.account_id, address=address, now=now)


def _event(
    feed: DutyFeed, officer_id: int, starts: datetime, ends: datetime, summary: str, now: datetime
) -> Event:
    event = Event()
    event.add("uid", f"{feed.agency.code}-{officer_id}-{second(starts)}@duty")
    event.add("dtstamp", now)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", summary)
    return event


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
