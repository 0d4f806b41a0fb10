"""What Twilio refuses, by the codes of its error dictionary (page "Error and Warning Dictionary")."""

from __future__ import annotations

WORDS = {
    11100: "Invalid URL format",
    11200: "HTTP retrieval failure",
    11205: "HTTP connection failure",
    11215: "HTTP too many redirects",
    11750: "TwiML response body too large",
    11770: "Empty response body",
    12100: "Document parse failure",
    12102: "The root element must be Response",
    12200: "Schema validation warning",
    12300: "Invalid Content-Type",
    13210: "Dial: Invalid method value",
    13212: "Dial: Invalid timeout value",
    13213: "Dial: Invalid hangupOnStar value",
    13214: "Dial: Invalid callerId value",
    13215: "Dial: Invalid nested element",
    13216: "Dial: Invalid timeLimit value",
    13217: "Dial: Invalid record value",
    13310: "Gather: Invalid finishOnKey value",
    13312: "Gather: Invalid method value",
    13313: "Gather: Invalid timeout value",
    13314: "Gather: Invalid numDigits value",
    13320: "Gather: Invalid nested verb",
    13338: "Gather: Invalid actionOnEmptyResult value",
    13410: "Play: Invalid loop value",
    13420: "Play: Invalid Content-Type",
    13510: "Say: Invalid loop value",
    13520: "Say: Invalid text",
    13610: "Record: Invalid method value",
    13611: "Record: Invalid timeout value",
    13612: "Record: Invalid maxLength value",
    13613: "Record: Invalid finishOnKey value",
    13614: "Record: Invalid transcribe value",
    13616: "Record: playBeep must be true or false",
    13710: "Redirect: Invalid method value",
    13910: "Pause: Invalid length value",
    14103: "Message Invalid Body",
    14201: "Enqueue: Invalid method value",
    14202: "Enqueue: The waitUrl for the Enqueue verb is invalid",
    14203: "Enqueue: The action URL for the Enqueue verb is invalid",
    14204: "Enqueue: Queue name too short",
    14205: "Enqueue: Queue name too long",
    14206: "Enqueue: The waitUrlMethod value is invalid",
    14212: "Dial->Queue: Queue name too short",
    14213: "Dial->Queue: Queue name too long",
    20001: "Unknown parameters",
    20003: "Authenticate",
    20004: "Method not allowed",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    20500: "Internal Server Error",
    20503: "Service unavailable",
    21201: "No 'To' number specified",
    21205: "Invalid URL",
    21208: "Invalid Timeout",
    21209: "Invalid Method",
    21210: "'From' phone number not verified",
    21211: "Invalid 'To' Phone Number",
    21212: "Invalid 'From' Phone Number",
    21213: "'From' phone number is required",
    21220: "Invalid call state",
    21402: "Invalid URL",
    21405: "Cannot set VoiceFallbackUrl without setting Url",
    21602: "'Body' or MediaUrl is required to send a message",
    21603: "'From' phone number is required to send a message",
    21604: "'To' phone number is required to send a message",
    21606: "The 'From' phone number is not a valid message-capable number of this account",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


SCHEMA = 12200


class Refused(AssertionError):  # noqa: N818
    """Our side did what Twilio would refuse: its ``code``, and what it was.

    ``kind`` is of a failed request: ``ct``, ``rt``, ``4xx``, ``5xx`` (see ``overrides``).
    """

    def __init__(self, code: int, what: str, kind: str = "") -> None:
        super().__init__(f"{code} {WORDS.get(code, '')}: {what}")
        self.code = code
        self.what = what
        self.kind = kind
