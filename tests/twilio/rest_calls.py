"""The Call resource (page "Call resource")."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from tests.twilio.call import Call
from tests.twilio.grammar import E164, HTTP
from tests.twilio.progress import Progress
from tests.twilio.refusals import Refused
from tests.twilio.rest import Answered, Handler, Reply, Request, allow, page

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

EVENTS = ("initiated", "ringing", "answered", "completed")
CREATE = [
    "To",
    "From",
    "Url",
    "Method",
    "Twiml",
    "FallbackUrl",
    "FallbackMethod",
    "StatusCallback",
    "StatusCallbackMethod",
    "StatusCallbackEvent",
    "Timeout",
    "MachineDetection",
    "MachineDetectionTimeout",
    "CallReason",
]
UPDATE = ("Status", "Url", "Method", "Twiml", "FallbackUrl", "StatusCallback")
FILTERS = ("To", "From", "Status", "ParentCallSid", "StartTime", "StartTime<", "StartTime>")


def create(exchange: Exchange, request: Request) -> Reply:
    """Place a call: it waits as ``queued`` for its turn."""
    allow(request, *CREATE)
    params = request.params
    _telephones(exchange, params.get("To", ""), params.get("From", ""))
    _instructions(params.get("Url", ""), params.get("Twiml", ""))
    _others(request)
    call = Call(exchange, exchange.sid("CA"), params["From"], params["To"], "outbound-api")
    call.begins = (params.get("Url", ""), params.get("Method", "POST"), params.get("Twiml", ""))
    call.fallback = params.get("FallbackUrl", "")
    callback, method = params.get("StatusCallback", ""), params.get("StatusCallbackMethod", "POST")
    call.progress = Progress(callback, method, _events(request))
    call.ring_timeout = int(params.get("Timeout", 60))
    call.detects_machines = "MachineDetection" in params
    exchange.calls[call.sid] = call
    exchange.outbound.place(call)
    return Reply(201, facts(call))


def fetch(exchange: Exchange, request: Request, sid: str) -> Reply:
    return Reply(200, facts(_known(exchange, sid)))


def update(exchange: Exchange, request: Request, sid: str) -> Reply:
    """End a call, or lead it to another document."""
    allow(request, *UPDATE)
    call, params = _known(exchange, sid), request.params
    status = params.get("Status")
    if status and status not in ("completed", "canceled"):
        raise Refused(20001, f"Status {status}: a call can be completed or canceled")
    if call.over:
        raise Answered(400, 21220)
    if status:
        exchange.timers.after(0, lambda: _end(call, status))
    else:
        _instructions(params.get("Url", ""), params.get("Twiml", ""))
        if call.status != "in-progress":
            raise Answered(400, 21220)
        to = (params.get("Url", ""), params.get("Method", "POST"), params.get("Twiml", ""))
        exchange.timers.after(0, lambda: call.redirect(*to))
    return Reply(200, facts(call))


def several(exchange: Exchange, request: Request) -> Reply:
    """List calls, the newest first; one that was not dialled yet has no start time to filter by."""
    allow(request, *FILTERS)
    rows = [call for call in reversed(exchange.calls.values()) if _wanted(call, request)]
    return page(exchange, request, "calls", [facts(call) for call in rows])


ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", r"/Calls\.json", create),
    ("GET", r"/Calls\.json", several),
    ("GET", r"/Calls/(?P<sid>\w+)\.json", fetch),
    ("POST", r"/Calls/(?P<sid>\w+)\.json", update),
]


def facts(call: Call) -> dict[str, Any]:
    """The resource as JSON; times are RFC 2822, the duration a text."""
    return {
        "sid": call.sid,
        "account_sid": call.exchange.account,
        "to": call.to,
        "from": call.from_,
        "status": call.status,
        "direction": call.direction,
        "answered_by": call.answered_by,
        "date_created": _time(call.created),
        "start_time": _time(call.started),
        "end_time": _time(call.ended),
        "duration": str(call.duration) if call.over else None,
        "parent_call_sid": None,
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{call.exchange.account}/Calls/{call.sid}.json",
    }


def _time(instant: datetime | None) -> str | None:
    return format_datetime(instant) if instant else None


def _known(exchange: Exchange, sid: str) -> Call:
    if sid not in exchange.calls:
        raise Answered(404, 20404)
    return exchange.calls[sid]


def _end(call: Call, status: str) -> None:
    """``completed`` ends any call; ``canceled`` only one that was not answered."""
    if call.over:
        return
    if not call.answered and call.direction != "inbound":
        call.exchange.outbound.cancel(call)
    elif status == "completed":
        call.finish("completed")


def _telephones(exchange: Exchange, to: str, from_: str) -> None:
    if not to:
        raise Refused(21201, "no To")
    if not re.fullmatch(E164, to):
        raise Refused(21211, f"{to} is not E.164")
    if not from_:
        raise Refused(21213, "no From")
    if not re.fullmatch(E164, from_):
        raise Refused(21212, f"{from_} is not E.164")
    if from_ not in exchange.numbers:
        raise Refused(21210, f"{from_} is no number of the account")


def _instructions(url: str, twiml: str) -> None:
    if bool(url) == bool(twiml):
        raise Refused(21205, "either Url or Twiml")
    if url and not HTTP.match(url):
        raise Refused(21205, f"{url} is not absolute")


def _others(request: Request) -> None:
    for name, value in request.params.items():
        if name.endswith("Method") and value not in ("GET", "POST"):
            raise Refused(21209, f"{name} {value}")
        if name in ("StatusCallback", "FallbackUrl") and not HTTP.match(value):
            raise Refused(21205, f"{name} {value}")
    timeout = request.params.get("Timeout", "60")
    if not re.fullmatch(r"\d+", timeout) or not 1 <= int(timeout) <= 600:
        raise Refused(21208, f"Timeout {timeout}: 1 to 600 s")


def _events(request: Request) -> tuple[str, ...]:
    given = request.lists.get("StatusCallbackEvent") or request.params.get("StatusCallbackEvent", "").split()
    if not set(given) <= set(EVENTS):
        raise Refused(20001, f"StatusCallbackEvent {given}, of {EVENTS}")
    return tuple(given) or ("completed",)


def _wanted(call: Call, request: Request) -> bool:
    params = request.params
    if params.get("To", call.to) != call.to or params.get("From", call.from_) != call.from_:
        return False
    if params.get("Status", call.status) != call.status or "ParentCallSid" in params:
        return False
    return between(call.started, params, "StartTime")


def between(instant: datetime | None, params: Any, name: str) -> bool:
    """Filter by a time: ``name>`` at or after, ``name<`` at or before, ``name`` on that day (UTC)."""
    wanted = {key: params[name + key] for key in ("", "<", ">") if name + key in params}
    if wanted and instant is None:
        return False
    return all(
        _holds(key, instant, datetime.fromisoformat(value)) for key, value in wanted.items() if instant
    )


def _holds(key: str, instant: datetime, value: datetime) -> bool:
    value = value if value.tzinfo else value.replace(tzinfo=instant.tzinfo)
    if not key:
        return instant.date() == value.date()
    return instant >= value if key == ">" else instant <= value
