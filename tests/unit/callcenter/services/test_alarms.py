from __future__ import annotations

from datetime import UTC, datetime, timedelta

from callcenter.db import Database
from callcenter.services.alarms import DETAIL_LENGTH, Alarms

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def test_an_alarm_that_goes_on_is_one_alarm(database: Database) -> None:
    with database.transaction() as session:
        alarms = Alarms(session)
        assert alarms.raise_("disk-full", "node1", "3 MiB left", NOW)
        assert not alarms.raise_("disk-full", "node1", "2 MiB left", LATER)
        (alarm,) = alarms.open()
        assert (alarm.detail, alarm.raised_at, alarm.last_seen_at) == ("2 MiB left", NOW, LATER)


def test_kinds_and_subjects_are_apart(database: Database) -> None:
    with database.transaction() as session:
        alarms = Alarms(session)
        assert alarms.raise_("disk-full", "node1", "full", NOW)
        assert alarms.raise_("disk-full", "node2", "full", NOW)
        assert alarms.raise_("recording-store", "node1", "away", NOW)
        assert alarms.clear("disk-full", "node2", LATER)
        assert [(alarm.kind, alarm.subject) for alarm in alarms.open()] == [
            ("disk-full", "node1"),
            ("recording-store", "node1"),
        ]


def test_a_cleared_alarm_may_come_again(database: Database) -> None:
    with database.transaction() as session:
        alarms = Alarms(session)
        alarms.raise_("disk-full", "node1", "full", NOW)
        assert alarms.is_open("disk-full", "node1")
        assert alarms.clear("disk-full", "node1", NOW)
        assert not alarms.clear("disk-full", "node1", NOW)
        assert not alarms.is_open("disk-full", "node1")
        assert alarms.raise_("disk-full", "node1", "full again", LATER)
        assert [alarm.detail for alarm in alarms.open()] == ["full again"]


def test_hostile_details_are_kept_short_and_storable(database: Database) -> None:
    with database.transaction() as session:
        Alarms(session).raise_("recording-store", "node1", "\0' OR 1=1;--" + "x" * 10_000, NOW)
        (alarm,) = Alarms(session).open()
        assert len(alarm.detail) == DETAIL_LENGTH
        assert alarm.detail.startswith("' OR 1=1;--")
