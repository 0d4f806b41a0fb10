"""Whoever a change of duty is about is told of it, and not who made it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, DutyReminder, DutyWarning, Officer, Outbox, Role
from callcenter.services.access import Viewer
from callcenter.services.duty_letters import DutyLetters
from callcenter.services.duty_work import ChangeForm, DutyWork
from callcenter.services.letters import Letters
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
TIMES = ("2026-11-23T20:00", "2026-11-24T04:00")


@pytest.fixture
def agency(session: Session) -> Agency:
    return factories.agency(session)


@pytest.fixture
def people(session: Session, agency: Agency) -> dict[str, Officer]:
    """Ani is always on duty; Budi and Cici are free, and Dedi left."""
    found = {name: factories.officer(session, agency, name) for name in ("Ani", "Budi", "Cici")}
    factories.officer(session, agency, "Dedi", active=False)
    for day in range(7):
        factories.shift(session, found["Ani"], day)
    return found


def of(session: Session, role: Role, officer: Officer | None = None) -> DutyWork:
    name = officer.name.lower() if officer else "pengawas"
    account = factories.account(session, name, role, officer.agency if officer else None, officer)
    return DutyWork(session, Viewer(account.id, name, role, account.agency_id, account.officer_id), ZONE)


def form(kind: str = "replace", **people: Officer) -> ChangeForm:
    ids = {field: str(one.id) for field, one in people.items()}
    return ChangeForm(kind, *TIMES, reason="Rapat", **ids)


def told(session: Session, people: dict[str, Officer]) -> list[tuple[str, str]]:
    """Give occasion and person of everything owed, and owe nothing any more."""
    names = {one.id: name for name, one in people.items()}
    rows = session.scalars(
        select(Outbox).where(Outbox.kind == "notify_duty_change").order_by(Outbox.id)
    ).all()
    found = [(row.payload["occasion"], names.get(row.payload["officer_id"], "-")) for row in rows]
    for row in rows:
        session.delete(row)
    session.flush()
    return found


def test_who_comes_and_who_goes(session: Session, agency: Agency, people: dict[str, Officer]) -> None:
    work = of(session, Role.SUPERVISOR)
    change = work.override(agency.id, form(comes=people["Budi"], goes=people["Ani"]), NOW)
    assert told(session, people) == [("made", "Budi"), ("made", "Ani")]
    work.undo(change.id, "Batal", NOW + timedelta(hours=1))
    assert told(session, people) == [("undone", "Budi"), ("undone", "Ani")]


def test_a_swap_from_the_question_to_the_answer(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani, budi = of(session, Role.OFFICER, people["Ani"]), of(session, Role.OFFICER, people["Budi"])
    chief = of(session, Role.SUPERVISOR)
    ask = ani.ask(agency.id, form("ask"), NOW)
    assert told(session, people) == [("asked", "Budi"), ("asked", "Cici")]
    swap = budi.take(ask.id, form("swap"), NOW)
    assert told(session, people) == [("taken", "Ani"), ("taken", "-")]
    chief.approve(swap.id, "", NOW)
    assert told(session, people) == [("approved", "Budi"), ("approved", "Ani")]


def test_a_refusal_reaches_who_asked_and_who_took(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ask = of(session, Role.OFFICER, people["Ani"]).ask(agency.id, form("ask"), NOW)
    of(session, Role.OFFICER, people["Budi"]).take(ask.id, form("swap"), NOW)
    told(session, people)
    of(session, Role.SUPERVISOR).refuse(ask.id, "Tidak bisa", NOW)
    assert told(session, people) == [
        ("refused", "Ani"),
        ("refused", "Budi"),
    ]


def test_who_takes_a_question_back_is_not_told_of_it(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani = of(session, Role.OFFICER, people["Ani"])
    ask = ani.ask(agency.id, form("ask"), NOW)
    told(session, people)
    ani.undo(ask.id, "Tidak jadi", NOW)
    assert told(session, people) == []


def letters(session: Session) -> DutyLetters:
    return DutyLetters(session, Letters("https://x.example", ZONE), b"secret")


def test_a_letter_says_who_when_and_why(session: Session, agency: Agency, people: dict[str, Officer]) -> None:
    work = of(session, Role.SUPERVISOR)
    change = work.override(agency.id, form(comes=people["Budi"], goes=people["Ani"]), NOW)
    letter = letters(session).change(change.id, "made")
    assert letter.title == "Jadwal jaga berubah - Dinas Sosial"
    assert letter.body.splitlines() == [
        "Jadwal jaga berubah di Dinas Sosial.",
        "Jenis  : Penggantian jaga",
        "Semula : Ani",
        "Menjadi: Budi",
        "Waktu  : Sen 23-11-2026 20.00 sampai Sel 24-11-2026 04.00",
        "Alasan : Rapat",
        f"Buka   : https://x.example/duty/{agency.id}",
    ]
    with pytest.raises(LookupError):
        letters(session).change(change.id + 1, "made")


def test_a_letter_of_warnings_names_the_first_and_counts_the_rest(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    hours = [timedelta(hours=number) for number in range(1, 16)]
    rows = [
        DutyWarning(
            subject=f"s{hour}", kind="no_rest", agency_id=agency.id, officer_id=people["Ani"].id,
            starts=NOW + hour, ends=NOW + hour + hours[0], found_at=NOW,
        )
        for hour in hours
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    letter = letters(session).warnings([row.id for row in rows], 20)
    assert letter is not None
    lines = letter.body.splitlines()
    rows[-1].kind = "nobody"
    urgent = letters(session).warnings([row.id for row in rows], 20)
    assert urgent is not None
    assert "tidak ada petugas jaga" in urgent.body.splitlines()[1]
    assert letter.title == "Jadwal jaga perlu dilengkapi (20)"
    assert lines[1] == (
        "- Sen 23-11-2026 15.00 sampai 16.00, Dinas Sosial: istirahat di antara dua jaga terlalu pendek (Ani)"
    )
    assert lines[13] == "- dan 8 lagi"
    for row in rows:
        row.cleared_at = NOW
    session.flush()
    assert letters(session).warnings([row.id for row in rows], 20) is None


def test_a_reminder_carries_its_link_until_it_is_confirmed_or_begins(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    row = DutyReminder(
        agency_id=agency.id, officer_id=people["Ani"].id, at=NOW,
        starts=NOW + timedelta(hours=6), ends=NOW + timedelta(hours=14),
    )  # fmt: skip
    session.add(row)
    session.flush()
    letter = letters(session).reminder(row.id, NOW)
    assert letter is not None
    assert letter.title == "Jaga Sen 23-11-2026 20.00 - Dinas Sosial"
    assert f"https://x.example/duty/confirm/{row.id}-" in letter.body
    assert letters(session).reminder(row.id, row.starts) is None
    row.confirmed_at = NOW
    assert letters(session).reminder(row.id, NOW) is None
