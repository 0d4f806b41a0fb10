"""Speak agencies' names."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from callcenter.jobs.kinds import Tools
from callcenter.models import Agency


def build_agency_prompt(tools: Tools, payload: dict[str, Any], _now: datetime) -> None:
    """Build the spoken name of the agency with payload's ``agency_id``, as it is called now."""
    with tools.database.reading() as session:
        agency = session.get(Agency, int(payload["agency_id"]))
    if agency is not None:
        tools.build_names([(agency.code, agency.name)])
