"""What Twilio refuses, whether asking again helps, and what a person can do.

Source: Twilio, "Error and Warning Dictionary" (docs/api/errors). Codes under
``_REMEMBERED`` are named there, but the pages that tell of them could not be
read when this was written; the others follow their page.
"""

from __future__ import annotations

from collections.abc import Mapping

NOT_FOUND, TOO_MANY, SERVER_ERROR = 404, 429, 500

CALL_IS_OVER = 21220
"""Page 21220: a realtime operation on a call that is not in progress."""

Known = tuple[bool, str]
"""Whether it is permanent, and what it means or asks for."""

_ACCOUNT = "ask Twilio why the account is not active (often its balance)"

# What a person puts right in the account is temporary: the same request is good afterwards.
_READ: Mapping[int, Known] = {
    10001: (False, _ACCOUNT),
    20003: (False, "Twilio does not know us: correct CALLCENTER_TWILIO_ACCOUNT and _TOKEN"),
    20005: (False, _ACCOUNT),
    20009: (False, "it is still on its way and cannot be deleted yet"),
    20403: (False, "the account may not use the API, it may be suspended: ask Twilio"),
    20404: (True, "Twilio has no such thing in this account; it may be deleted"),
    20429: (False, "too many requests at once; none was carried out"),
    20503: (False, "Twilio is not available for now"),
    13224: (True, "Twilio cannot call this number: correct it"),
    16101: (True, "the recording was too short to be kept"),
    16102: (True, "the recording was silent and was not kept"),
    16113: (True, "the recording has one channel only"),
    21210: (True, "the calling number does not belong to the account: buy or verify it"),
    21213: (True, "no calling number was given"),
    21214: (True, "this number cannot be reached: correct it"),
    21217: (True, "this is no telephone number: correct it"),
    CALL_IS_OVER: (True, "the call is not in progress (any more)"),
    21266: (True, "a message cannot go from a number to itself"),
    21401: (True, "messages cannot be sent from this number"),
    21601: (True, "messages cannot be sent from this number"),
    21604: (True, "no number was given to send the message to"),
    21606: (True, "messages cannot be sent from this number to this destination"),
    21608: (True, "a trial account writes to verified numbers only: upgrade it or verify the number"),
    21611: (False, "too many messages wait behind this number; they are sent first"),
    21617: (True, "the message is longer than 1,600 characters"),
    21635: (True, "a fixed line takes no messages: give a mobile number"),
    21658: (True, "a part of the request is too long"),
    21659: (True, "this sender is not one of Twilio's numbers"),
    21661: (True, "messages cannot be sent from this number"),
    30001: (False, "too many messages were sent at once"),
    30002: (False, _ACCOUNT),
    30003: (False, "the telephone is off or has no service for now"),
    30006: (True, "a fixed line, or a carrier that cannot be reached: give a mobile number"),
}
_REMEMBERED: Mapping[int, Known] = {
    10004: (False, "too many calls at once for this account"),
    20500: (False, "Twilio has trouble of its own"),
    21201: (True, "no number to call was given"),
    21205: (True, "Twilio cannot ask this address of ours: correct CALLCENTER_TWILIO_URLS"),
    21211: (True, "this is no telephone number: correct it"),
    21212: (True, "this is no calling number: correct the line"),
    21215: (True, "calls to this country are not permitted: permit them in the account"),
    21216: (True, "Twilio blocks calls to this number: ask Twilio"),
    21219: (True, "a trial account calls verified numbers only: upgrade it or verify the number"),
    21408: (True, "messages to this country are not permitted: permit them in the account"),
    21602: (True, "the message is empty"),
    21603: (True, "no sender was given"),
    21610: (True, "the receiver wants no more messages (STOP)"),
    21612: (True, "messages cannot go from this number to that one"),
    21614: (True, "this is no mobile number: correct it"),
    30004: (True, "the receiver blocks messages"),
    30005: (True, "nobody has this number (any more)"),
    30007: (True, "a carrier filtered the message out"),
    30008: (False, "the message was not delivered, nobody says why"),
}
KNOWN: Mapping[int, Known] = {**_READ, **_REMEMBERED}


class TwilioError(Exception):
    """Twilio did not do what it was asked, or did not say that it did.

    ``code`` is Twilio's error code (0: none), ``status`` the HTTP status (0:
    no answer came, and the request may have been carried out); ``permanent``
    tells that the same request will never be good; ``words`` are for people
    and hold no number of a telephone.
    """

    def __init__(self, code: int, status: int, permanent: bool, words: str) -> None:
        """See the class."""
        super().__init__(f"{words} (Twilio {code or '-'}, HTTP {status or '-'})")
        self.code = code
        self.status = status
        self.permanent = permanent
        self.words = words

    @property
    def is_absent(self) -> bool:
        """Tell that there is no such thing (any more)."""
        return self.status == NOT_FOUND

    @property
    def is_over(self) -> bool:
        """Tell that the call in question has ended."""
        return self.code == CALL_IS_OVER


def of(code: int, status: int) -> TwilioError:
    """Make the error of a refusal; one that is not in the table goes by its HTTP status.

    Twilio's own words are left out: they repeat telephone numbers.
    """
    permanent, words = KNOWN.get(code, (_is_permanent(status), "Twilio refused"))
    return TwilioError(code, status, permanent, words)


def _is_permanent(status: int) -> bool:
    return 400 <= status < SERVER_ERROR and status != TOO_MANY


def no_answer(why: str) -> TwilioError:
    """Make the error of an answer that did not come, or that nobody understands."""
    return TwilioError(0, 0, False, f"no answer of Twilio: {why}")
