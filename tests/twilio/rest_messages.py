"""The Messages resource and its Media (pages "Messages resource", "Media subresource").

Not found in the documentation, and decided here: the HTTP status of 20009 (409), that a file's content is
given at once and not from another place.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from tests.twilio import message_checks as checks
from tests.twilio.message import QUEUED, Media, Message
from tests.twilio.refusals import Refused
from tests.twilio.rest import Answered, Handler, Reply, Request, allow, page
from tests.twilio.rest_calls import between
from tests.twilio.twiml import BeyondStandInError

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange


def create(exchange: Exchange, request: Request) -> Reply:
    """Send a message: it waits for its turn."""
    checks.played(request)
    allow(request, *checks.CREATE)
    params, to = request.params, request.params.get("To", "")
    from_ = checks.sender(exchange, request)
    urls = checks.media(request)
    checks.addresses(exchange, to, from_, with_media=bool(urls))
    body = checks.text(exchange, request)
    checks.others(request)
    checks.recipient(exchange, to, from_)
    service = params.get("MessagingServiceSid", "")
    message = Message(
        exchange,
        exchange.sid("MM" if urls else "SM"),
        "outbound-api",
        from_,
        to,
        body,
        # "In this case, the Message resource's initial Status value is accepted", with From it is queued.
        "accepted" if service and "From" not in params else "queued",
        service=service,
        media_urls=urls,
        template="ContentSid" in params,
        callback=params.get("StatusCallback", ""),
        valid_seconds=int(params.get("ValidityPeriod", 36_000)),
    )
    return Reply(201, exchange.texting.dispatch(message).facts())


def several(exchange: Exchange, request: Request) -> Reply:
    """List messages, in and out, the newest first."""
    allow(request, "To", "From", "DateSent", "DateSent<", "DateSent>")
    rows = [one.facts() for one in reversed(exchange.texting.messages.values()) if _wanted(one, request)]
    return page(exchange, request, "messages", rows)


def fetch(exchange: Exchange, request: Request, sid: str) -> Reply:
    return Reply(200, _known(exchange, sid).facts())


def update(exchange: Exchange, request: Request, sid: str) -> Reply:
    """Redact the body; what has been sent is not taken back."""
    allow(request, "Body", "Status")
    message = _known(exchange, sid)
    if "Status" in request.params:
        raise BeyondStandInError("this stand-in plays no scheduled messages, and none is canceled")
    if request.params.get("Body") != "":
        raise Refused(30400, "a redaction has an empty Body")
    message.body, message.updated = "", exchange.clock()
    return Reply(200, message.facts())


def delete(exchange: Exchange, request: Request, sid: str) -> Reply:
    """Delete a message that is over, and its files."""
    message = _known(exchange, sid)
    since = (exchange.clock() - message.updated).total_seconds()
    if message.status in QUEUED or since < exchange.texting.deletable_after:
        raise Answered(409, 20009)
    del exchange.texting.messages[sid]
    return Reply(204)


def files(exchange: Exchange, request: Request, sid: str) -> Reply:
    allow(request, "DateCreated", "DateCreated<", "DateCreated>")
    message = _known(exchange, sid)
    rows = [
        _media(message, one)
        for one in message.media.values()
        if between(one.created, request.params, "DateCreated")
    ]
    return page(exchange, request, "media_list", rows)


def fetch_file(exchange: Exchange, request: Request, sid: str, media: str) -> Reply:
    message, kept = _known_file(exchange, sid, media)
    return Reply(200, _media(message, kept))


def content(exchange: Exchange, request: Request, sid: str, media: str) -> Reply:
    """The file itself: "without an extension"; with basic authentication, as everything here."""
    _, kept = _known_file(exchange, sid, media)
    return Reply(200, content=kept.file.content, content_type=kept.file.content_type)


def delete_file(exchange: Exchange, request: Request, sid: str, media: str) -> Reply:
    message, kept = _known_file(exchange, sid, media)
    del message.media[kept.sid]
    return Reply(204)


_FILE = r"/Messages/(?P<sid>\w+)/Media/(?P<media>\w+)"

ROUTES: list[tuple[str, str, Handler]] = [
    ("POST", r"/Messages\.json", create),
    ("GET", r"/Messages\.json", several),
    ("GET", r"/Messages/(?P<sid>\w+)\.json", fetch),
    ("POST", r"/Messages/(?P<sid>\w+)\.json", update),
    ("DELETE", r"/Messages/(?P<sid>\w+)\.json", delete),
    ("GET", r"/Messages/(?P<sid>\w+)/Media\.json", files),
    ("GET", rf"{_FILE}\.json", fetch_file),
    ("DELETE", rf"{_FILE}\.json", delete_file),
    ("GET", _FILE, content),
    ("DELETE", _FILE, delete_file),
]


def _known(exchange: Exchange, sid: str) -> Message:
    if sid not in exchange.texting.messages:
        raise Answered(404, 20404)
    return exchange.texting.messages[sid]


def _known_file(exchange: Exchange, sid: str, media: str) -> tuple[Message, Media]:
    message = _known(exchange, sid)
    if media not in message.media:
        raise Answered(404, 20404)
    return message, message.media[media]


def _wanted(message: Message, request: Request) -> bool:
    params = request.params
    if params.get("To", message.to) != message.to or params.get("From", message.from_) != message.from_:
        return False
    return between(message.sent, params, "DateSent")


def _media(message: Message, one: Media) -> dict[str, Any]:
    uri = f"/2010-04-01/Accounts/{message.exchange.account}/Messages/{message.sid}/Media/{one.sid}.json"
    return {
        "sid": one.sid,
        "account_sid": message.exchange.account,
        "parent_sid": message.sid,
        "content_type": one.file.content_type,
        "date_created": format_datetime(one.created),
        "date_updated": format_datetime(one.created),
        "uri": uri,
    }
