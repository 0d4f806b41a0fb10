"""Work that is done apart from calls and requests.

``JOBS`` is carried out once for each outbox row of its kind, ``PERIODIC``
again and again.
"""

from __future__ import annotations

from callcenter.jobs.duty import notify_change, notify_reminder, notify_warnings, remind, warn
from callcenter.jobs.escalate import dispatch, escalate, expire_marks
from callcenter.jobs.heartbeat import heartbeat
from callcenter.jobs.kinds import Job, Periodic
from callcenter.jobs.lines import lines
from callcenter.jobs.notify import notify_dispatch, notify_obligation, notify_summary, notify_ticket
from callcenter.jobs.prompts import build_agency_prompt
from callcenter.jobs.recordings import delete_recording, fetch_recording
from callcenter.jobs.ringing import delete_queue, hang_up_officer, ring_officer
from callcenter.jobs.seal import seal
from callcenter.jobs.texts import delete_text, fetch_enclosure, send_text
from callcenter.jobs.twilio_home import texts_home, twilio_home
from callcenter.jobs.watch import watch

JOBS: dict[str, Job] = {
    "notify_ticket": Job(notify_ticket, seconds=30),
    "notify_dispatch": Job(notify_dispatch, seconds=30),
    "notify_summary": Job(notify_summary, seconds=30),
    "notify_obligation": Job(notify_obligation, seconds=30),
    "notify_duty_change": Job(notify_change, seconds=30),
    "notify_duty_warnings": Job(notify_warnings, seconds=30),
    "notify_duty_reminder": Job(notify_reminder, seconds=30),
    "ring_officer": Job(ring_officer, seconds=30),
    "hang_up_officer": Job(hang_up_officer, seconds=30),
    "delete_queue": Job(delete_queue, seconds=30),
    "build_agency_prompt": Job(build_agency_prompt, seconds=120),
    "fetch_recording": Job(fetch_recording, seconds=600, aside=True),
    "delete_recording": Job(delete_recording, seconds=30),
    "send_text": Job(send_text, seconds=30),
    "delete_text": Job(delete_text, seconds=30),
    "fetch_enclosure": Job(fetch_enclosure, seconds=300, aside=True),
}

PERIODIC: dict[str, Periodic] = {
    "watch": Periodic(watch, seconds=30),
    "lines": Periodic(lines, seconds=30),
    "escalate": Periodic(escalate, seconds=15),
    "dispatch": Periodic(dispatch, seconds=10),
    "heartbeat": Periodic(heartbeat, seconds=60),
    "warn": Periodic(warn, seconds=600),
    "remind": Periodic(remind, seconds=120),
    "expire_marks": Periodic(expire_marks, seconds=3600),
    "seal": Periodic(seal, seconds=600),
    "twilio_home": Periodic(twilio_home, seconds=60, aside=True),
    "texts_home": Periodic(texts_home, seconds=60, aside=True),
}
