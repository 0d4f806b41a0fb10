"""What the account keeps: queues, recordings, numbers (the pages of these resources)."""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from tests.twilio.account import Number
from tests.twilio.grammar import HTTP
from tests.twilio.queueing import Queue
from tests.twilio.recorder import Recording
from tests.twilio.refusals import Refused
from tests.twilio.rest import Answered, Handler, Reply, Request, allow, page
from tests.twilio.rest_calls import between

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

NUMBER_FIELDS = {
    "VoiceUrl": "voice",
    "VoiceFallbackUrl": "fallback",
    "StatusCallback": "status",
    "SmsUrl": "sms",
    "SmsFallbackUrl": "sms_fallback",
}
METHOD_FIELDS = {"SmsMethod": "sms_method", "SmsFallbackMethod": "sms_fallback_method"}
UNCHANGED = ("VoiceMethod", "VoiceFallbackMethod", "StatusCallbackMethod")
"""Calls of this account are asked by POST, Twilio's default; nobody changes that here."""


def queues(exchange: Exchange, request: Request) -> Reply:
    allow(request)
    return page(exchange, request, "queues", [_queue(exchange, one) for one in exchange.queues.values()])


def fetch_queue(exchange: Exchange, request: Request, sid: str) -> Reply:
    return Reply(200, _queue(exchange, _known_queue(exchange, sid)))


def delete_queue(exchange: Exchange, request: Request, sid: str) -> Reply:
    """Only an empty queue can be deleted; the code of the refusal was not found in the documentation."""
    queue = _known_queue(exchange, sid)
    if queue.members:
        raise Answered(400, 20001)
    del exchange.queues[queue.name]
    return Reply(204)


def members(exchange: Exchange, request: Request, sid: str) -> Reply:
    allow(request)
    queue = _known_queue(exchange, sid)
    rows = [
        {
            "call_sid": member.call.sid,
            "queue_sid": queue.sid,
            "position": place,
            "wait_time": member.waited,
            "date_enqueued": format_datetime(member.joined),
        }
        for place, member in enumerate(queue.members, 1)
    ]
    return page(exchange, request, "queue_members", rows)


def recordings(exchange: Exchange, request: Request) -> Reply:
    """List recordings, the newest first."""
    allow(request, "CallSid", "DateCreated", "DateCreated<", "DateCreated>")
    wanted = request.params.get("CallSid")
    rows = [
        _recording(exchange, one)
        for one in reversed(exchange.recorder.kept.values())
        if wanted in (None, one.call_sid) and between(one.started, request.params, "DateCreated")
    ]
    return page(exchange, request, "recordings", rows)


def fetch_recording(exchange: Exchange, request: Request, sid: str) -> Reply:
    return Reply(200, _recording(exchange, _known_recording(exchange, sid)))


def delete_recording(exchange: Exchange, request: Request, sid: str) -> Reply:
    del exchange.recorder.kept[_known_recording(exchange, sid).sid]
    return Reply(204)


def media(exchange: Exchange, request: Request, sid: str) -> Reply:
    """The file itself, once it is there; one channel unless ``RequestedChannels=2``."""
    recording = _known_recording(exchange, sid)
    if recording.status != "completed":
        raise Answered(404, 20404)
    asked = int(request.params.get("RequestedChannels", recording.channels))
    if asked > recording.channels:
        raise Refused(20001, f"RequestedChannels {asked} of a recording with {recording.channels}")
    return Reply(200, content=recording.media(asked), content_type="audio/x-wav")


def numbers(exchange: Exchange, request: Request) -> Reply:
    allow(request, "PhoneNumber", "FriendlyName", "Beta", "Origin")
    wanted = request.params.get("PhoneNumber")
    owned = [one for one in exchange.numbers.values() if wanted in (None, one.number)]
    return page(exchange, request, "incoming_phone_numbers", [_number(exchange, one) for one in owned])


def update_number(exchange: Exchange, request: Request, sid: str) -> Reply:
    """Point a number's webhooks elsewhere."""
    allow(request, *NUMBER_FIELDS, *METHOD_FIELDS, *UNCHANGED)
    number = next((one for one in exchange.numbers.values() if one.sid == sid), None)
    if number is None:
        raise Answered(404, 20404)
    for name, ours in NUMBER_FIELDS.items():
        value = request.params.get(name)
        if value and not HTTP.match(value):
            raise Refused(21402, f"{name} {value}")
        if value is not None:
            setattr(number, ours, value)
    for name, ours in METHOD_FIELDS.items():
        value = request.params.get(name, "POST")
        if value not in ("GET", "POST"):
            raise Refused(21403, f"{name} {value}")
        if name in request.params:
            setattr(number, ours, value)
    if number.fallback and not number.voice:
        raise Refused(21405, number.number)
    if number.sms_fallback and not number.sms:
        raise Refused(21406, number.number)
    return Reply(200, _number(exchange, number))


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", r"/Queues\.json", queues),
    ("GET", r"/Queues/(?P<sid>\w+)\.json", fetch_queue),
    ("DELETE", r"/Queues/(?P<sid>\w+)\.json", delete_queue),
    ("GET", r"/Queues/(?P<sid>\w+)/Members\.json", members),
    ("GET", r"/Recordings\.json", recordings),
    ("GET", r"/Recordings/(?P<sid>\w+)\.json", fetch_recording),
    ("DELETE", r"/Recordings/(?P<sid>\w+)\.json", delete_recording),
    ("GET", r"/Recordings/(?P<sid>\w+)(\.wav)?", media),
    ("GET", r"/IncomingPhoneNumbers\.json", numbers),
    ("POST", r"/IncomingPhoneNumbers/(?P<sid>\w+)\.json", update_number),
]


def _known_queue(exchange: Exchange, sid: str) -> Queue:
    """Find a queue by its SID: its name will not do."""
    for queue in exchange.queues.values():
        if queue.sid == sid:
            return queue
    raise Answered(404, 20404)


def _known_recording(exchange: Exchange, sid: str) -> Recording:
    if sid not in exchange.recorder.kept:
        raise Answered(404, 20404)
    return exchange.recorder.kept[sid]


def _queue(exchange: Exchange, queue: Queue) -> dict[str, Any]:
    waited = [member.waited for member in queue.members]
    return {
        "sid": queue.sid,
        "account_sid": exchange.account,
        "friendly_name": queue.name,
        "current_size": len(waited),
        "average_wait_time": sum(waited) // len(waited) if waited else 0,
        "max_size": queue.max_size,
        "date_created": format_datetime(queue.created),
    }


def _recording(exchange: Exchange, one: Recording) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "account_sid": exchange.account,
        "call_sid": one.call_sid,
        "status": one.status,
        "channels": one.channels,
        "source": one.source,
        # Times at Twilio are whole seconds; -1 and empty until the file is there.
        "duration": str(one.duration) if one.status == "completed" else "-1",
        "date_created": format_datetime(one.started),
        "start_time": format_datetime(one.started),
        "media_url": one.url,
        "uri": f"/2010-04-01/Accounts/{exchange.account}/Recordings/{one.sid}.json",
    }


def _number(exchange: Exchange, number: Number) -> dict[str, Any]:
    return {
        "sid": number.sid,
        "account_sid": exchange.account,
        "phone_number": number.number,
        "voice_url": number.voice,
        "voice_fallback_url": number.fallback,
        "status_callback": number.status,
        **dict.fromkeys(("voice_method", "voice_fallback_method", "status_callback_method"), "POST"),
        "sms_url": number.sms,
        "sms_method": number.sms_method,
        "sms_fallback_url": number.sms_fallback,
        "sms_fallback_method": number.sms_fallback_method,
        "capabilities": {"voice": True, "sms": number.sms_capable, "mms": False, "fax": False},
    }
