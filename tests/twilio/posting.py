"""The way of an outgoing message: queued, sending, sent, and how it ends.

A sender's messages wait for each other: a long code sends one segment a second (page "Error 21611").
Everything happens with the exchange's next movement at the earliest, never inside the request.

Not found in the documentation, and decided here: whether a free text outside WhatsApp's 24 hours ends
``failed`` or ``undelivered`` (``Texting.outside_window``), and that somebody without WhatsApp ends as
63003 after the request.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.twilio.message import Fate, Message
from tests.twilio.refusals import Refused

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

SENDING_SECONDS = 1.0
"""From ``sending`` to the carrier's answer."""
LONGEST_QUEUE = timedelta(hours=10)
"""Page "Error 21611"."""
WINDOW = timedelta(hours=24)
"""Within which WhatsApp takes a free text, after the citizen's last message (page "Error 63016")."""


class Posting:
    """The account's outgoing messages on their way."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._free: dict[str, datetime] = {}

    def turn(self, sender: str) -> datetime:
        """When a sender's next message may leave."""
        now = self._exchange.clock()
        return max(now, self._free.get(sender, now))

    def full(self, sender: str) -> bool:
        return self.turn(sender) - self._exchange.clock() > LONGEST_QUEUE

    def place(self, message: Message) -> None:
        """Let a message wait for its turn."""
        turn = self.turn(message.from_)
        if not message.whatsapp:
            pace = self._exchange.texting.seconds_a_segment * message.segments
            self._free[message.from_] = turn + timedelta(seconds=pace)
        if message.status == "accepted":
            self._exchange.timers.after(0, lambda: message.move("queued"))
        self._exchange.timers.at(turn, lambda: self._begin(message))

    def read(self, message: Message) -> None:
        """Let the recipient open a message that was delivered (WhatsApp alone tells it)."""
        assert message.whatsapp and message.status == "delivered", message.status  # noqa: PT018
        message.move("read")
        self._exchange.settle()

    def _begin(self, message: Message) -> None:
        if (self._exchange.clock() - message.created).total_seconds() > message.valid_seconds:
            message.move("failed", 30036)
            return
        # No callback tells ``sending`` (page "Outbound Message Status in Status Callbacks").
        message.status, message.updated = "sending", self._exchange.clock()
        self._exchange.timers.after(SENDING_SECONDS, lambda: self._leave(message))

    def _leave(self, message: Message) -> None:
        fate = self._exchange.texting.fate_of(message)
        status, error = self._hindered(message) or ("", 0)
        if fate.status == "failed" and not status:
            status, error = "failed", fate.error
        if status == "failed":
            message.move(status, error)
            return
        message.move("sent")
        if status:
            fate = Fate("undelivered", error, fate.seconds)
        if fate.status == "sent":
            self._exchange.texting.hand_over(message)
        else:
            self._exchange.timers.after(fate.seconds, lambda: self._end(message, fate))

    def _hindered(self, message: Message) -> tuple[str, int] | None:
        """What is found out only when it is sent."""
        texting = self._exchange.texting
        if texting.blocked(message.from_, message.to) and not message.automatic:
            return "failed", 21610
        if not message.whatsapp:
            return None
        if message.to in texting.without_whatsapp:
            return "failed", 63003
        if not message.template and not self._open(message):
            return texting.outside_window, 63016
        return ("failed", 63019) if not self._fetched(message) else None

    def _open(self, message: Message) -> bool:
        """Whether the citizen wrote within 24 hours before the message was made."""
        wrote = self._exchange.texting.wrote(message.to, message.from_)
        return wrote is not None and message.created - wrote <= WINDOW

    def _fetched(self, message: Message) -> bool:
        """Ask for the files that go with it, as Twilio does."""
        try:
            for url in message.media_urls:
                self._exchange.site.ask("GET", url, {}, self._exchange.site.idempotency_token())
        except Refused as error:
            self._exchange.refuse(error)
            return False
        return True

    def _end(self, message: Message, fate: Fate) -> None:
        if fate.status == "undelivered":
            message.move("undelivered", fate.error)
            return
        self._exchange.texting.hand_over(message)
        message.move("delivered")
        if fate.status == "read" and message.whatsapp:
            self._exchange.timers.after(fate.seconds, lambda: message.move("read"))
