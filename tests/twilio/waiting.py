"""What a call can wait in; each verb that waits is one class."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.twilio.timers import Timer
from tests.twilio.twiml import Element

if TYPE_CHECKING:
    from tests.twilio.call import Call, Ending


class Waiting:
    """A verb that goes on by a timer or by what somebody does."""

    def __init__(self, call: Call, element: Element) -> None:
        self.call = call
        self.element = element
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Begin to wait."""

    def press(self, key: str) -> None:
        """Take a key; it is lost unless the verb listens."""

    def speak(self, seconds: float, ended_by: Ending) -> None:
        raise AssertionError(f"nothing is recorded in <{self.element.tag}>")

    def begin_to_speak(self) -> None:
        raise AssertionError(f"nobody listens in <{self.element.tag}>")

    def patience(self) -> float:
        """Seconds until it goes on by itself."""
        raise AssertionError(f"<{self.element.tag}> does not end by silence")

    def stop(self) -> None:
        """End without going on; nothing is due any more."""
        if self._timer:
            self._timer.cancel()

    def hung_up(self) -> None:
        """Report the end of a call that waited here."""

    def redirected(self) -> None:
        """Report that the call was led elsewhere by REST."""

    def _due(self, seconds: float) -> None:
        self.stop()
        self._timer = self.call.exchange.timers.after(seconds, self._elapsed)

    def _left(self) -> float:
        assert self._timer
        return (self._timer.due - self.call.exchange.clock()).total_seconds()

    def _elapsed(self) -> None:
        self.call.go_on()


class Pausing(Waiting):
    """``<Pause>``: its length, 1 s unless told."""

    def begin(self) -> None:
        self._due(self.element.number("length", 1))

    def patience(self) -> float:
        return self._left()


class Gathering(Waiting):
    """``<Gather>`` of keys (page "TwiML Voice: <Gather>").

    The time limit starts when its prompts are over, and again with each key. Without a key, or with
    ``finishOnKey`` alone, the document goes on, unless ``actionOnEmptyResult``.
    """

    def begin(self) -> None:
        self._digits = ""
        self._due(self._timeout)

    def press(self, key: str) -> None:
        if key == self.element.get("finishOnKey", "#"):
            self._over()
            return
        self._digits += key
        if len(self._digits) == self.element.number("numDigits", 0):
            self._over()
        else:
            self._due(self._timeout)

    def patience(self) -> float:
        return self._left()

    @property
    def _timeout(self) -> int:
        return self.element.number("timeout", 5)

    def _elapsed(self) -> None:
        self._over()

    def _over(self) -> None:
        self.stop()
        if self._digits or self.element.get("actionOnEmptyResult") == "true":
            url = self.element.url("action") or self.element.base
            self.call.load(url, self.element.get("method", "POST"), Digits=self._digits)
        self.call.go_on()


class Recording(Waiting):
    """``<Record>`` (page "TwiML Voice: <Record>").

    A recording of nothing asks no action: the document goes on. What was said is reported to the
    action with ``Digits``, the key that ended it, or ``hangup``.
    """

    def begin(self) -> None:
        self._since: datetime | None = None
        self._due(min(self.element.number("timeout", 5), self._limit))

    def patience(self) -> float:
        return self._left()

    def press(self, key: str) -> None:
        if key not in self._keys:
            return
        if self._since is None:
            self._nothing()
        else:
            self._said(self._spoken, {"Digits": key})

    def begin_to_speak(self) -> None:
        self.stop()
        self._since = self.call.exchange.clock()

    def speak(self, seconds: float, ended_by: Ending) -> None:
        assert seconds > 0, "speaking takes time; stay_silent() or press() otherwise"
        assert seconds < self._limit or ended_by == "limit", f"maxLength is {self._limit} s"
        assert self._keys or ended_by != "key", "no key ends this recording"
        self.begin_to_speak()
        length = self._limit if ended_by == "limit" else seconds
        silence = self.element.number("timeout", 5) if ended_by == "silence" else 0
        self.call.exchange.advance(length + silence)
        if self.call.waiting is not self:
            return  # somebody else has ended the call, or led it elsewhere
        if ended_by == "hangup":
            self.call.finish("completed")
            return
        # The silence that ends it stays in the file when it is not trimmed.
        untrimmed = self.element.get("trim") == "do-not-trim"
        key = {"Digits": self._keys[0]} if ended_by == "key" else {}
        self._said(length + (silence if untrimmed else 0), key)

    def _said(self, seconds: float, how: dict[str, str]) -> None:
        assert self._since
        told = self._kept(seconds, self._since)
        self.call.load(self._action, self.element.get("method", "POST"), **told, **how)
        self.call.go_on()

    def hung_up(self) -> None:
        if self._since:
            told = self._kept(self._spoken, self._since) | {"Digits": "hangup"}
            self.call.ask(self._action, self.element.get("method", "POST"), told)

    def redirected(self) -> None:
        if self._since:
            self._kept(self._spoken, self._since)

    def _kept(self, seconds: float, since: datetime) -> dict[str, str]:
        made = self.call.exchange.recorder.keep(self.call, self.element, "RecordVerb", 1, seconds, since)
        return {
            "RecordingSid": made.sid,
            "RecordingUrl": made.url,
            "RecordingDuration": str(made.duration),
        }

    @property
    def _spoken(self) -> float:
        assert self._since
        return (self.call.exchange.clock() - self._since).total_seconds()

    def _elapsed(self) -> None:
        self._nothing()

    def _nothing(self) -> None:
        self.stop()
        self.call.exchange.recorder.absent(self.call, self.element, "RecordVerb", 1)
        self.call.go_on()

    @property
    def _action(self) -> str:
        return self.element.url("action") or self.element.base

    @property
    def _limit(self) -> int:
        return self.element.number("maxLength", 3600)

    @property
    def _keys(self) -> str:
        return self.element.get("finishOnKey", "1234567890*#")
