"""The settings pages: agencies, officers, rosters, accounts, imports, alarms."""

from __future__ import annotations

from callcenter.web.admin import accounts, agencies, alarms, imports, lines, officers, roster
from callcenter.web.admin.part import pages

__all__ = ["accounts", "agencies", "alarms", "imports", "lines", "officers", "pages", "roster"]
