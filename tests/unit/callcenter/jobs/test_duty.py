"""Warnings and reminders from the periodic look to the message that is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.jobs import JOBS
from callcenter.jobs.duty import remind, warn
from callcenter.jobs.kinds import Tools
from callcenter.jobs.runner import Runner
from callcenter.models import DutyReminder, DutyWarning, Notification, Outbox, Role
from callcenter.senders import Sender
from callcenter.services.access import Viewer
from callcenter.services.duty_work import ChangeForm, DutyWork
from callcenter.settings import load
from tests import factories

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 9, tzinfo=ZONE)


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    settings = replace(load({}), home=tmp_path, web_url="https://wadul.example")
    return Tools(database, Sender("", tmp_path / "mail"), settings, lambda _: None)


@pytest.fixture(autouse=True)
def people(tools: Tools) -> dict[str, int]:
    """Ani has the evenings of an agency that nobody answers by day."""
    with tools.database.transaction() as session:
        agency = factories.agency(session)
        factories.line(session, agency)
        ani, budi = (factories.officer(session, agency, name) for name in ("Ani", "Budi"))
        for day in range(7):
            factories.shift(session, ani, day, starts=time(18), ends=time(0))
        factories.account(session, "pengawas", Role.SUPERVISOR)
        return {"agency": agency.id, "Ani": ani.id, "Budi": budi.id}


def letters(tools: Tools, now: datetime = NOW) -> list[str]:
    """Do all that is owed, as a worker does, and give the messages' texts."""
    runner = Runner(tools, JOBS, lambda: now)
    with tools.database.reading() as session:
        owed = list(session.scalars(select(Outbox.id).where(Outbox.done_at.is_(None)).order_by(Outbox.id)))
    assert [runner.run(row_id) for row_id in owed] == [True] * len(owed)
    return sorted(path.read_text() for path in (tools.settings.home / "mail").glob("*"))


def test_what_is_found_is_told_once(tools: Tools) -> None:
    warn(tools, NOW)
    (letter,) = letters(tools)
    assert "tidak ada petugas jaga" in letter
    assert "/duty/warnings" in letter
    warn(tools, NOW + timedelta(minutes=10))
    assert len(letters(tools)) == 1
    with tools.database.reading() as session:
        assert {row.told_days for row in session.scalars(select(DutyWarning))} > {None, 1}
        assert session.scalars(select(Notification.sent_at)).one() is not None


def test_what_was_mended_before_the_message_went_is_not_told(tools: Tools) -> None:
    warn(tools, NOW)
    with tools.database.transaction() as session:
        for row in session.scalars(select(DutyWarning)):
            row.cleared_at = NOW
    assert letters(tools) == []


def test_an_officer_is_reminded_with_a_link(tools: Tools, people: dict[str, int]) -> None:
    remind(tools, NOW)
    (letter,) = letters(tools)
    assert "Sen 23-11-2026 18.00" in letter
    with tools.database.reading() as session:
        (row,) = session.scalars(select(DutyReminder))
    assert row.officer_id == people["Ani"]
    assert f"https://wadul.example/duty/confirm/{row.id}-" in letter.replace("=\n", "")
    remind(tools, NOW + timedelta(minutes=2))
    assert len(letters(tools)) == 1


def test_whom_a_change_is_about_is_told(tools: Tools, people: dict[str, int]) -> None:
    with tools.database.transaction() as session:
        work = DutyWork(session, Viewer(1, "pengawas", Role.SUPERVISOR), ZONE)
        times = ("2026-11-23T18:00", "2026-11-23T20:00")
        ids = {"comes": str(people["Budi"]), "goes": str(people["Ani"])}
        work.override(people["agency"], ChangeForm("replace", *times, reason="Rapat", **ids), NOW)
    told = letters(tools)
    assert len(told) == 2
    assert all("Jadwal jaga berubah" in letter for letter in told)
