"""What Twilio checks of a message that is to be made (pages "Messages resource" and of the errors).

Our faults are raised; what only the recipient can bring about (a landline, a number that is no mobile 21614,
a STOP 21610) and a full queue (21611) are answered, as a race is. For a landline abroad the page "Error 21635"
says 21635, the help article "What happens when I attempt to send messages to a landline?" 21614:
``Texting.landline_code`` chooses.

Not found in the documentation, and decided here: the HTTP status of 21611 (429); that a ``From`` outside the
service's pool is a 21711 here too; the codes of an empty pool (21703) and of ``ContentSid`` beside ``Body``
or ``MediaUrl`` (20001: one of them would do nothing).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import phonenumbers

from tests.twilio.grammar import E164, HTTP
from tests.twilio.message import WHATSAPP
from tests.twilio.refusals import Refused
from tests.twilio.rest import Answered, Request
from tests.twilio.twiml import BeyondStandInError

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

LONGEST_BODY = 1600
"""Characters of a message: error 21617."""
LONGEST_URL = 4000
"""Characters of a StatusCallback: error 21609."""

CREATE = (
    "To",
    "From",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
    "ContentVariables",
    "StatusCallback",
    "ValidityPeriod",
)
NOT_PLAYED = frozenset(
    {
        "ApplicationSid",
        "MaxPrice",
        "ProvideFeedback",
        "Attempt",
        "ForceDelivery",
        "ContentRetention",
        "AddressRetention",
        "SmartEncoded",
        "PersistentAction",
        "TrafficType",
        "ShortenUrls",
        "ScheduleType",
        "SendAt",
        "SendAsMms",
        "RiskCheck",
    }
)
"""Documented, and of no effect here: who begins to send one teaches it here first."""


def played(request: Request) -> None:
    """Refuse what this stand-in does not do."""
    if more := (set(request.params) | set(request.lists)) & NOT_PLAYED:
        raise BeyondStandInError(f"this stand-in does not play {sorted(more)} of a message")


def sender(exchange: Exchange, request: Request) -> str:
    """The address a message is from, chosen from the service's pool when none is given."""
    from_, service = request.params.get("From", ""), request.params.get("MessagingServiceSid", "")
    if not (from_ or service):
        raise Refused(21603, "neither From nor MessagingServiceSid")
    if not service:
        return from_
    if service not in exchange.texting.services:
        known = re.fullmatch(r"MG[0-9a-fA-F]{32}", service)
        raise Refused(21701 if known else 21705, f"{service} is no Messaging Service of the account")
    pool = exchange.texting.services[service].senders
    if from_ and from_ not in pool:
        raise Refused(21711, f"{from_} is not in the pool of {service}")
    whatsapp = request.params.get("To", "").startswith(WHATSAPP)
    fitting = [one for one in pool if one.startswith(WHATSAPP) == whatsapp]
    if not (from_ or fitting):
        raise Refused(21703, f"{service} has no sender for this channel")
    return from_ or fitting[0]


def text(exchange: Exchange, request: Request) -> str:
    """The text to send: the body, or the template with its variables."""
    params = request.params
    body, template = params.get("Body", ""), params.get("ContentSid", "")
    if "ContentVariables" in params and not template:
        raise Refused(21654, "ContentVariables without ContentSid")
    if template:
        if body or media(request):
            raise Refused(20001, "ContentSid beside Body or MediaUrl")
        if template not in exchange.texting.templates:
            raise Refused(21655, f"{template} is no template of the account")
        return exchange.texting.templates[template].filled(_variables(params.get("ContentVariables")))
    if not (body or media(request)):
        raise Refused(21619 if "MessagingServiceSid" in params else 21602, "nothing to send")
    if len(body) > LONGEST_BODY:
        raise Refused(21617, f"{len(body)} characters")
    return body


def media(request: Request) -> tuple[str, ...]:
    """The files to send along, at most ten."""
    single = request.params.get("MediaUrl")
    urls = tuple(request.lists.get("MediaUrl", [single] if single else []))
    if len(urls) > 10 or any(not HTTP.match(url) for url in urls):
        raise Refused(21620, f"MediaUrl {urls}")
    return urls


def others(request: Request) -> None:
    """Check the callback and the time limit."""
    callback = request.params.get("StatusCallback", "")
    host = urlsplit(callback).hostname or ""
    if callback and (not HTTP.match(callback) or "_" in host or len(callback) > LONGEST_URL):
        raise Refused(21609, f"StatusCallback {callback[:100]}")
    valid = request.params.get("ValidityPeriod", "36000")
    if not re.fullmatch(r"\d{1,5}", valid) or not 1 <= int(valid) <= 36_000:
        raise Refused(20001, f"ValidityPeriod {valid}: 1 to 36000 s")


def addresses(exchange: Exchange, to: str, from_: str, *, with_media: bool) -> None:
    """Check who sends to whom."""
    if not to:
        raise Refused(21604, "no To")
    if to.startswith(WHATSAPP) != from_.startswith(WHATSAPP):
        raise Refused(21910, f"from {from_} to {to}")
    if to.startswith(WHATSAPP):
        _on_whatsapp(exchange, to, from_)
    else:
        _by_sms(exchange, to, from_, with_media=with_media)


def recipient(exchange: Exchange, to: str, from_: str) -> None:
    """Answer what the recipient brings about."""
    texting = exchange.texting
    if code := texting.refusing.get(to.removeprefix(WHATSAPP)):
        raise Answered(400, code)
    if not to.startswith(WHATSAPP) and _landline(to) and to not in exchange.numbers:
        raise Answered(400, texting.landline_code)
    service = texting.service_of(from_)
    # With Advanced Opt-Out the message "will fail with Error Code 21610 asynchronously".
    if texting.blocked(from_, to) and not (service and service.advanced):
        raise Answered(400, 21610)
    if texting.posting.full(from_):
        raise Answered(429, 21611)


def _on_whatsapp(exchange: Exchange, to: str, from_: str) -> None:
    if from_ not in exchange.texting.whatsapp_senders:
        raise Refused(63007, f"{from_} is no WhatsApp sender of the account")
    if not re.fullmatch(WHATSAPP + E164, to):
        raise Refused(63003, f"{to} is not whatsapp: and E.164")
    if to == from_:
        raise Refused(63031, to)


def _by_sms(exchange: Exchange, to: str, from_: str, *, with_media: bool) -> None:
    if not re.fullmatch(E164, to) or not _possible(to):
        raise Refused(21211, f"{to} is not E.164, or cannot exist")
    if not re.fullmatch(E164, from_):
        raise Refused(21606, f"{from_} is not E.164; this account has no other sender")
    if from_ not in exchange.numbers:
        raise Refused(21659, f"{from_} is no number of the account")
    if not exchange.numbers[from_].sms_capable:
        raise Refused(21661, f"{from_} cannot send")
    if with_media:
        raise Refused(21621, f"{from_}: numbers of this account send no MMS")


def _possible(number: str) -> bool:
    """ "Cannot possibly exist based on its format" is 21211 (help, "Does Twilio check ... can receive SMS?")."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _landline(number: str) -> bool:
    """A landline, in a country where Twilio does not even try (page "Error 21635")."""
    parsed = phonenumbers.parse(number)
    fixed = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE
    return fixed and phonenumbers.region_code_for_number(parsed) not in ("US", "CA", "GB")


def _variables(given: str | None) -> dict[str, str]:
    """Read ContentVariables: a JSON object whose values are texts, none of them empty."""
    try:
        read = json.loads(given) if given else {}
    except ValueError as error:
        raise Refused(21656, f"ContentVariables {given}") from error
    if not isinstance(read, dict) or not all(isinstance(one, str) and one for one in read.values()):
        raise Refused(21656, f"ContentVariables {given}")
    return read
