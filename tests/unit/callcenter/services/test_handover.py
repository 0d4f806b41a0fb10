"""Notes to the next shift: who finds which, who read them; none is ever changed."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Agency, HandoverNote, HandoverSeen, Officer, Role
from callcenter.services.access import NotVisibleError, Viewer, viewer_of
from callcenter.services.fields import FieldError
from callcenter.services.handover import LONGEST_NOTE, Handover
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
HOUR = timedelta(hours=1)


@pytest.fixture
def agency(session: Session) -> Agency:
    return factories.agency(session)


@pytest.fixture
def people(session: Session, agency: Agency) -> dict[str, Officer]:
    """Ani from 7 to 19, Budi by night; ``NOW`` is 14:00 on a Monday."""
    found = {name: factories.officer(session, agency, name) for name in ("Ani", "Budi")}
    for day in range(7):
        factories.shift(session, found["Ani"], day, starts=time(7), ends=time(19))
        factories.shift(session, found["Budi"], day, starts=time(19), ends=time(7))
    return found


def of(session: Session, officer: Officer) -> Viewer:
    name = officer.name.lower()
    return viewer_of(factories.account(session, name, Role.OFFICER, officer.agency, officer))


def supervisor(session: Session) -> Viewer:
    return viewer_of(factories.account(session, "pengawas", Role.SUPERVISOR))


def notes(session: Session, viewer: Viewer, agency: Agency, hours: int = 0) -> list[tuple[str, str, bool]]:
    view = Handover(session, viewer, ZONE).view(agency.id, NOW + hours * HOUR)
    return [(one.author, one.note.text, one.is_unread) for one in view.notes]


def test_the_next_shift_finds_what_the_one_before_wrote(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani, budi = of(session, people["Ani"]), of(session, people["Budi"])
    Handover(session, ani, ZONE).write(agency.id, " Pohon tumbang\r\ndi Gantar\0 ", NOW)
    assert notes(session, budi, agency, 6) == [("Ani", "Pohon tumbang\ndi Gantar", True)]
    assert notes(session, ani, agency, 6) == [("Ani", "Pohon tumbang\ndi Gantar", False)]


def test_what_was_written_before_the_shift_before_is_shown_only_to_who_has_not_read_it(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani, budi, above = of(session, people["Ani"]), of(session, people["Budi"]), supervisor(session)
    Handover(session, ani, ZONE).write(agency.id, "Senin pagi", NOW - 12 * HOUR)
    Handover(session, above, ZONE).write(agency.id, "Senin siang", NOW)
    assert notes(session, above, agency) == [("pengawas", "Senin siang", False), ("Ani", "Senin pagi", False)]
    assert notes(session, above, agency, 6) == [("pengawas", "Senin siang", False)]
    assert notes(session, ani, agency, 6) == [("pengawas", "Senin siang", True)]
    assert [text for _, text, _ in notes(session, budi, agency, 6)] == ["Senin siang", "Senin pagi"]
    assert notes(session, budi, agency, 24 * 31) == []


def test_the_first_reading_is_kept_and_unread_ones_come_first(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani, budi = of(session, people["Ani"]), of(session, people["Budi"])
    first = Handover(session, ani, ZONE).write(agency.id, "Satu", NOW)
    second = Handover(session, ani, ZONE).write(agency.id, "Dua", NOW + HOUR)
    readers = Handover(session, budi, ZONE)
    readers.see(agency.id, [second.id, 2**80], NOW + 6 * HOUR)
    readers.see(agency.id, [second.id], NOW + 7 * HOUR)
    assert notes(session, budi, agency, 8) == [("Ani", "Satu", True), ("Ani", "Dua", False)]
    assert readers.view(agency.id, NOW + 8 * HOUR).unread == [first.id]
    (seen,) = session.scalars(select(HandoverSeen))
    assert (seen.note_id, seen.account_id, seen.at) == (second.id, budi.account_id, NOW + 6 * HOUR)


def test_who_is_not_of_the_agency_neither_reads_nor_writes(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    note = Handover(session, of(session, people["Ani"]), ZONE).write(agency.id, "Satu", NOW)
    other = factories.agency(session, "dinkes", "Dinas Kesehatan")
    stranger = of(session, factories.officer(session, other, "Dewi"))
    for deed in (
        lambda it: it.write(agency.id, "x", NOW),
        lambda it: it.see(agency.id, [note.id], NOW),
        lambda it: it.view(agency.id, NOW),
        lambda it: it.view(2**80, NOW),
    ):
        with pytest.raises(NotVisibleError):
            deed(Handover(session, stranger, ZONE))
    Handover(session, stranger, ZONE).see(other.id, [note.id], NOW)
    Handover(session, supervisor(session), ZONE).see(agency.id, [note.id], NOW)
    assert session.scalars(select(HandoverSeen)).all() == []


def test_a_note_has_a_text_that_is_not_endless(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    work = Handover(session, of(session, people["Ani"]), ZONE)
    with pytest.raises(FieldError, match="text: empty"):
        work.write(agency.id, " \n\0 ", NOW)
    with pytest.raises(FieldError, match="text: long_note"):
        work.write(agency.id, "x" * (LONGEST_NOTE + 1), NOW)
    assert len(work.write(agency.id, "x" * LONGEST_NOTE, NOW).text) == LONGEST_NOTE


def test_what_is_open_is_counted(session: Session, agency: Agency, people: dict[str, Officer]) -> None:
    call = factories.call(session, agency)
    factories.obligation(session, call)
    factories.obligation(session, factories.call(session, agency, caller_number="+628111"), status="done")
    factories.ticket(session, agency)
    factories.ticket(session, agency, status="closed")
    view = Handover(session, supervisor(session), ZONE).view(agency.id, NOW)
    assert (view.tickets, view.call_backs) == (1, 1)


@pytest.mark.parametrize("model", [HandoverNote, HandoverSeen])
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_it(
    database: Database, model: type[HandoverNote | HandoverSeen], change: str
) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        ani, budi = (factories.officer(session, agency, name) for name in ("Ani", "Budi"))
        note = Handover(session, of(session, ani), ZONE).write(agency.id, "Satu", NOW)
        Handover(session, of(session, budi), ZONE).see(agency.id, [note.id], NOW)
    deed = update(model).values(at=NOW + HOUR) if change == "update" else delete(model)
    with pytest.raises(DatabaseError, match="is written once"), database.transaction() as session:
        session.execute(deed)
    with database.reading() as session:
        assert session.scalars(select(model)).one().at == NOW
