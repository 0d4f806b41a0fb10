"""Troubles that somebody must see."""

from __future__ import annotations

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter.models import Alarm
from callcenter.services.alarms import Alarms
from callcenter.web.admin.part import found, local_now, pages, reads, see_other, writes
from callcenter.web.context import house


@pages.get("/alarms")
@reads
def alarms() -> str:
    """List the open alarms."""
    with house().database.reading() as db:
        return render_template("admin/alarms.html", rows=Alarms(db).open())


@pages.post("/alarms/<int:alarm_id>/clear")
@writes
def clear_alarm(alarm_id: int) -> Response:
    """Mark an alarm as dealt with; it comes back when the trouble does."""
    with house().database.transaction() as db:
        alarm = found(db, Alarm, alarm_id)
        Alarms(db).clear(alarm.kind, alarm.subject, local_now())
    flash(_("Alarm ditandai selesai. Alarm muncul lagi bila gangguannya terulang."), "good")
    return see_other("admin.alarms")
