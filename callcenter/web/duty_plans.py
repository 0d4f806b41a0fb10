"""Plans of duty from files: looked at with all that is wrong with them, then published; every version is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.models import Agency, RosterVersion
from callcenter.roster.values import DocumentError
from callcenter.services.access import NotVisibleError, possible_id
from callcenter.services.csv_table import MAX_BYTES, Mistake
from callcenter.services.duty_files import BOM, DutyFiles, to_csv
from callcenter.services.duty_plans import DutyPlans, Outlook
from callcenter.services.duty_rows import DutyRow, Period, period
from callcenter.services.fields import FieldError
from callcenter.services.rosters import Rosters
from callcenter.web.admin.part import found, reads
from callcenter.web.context import house, now, viewer
from callcenter.web.downloads import JSON, attachment, duty_table
from callcenter.web.forms import typed
from callcenter.web.problems import problem

pages = Blueprint("duty_plans", __name__)

MOST_ROSTER = 300_000
"""Characters of a roster's JSON that a form carries."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file says and would come to; ``content`` is what the form sends back to be checked again."""

    rows: Sequence[DutyRow] = ()
    mistakes: Sequence[Mistake] = ()
    outlook: Outlook | None = None
    content: str = ""
    problem: str = ""
    """What a roster's document is refused for, with its place."""


@pages.context_processor
def _words() -> dict[str, object]:
    return {"problem_text": problem}


@pages.get("/duty/<int:agency_id>/plan")
@reads
def plan(agency_id: int) -> str:
    """Show the forms, and the versions that were in force."""
    return _page(agency_id, None, {})


@pages.get("/duty/<int:agency_id>/plan.<any(csv, xlsx):kind>")
@reads
def template(agency_id: int, kind: str) -> Response:
    """Give a table to begin with: the duty of a period as it is planned now."""
    try:
        asked = _period(request.args.get("first_day", ""), request.args.get("last_day", ""))
    except FieldError as error:
        flash(problem(error.code), "bad")
        return redirect(url_for("duty_plans.plan", agency_id=agency_id), 303)
    with house().database.reading() as session:
        agency = found(session, Agency, possible_id(agency_id))
        rows = DutyFiles(session, house().zone).rows(agency, asked)
    return duty_table(rows, kind, f"jaga-{agency.code}-{asked.first}-{asked.last}")


@pages.post("/duty/<int:agency_id>/plan")
@reads
def check(agency_id: int) -> tuple[str, int] | str:
    """Look through an uploaded file; nothing is kept."""
    upload = request.files.get("file")
    data = upload.stream.read(MAX_BYTES + 1) if upload else b""
    try:
        asked = _period(typed("first_day"), typed("last_day"))
        preview = _preview(agency_id, data, asked)
    except FieldError as error:
        return _page(agency_id, None, {error.field: problem(error.code)}), 422
    refused = bool(preview.mistakes or preview.problem)
    return (_page(agency_id, preview, {}), 422) if refused else _page(agency_id, preview, {})


@pages.post("/duty/<int:agency_id>/plan/publish")
@reads
def publish(agency_id: int) -> Response | tuple[str, int]:
    """Put what was looked at in force, after it was checked again."""
    data = request.form.get("content", "").encode()
    try:
        asked = _period(typed("first_day"), typed("last_day"))
        with house().database.transaction() as session:
            agency = found(session, Agency, possible_id(agency_id))
            if _is_roster(data):
                text = data.removeprefix(BOM).decode()
                Rosters(session).use(agency, text, typed("reason"), viewer().account_id, now())
            else:
                draft = DutyFiles(session, house().zone).read(agency, data, asked)
                if draft.mistakes:
                    raise FieldError("file", draft.mistakes[0].code)
                plans = DutyPlans(session, house().zone)
                plans.publish(agency, draft.rows, asked, typed("reason"), viewer().account_id, now())
    except (FieldError, DocumentError) as error:
        preview = _preview(agency_id, data, asked) if not _is_about_period(error) else None
        return _page(agency_id, preview, _errors(error)), 422
    flash(_("Rencana jaga diterbitkan dan berlaku."), "good")
    return redirect(url_for("duty.month", agency_id=agency_id, month=f"{asked.first:%Y-%m}"), 303)


@pages.post("/duty/<int:agency_id>/plan/withdraw")
@reads
def withdraw(agency_id: int) -> Response | tuple[str, int]:
    """Give an agency back to its weekly plan."""
    try:
        with house().database.transaction() as session:
            agency = found(session, Agency, possible_id(agency_id))
            Rosters(session).withdraw(agency, typed("why"), viewer().account_id, now())
    except DocumentError:
        return _page(agency_id, None, {"why": problem("empty")}), 422
    flash(_("Instansi kembali ke pola mingguan."), "good")
    return redirect(url_for("duty_plans.plan", agency_id=agency_id), 303)


@pages.get("/duty/versions/<int:version_id>.json")
@reads
def version(version_id: int) -> Response:
    """Give a version as it was written."""
    with house().database.reading() as session:
        row = found(session, RosterVersion, possible_id(version_id))
        if row.document is None:
            raise NotVisibleError(f"version {version_id} is the weekly plan")
        agency = found(session, Agency, row.agency_id)
        return attachment(row.document.encode(), JSON, f"jaga-{agency.code}-{row.id}.json")


def _preview(agency_id: int, data: bytes, asked: Period) -> Preview:
    with house().database.reading() as session:
        agency = found(session, Agency, possible_id(agency_id))
        plans = DutyPlans(session, house().zone)
        if _is_roster(data):
            return _roster(session, plans, agency, data, asked)
        draft = DutyFiles(session, house().zone).read(agency, data, asked)
        if draft.mistakes:
            return Preview(mistakes=draft.mistakes)
        outlook = plans.outlook(agency, draft.rows, asked, now())
        return Preview(draft.rows, (), outlook, to_csv(draft.rows))


def _roster(session: Session, plans: DutyPlans, agency: Agency, data: bytes, asked: Period) -> Preview:
    try:
        text = data.removeprefix(BOM).decode()
        if len(text) > MOST_ROSTER:
            raise DocumentError("", f"longer than {MOST_ROSTER} characters")
        tried = Rosters(session).tried(agency, text)
    except UnicodeDecodeError:
        return Preview(problem=problem("not_utf8"))
    except DocumentError as error:
        return Preview(problem=f"{problem('bad_roster')} {error}")
    return Preview(outlook=plans.outlook_of(tried, asked, now()), content=text)


def _page(agency_id: int, preview: Preview | None, errors: dict[str, str]) -> str:
    with house().database.reading() as session:
        agency = found(session, Agency, possible_id(agency_id))
        first, last = _coming()
        return render_template(
            "duty/plan.html",
            agency=agency,
            versions=Rosters(session).history(agency.id),
            preview=preview,
            errors=errors,
            first_day=typed("first_day") or first.isoformat(),
            last_day=typed("last_day") or last.isoformat(),
            reason=typed("reason"),
            why=typed("why"),
        )


def _coming() -> tuple[date, date]:
    """Give the first and the last day of the coming month."""
    first = (now().astimezone(house().zone).date().replace(day=1) + timedelta(days=31)).replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _period(first: str, last: str) -> Period:
    return period(first, last, now().astimezone(house().zone).date())


def _is_roster(data: bytes) -> bool:
    return data.removeprefix(BOM).lstrip()[:1] == b"{"


def _is_about_period(error: Exception) -> bool:
    return isinstance(error, FieldError) and error.field in ("first_day", "last_day")


def _errors(error: FieldError | DocumentError) -> dict[str, str]:
    if isinstance(error, FieldError):
        return {error.field: problem(error.code)}
    return {"reason": problem("empty")} if error.place == "reason" else {"file": str(error)}
