"""Marks on numbers: proposed by the system, set by people, ended by a date or a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import AccessLog, Call, Disposition, NuisanceMark, Role
from callcenter.services.access import NotVisibleError, Viewer, viewer_of
from callcenter.services.disposition import SILENT, Outcome
from callcenter.services.nuisance import Nuisance
from callcenter.services.nuisance_review import ENDED, MarkError, NuisanceReview
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
NUMBER = "+6281234567890"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def supervisor(session: Session) -> Viewer:
    return viewer_of(factories.account(session, "pengawas", Role.SUPERVISOR))


def review(session: Session, viewer: Viewer) -> NuisanceReview:
    return NuisanceReview(session, viewer, "127.0.0.1", ZONE)


def silent_call(session: Session, after: timedelta = timedelta(), **facts: Any) -> None:
    call = factories.call(session, offered_at=NOW + after, **{"disposition_reason": SILENT, **facts})
    Nuisance(session).follow(call, Outcome(Disposition.CALL_BACK, call.disposition_reason), NOW + after)


def marks(session: Session) -> list[NuisanceMark]:
    return list(session.scalars(select(NuisanceMark).order_by(NuisanceMark.id)))


def logged(session: Session) -> list[tuple[str, str]]:
    return [(row.action, row.subject) for row in session.scalars(select(AccessLog).order_by(AccessLog.id))]


def test_the_third_silent_call_within_a_day_is_proposed_and_no_more(session: Session) -> None:
    silent_call(session)
    silent_call(session, HOUR)
    assert marks(session) == []
    silent_call(session, 23 * HOUR)
    silent_call(session, 23.5 * HOUR)
    (mark,) = marks(session)
    assert (mark.number, mark.reason, mark.status, mark.proposed_by_id) == (
        NUMBER,
        "silent",
        "proposed",
        None,
    )
    assert not Nuisance(session).is_marked(NUMBER, NOW + 24 * HOUR)
    assert logged(session) == []


def test_silent_calls_of_more_than_a_day_are_not_proposed(session: Session) -> None:
    for hours in (0, 12, 24.5, 37):
        silent_call(session, hours * HOUR)
    assert marks(session) == []


@pytest.mark.parametrize(
    "other", [{"disposition_reason": "abandoned"}, {"caller_number": None}, {"test": True}]
)
def test_other_calls_do_not_count(session: Session, other: dict[str, Any]) -> None:
    silent_call(session)
    silent_call(session, HOUR, **other)
    silent_call(session, 2 * HOUR)
    silent_call(session, 3 * HOUR, **other)
    assert marks(session) == []


def test_what_a_person_turned_down_is_proposed_only_for_new_calls(
    session: Session, supervisor: Viewer
) -> None:
    for hours in range(3):
        silent_call(session, hours * HOUR)
    review(session, supervisor).withdraw(marks(session)[0].id, "telepon rusak", NOW + 2.5 * HOUR)
    silent_call(session, 3 * HOUR)
    silent_call(session, 4 * HOUR)
    assert len(marks(session)) == 1
    silent_call(session, 5 * HOUR)
    assert [mark.status for mark in marks(session)] == ["withdrawn", "proposed"]


def test_a_proposal_is_confirmed_runs_and_ends_by_itself(session: Session, supervisor: Viewer) -> None:
    mark = factories.mark(session)
    review(session, supervisor).confirm(mark.id, NOW)
    assert (mark.status, mark.set_by_id) == ("active", supervisor.account_id)
    assert mark.expires_at == NOW + 30 * DAY
    nuisance = Nuisance(session)
    assert nuisance.queue_priority(NUMBER, NOW + 30 * DAY - HOUR) == 0
    assert nuisance.queue_priority(NUMBER, NOW + 30 * DAY) == 5
    assert nuisance.queue_priority("+6281200000009", NOW) == nuisance.queue_priority(None, NOW) == 5
    assert logged(session) == [("mark_set", f"caller:{NUMBER}")]


def test_a_mark_is_extended_and_withdrawn_with_a_reason(session: Session, supervisor: Viewer) -> None:
    mark = factories.active_mark(session)
    review(session, supervisor).extend(mark.id, NOW + 20 * DAY)
    assert mark.expires_at == NOW + 50 * DAY
    with pytest.raises(MarkError, match="reason"):
        review(session, supervisor).withdraw(mark.id, "  ", NOW + 21 * DAY)
    review(session, supervisor).withdraw(mark.id, "anak-anak sudah diberi tahu", NOW + 21 * DAY)
    assert (mark.status, mark.review_reason) == ("withdrawn", "anak-anak sudah diberi tahu")
    assert not Nuisance(session).is_marked(NUMBER, NOW + 21 * DAY)
    assert [action for action, _ in logged(session)] == ["mark_extended", "mark_withdrawn"]


def test_what_has_ended_can_neither_be_extended_nor_withdrawn(session: Session, supervisor: Viewer) -> None:
    mark = factories.active_mark(session)
    for act in (
        lambda: review(session, supervisor).extend(mark.id, NOW + 31 * DAY),
        lambda: review(session, supervisor).withdraw(mark.id, "x", NOW + 31 * DAY),
        lambda: review(session, supervisor).confirm(mark.id, NOW),
    ):
        with pytest.raises(MarkError, match="over"):
            act()


def test_a_number_can_be_marked_again_after_its_mark_ran_out(session: Session, supervisor: Viewer) -> None:
    factories.active_mark(session)
    review(session, supervisor).set("081234567890", "prank", "", NOW + 31 * DAY)
    assert [mark.status for mark in marks(session)] == ["expired", "active"]


def test_a_supervisor_marks_a_number_however_it_is_written(session: Session, supervisor: Viewer) -> None:
    factories.mark(session)
    mark = review(session, supervisor).set("0812-3456 7890", "prank", "tertawa", NOW)
    assert marks(session) == [mark]
    assert (mark.number, mark.status, mark.reason, mark.note) == (NUMBER, "active", "prank", "tertawa")
    for text, reason in (("anonymous", "prank"), ("", "silent"), ("081234567890", "ugly")):
        with pytest.raises(MarkError, match="number"):
            review(session, supervisor).set(text, reason, "", NOW)


def test_an_officer_reports_a_call_of_the_own_agency_once(session: Session) -> None:
    own, foreign = factories.agency(session), factories.agency(session, "dinkes")
    officer = viewer_of(factories.account(session, "petugas", Role.OFFICER, own))
    call, other = factories.call(session, own), factories.call(session, foreign)
    assert review(session, officer).report(call.id, "  tertawa \n lalu tutup", NOW)
    assert not review(session, officer).report(call.id, "lagi", NOW)
    (mark,) = marks(session)
    assert (mark.status, mark.reason, mark.note, mark.call_id) == (
        "proposed",
        "prank",
        "tertawa lalu tutup",
        call.id,
    )
    assert logged(session) == [("mark_proposed", f"caller:{NUMBER}")]
    with pytest.raises(NotVisibleError):
        review(session, officer).report(other.id, "", NOW)
    nobody: Call = factories.call(session, own, caller_number=None)
    with pytest.raises(MarkError, match="number"):
        review(session, officer).report(nobody.id, "", NOW)


def test_officers_decide_nothing(session: Session) -> None:
    agency = factories.agency(session)
    officer = review(session, viewer_of(factories.account(session, "petugas", Role.OFFICER, agency)))
    mark = factories.mark(session)
    for act in (
        lambda: officer.confirm(mark.id, NOW),
        lambda: officer.extend(mark.id, NOW),
        lambda: officer.withdraw(mark.id, "x", NOW),
        lambda: officer.set(NUMBER, "prank", "", NOW),
        lambda: officer.marks("active", NOW),
    ):
        with pytest.raises(NotVisibleError):
            act()
    assert mark.status == "proposed"


def test_marks_are_listed_by_what_they_are(session: Session, supervisor: Viewer) -> None:
    proposed = factories.mark(session, "+6281200000001")
    late = factories.active_mark(session, "+6281200000002")
    soon = factories.active_mark(session, "+6281200000003", expires_at=NOW + DAY)
    over = factories.active_mark(session, "+6281200000004", expires_at=NOW)
    gone = factories.mark(session, "+6281200000005", status="withdrawn")

    def listed(status: str) -> list[int]:
        return [mark.id for mark in review(session, supervisor).marks(status, NOW)]

    assert listed("proposed") == [proposed.id]
    assert listed("active") == [soon.id, late.id]
    assert listed(ENDED) == [gone.id, over.id]
    Nuisance(session).expire(NOW)
    session.refresh(over)
    assert over.status == "expired"
