"""Files that a page gives to be kept."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.wrappers import Response

from callcenter.services.duty_files import BOM, to_csv, to_xlsx
from callcenter.services.duty_rows import DutyRow

CSV = "text/csv; charset=utf-8"
JSON = "application/json"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(data: bytes, mimetype: str, name: str) -> Response:
    """Give a file under a name of plain letters; nobody keeps it on the way."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(data, mimetype=mimetype, headers=headers)


def duty_table(rows: Sequence[DutyRow], kind: str, name: str) -> Response:
    """Give turns of duty as a table that can be changed and read in again: ``csv`` or ``xlsx``."""
    if kind == "xlsx":
        return attachment(to_xlsx(rows), XLSX, f"{name}.xlsx")
    return attachment(BOM + to_csv(rows).encode(), CSV, f"{name}.csv")
