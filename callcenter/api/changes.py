"""What programs change of duty, under the same rules as people do."""

from __future__ import annotations

from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.api import facts, reading
from callcenter.api.description import described
from callcenter.api.door import pages, viewer
from callcenter.api.facts import Facts
from callcenter.api.once import once
from callcenter.api.schemas import INTERVAL, SCHEMAS
from callcenter.house import house, now
from callcenter.models import ChangeKind, ChangeStatus, DutyChange
from callcenter.services.duty_reading import DutyReading
from callcenter.services.duty_work import DutyWork, Interval


@pages.get("/agencies/<code>/changes")
@described("What was asked or decided about an interval, the newest first", "DutyChanges", query=INTERVAL)
def changes(code: str) -> Facts:
    """List the changes of an agency's duty."""
    starts, ends = reading.asked_interval()
    with house().database.reading() as session:
        found = DutyReading(session, viewer(), house().zone)
        rows = found.changes(found.agency(code), starts, ends)
        names = found.names(rows)
        return {"changes": [facts.change(row, names, _left(session, row)) for row in rows]}


@pages.post("/agencies/<code>/changes")
@described(
    "Replace, add or remove somebody, grant a leave, or ask for a swap",
    "Change",
    body="NewChange",
    status=201,
)
def change(code: str) -> Response:
    """Change an agency's duty."""
    given = reading.body()

    def deed(session: Session) -> Facts:
        form = reading.change_form(given, SCHEMAS["NewChange"]["properties"])
        agency = DutyReading(session, viewer(), house().zone).agency(code)
        work = _work(session)
        ways = {ChangeKind.LEAVE.value: work.leave, ChangeKind.ASK.value: work.ask}
        return _told(session, ways.get(form.kind, work.override)(agency.id, form, now()))

    return once(deed, 201)


@pages.post("/changes/<int:change_id>/take")
@described("Take a duty that was asked for, or a part of it", "Change", body="Taking", status=201)
def take(change_id: int) -> Response:
    """Take what an ``ask`` offers; a supervisor still has to approve."""
    given = reading.body()

    def deed(session: Session) -> Facts:
        form = reading.change_form(given, SCHEMAS["Taking"]["properties"])
        return _told(session, _work(session).take(change_id, form, now()))

    return once(deed, 201)


@pages.post("/changes/<int:change_id>/approve")
@described("Put a taken swap in force", "Change", body="Decision")
def approve(change_id: int) -> Response:
    """Approve a swap."""
    given = reading.body()
    return once(
        lambda session: _told(session, _work(session).approve(change_id, reading.decision(given), now()))
    )


@pages.post("/changes/<int:change_id>/refuse")
@described("Refuse a taken swap, or what was asked for", "Change", body="Decision")
def refuse(change_id: int) -> Response:
    """Refuse a swap or an ``ask``."""
    given = reading.body()
    return once(
        lambda session: _told(session, _work(session).refuse(change_id, reading.decision(given), now()))
    )


@pages.post("/changes/<int:change_id>/undo")
@described("Take a change back from now on", "Change", body="Decision")
def undo(change_id: int) -> Response:
    """Undo a change."""
    given = reading.body()
    return once(
        lambda session: _told(session, _work(session).undo(change_id, reading.decision(given), now()))
    )


def _told(session: Session, row: DutyChange) -> Facts:
    names = DutyReading(session, viewer(), house().zone).names([row])
    return facts.change(row, names, _left(session, row))


def _left(session: Session, row: DutyChange) -> list[Interval]:
    waits = row.kind == ChangeKind.ASK and row.status == ChangeStatus.OPEN
    return _work(session).left(row) if waits else []


def _work(session: Session) -> DutyWork:
    return DutyWork(session, viewer(), house().zone)
