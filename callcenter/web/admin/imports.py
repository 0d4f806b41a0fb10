"""Importing CSV files."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter.services.access import NotVisibleError
from callcenter.services.csv_import import CsvImport, Report
from callcenter.services.csv_kinds import KINDS
from callcenter.services.csv_table import MAX_BYTES
from callcenter.web.admin.part import local_now, pages, see_other, writes
from callcenter.web.context import house
from callcenter.web.forms import typed

AFTERWARDS = {"agencies": "admin.agencies", "officers": "admin.officers", "roster": "admin.agencies"}


@pages.get("/import")
@writes
def imports() -> str:
    """Show the form."""
    return _page("agencies", None)


@pages.post("/import")
@writes
def run_import() -> str | tuple[str, int] | Response:
    """Import a whole file, or tell what is wrong with each row."""
    kind = typed("kind")
    if kind not in KINDS:
        raise NotVisibleError(kind)
    upload = request.files.get("file")
    data = upload.stream.read(MAX_BYTES + 1) if upload else b""
    with house().database.transaction() as db:
        report = CsvImport(db).run(kind, data, local_now())
    if report.mistakes:
        return _page(kind, report), 422
    flash(_("%(rows)s baris disimpan.", rows=report.rows), "good")
    return see_other(AFTERWARDS[kind])


@pages.get("/import/<kind>.csv")
@writes
def template(kind: str) -> Response:
    """Give a file to begin with."""
    if kind not in KINDS:
        raise NotVisibleError(kind)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.csv"'}
    return Response(KINDS[kind].template(), mimetype="text/csv", headers=headers)


def _page(kind: str, report: Report | None) -> str:
    return render_template("admin/import.html", kind=kind, kinds=KINDS, report=report)
