"""The monthly sheet of an agency's duty (rekap jaga): planned and done, sealed day by day; to print and sign."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from callcenter.services.audit import Audit
from callcenter.services.day_plan import DAY
from callcenter.services.duty_sheet import DutySheets
from callcenter.sheets import pdf, xlsx
from callcenter.web import words
from callcenter.web.context import address, house, now, viewer
from callcenter.web.downloads import PDF, XLSX, attachment
from callcenter.web.duty import first_of_month

pages = Blueprint("duty_records", __name__)

_WRITERS = {
    "pdf": (pdf.write, PDF),
    "xlsx": (xlsx.write, XLSX),
}


@pages.get("/duty/<int:agency_id>/records")
def records(agency_id: int) -> str:
    """Show an agency's month."""
    first = first_of_month(request.args.get("month"))
    with house().database.reading() as session:
        sheet = DutySheets(session, viewer(), house().zone).sheet(agency_id, first, now())
        return render_template(
            "duty/records.html",
            sheet=sheet,
            before=(first - DAY).replace(day=1),
            after=(first + 31 * DAY).replace(day=1),
            day_words=words.short_day,
        )


@pages.get("/duty/<int:agency_id>/records/<kind>")
def download(agency_id: int, kind: str) -> Response:
    """Give an agency's month as a document; who took it is logged."""
    if kind not in _WRITERS:
        abort(404)
    write, mimetype = _WRITERS[kind]
    first = first_of_month(request.args.get("month"))
    with house().database.transaction() as session:
        sheet = DutySheets(session, viewer(), house().zone).sheet(agency_id, first, now())
        subject = f"duty-sheet:{sheet.agency.code}:{first:%Y-%m}:{kind}"
        account_id = viewer().account_id
        Audit(session).write("export", subject, account_id=account_id, address=address(), now=now())
    name = f"rekap-jaga-{sheet.agency.code}-{first:%Y-%m}.{kind}"
    return attachment(write(sheet), mimetype, name)
