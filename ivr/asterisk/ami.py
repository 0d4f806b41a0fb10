"""Asterisk's manager interface: asterisk-ami made safe (see DESIGN, "Measured").

A :class:`Connection` is one login with a client of its own. :class:`Supervisor`
keeps one alive: it pings well below the reader's timeout and begins afresh,
with back-off, when anything is wrong.
"""

from __future__ import annotations

import itertools
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from asterisk.ami import Action, AMIClient
from asterisk.ami import Event as RawEvent

log = logging.getLogger(__name__)

READ_SECONDS = 10.0
"""Silence after which the library gives a connection up."""
PING_SECONDS = 3.0
ANSWER_SECONDS = 5.0
BACK_OFF = (0.5, 1.0, 2.0, 5.0)

_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]|\r(?!\n)|(?<!\r)\n")
"""What ``str.splitlines`` takes for the end of a line, and Asterisk does not."""


class AmiError(Exception):
    """An action was refused, not answered, or could not be sent."""


@dataclass(frozen=True, slots=True)
class Message:
    """An event; the names of its headers are lower-case, as versions differ."""

    name: str
    headers: Mapping[str, str]

    def get(self, name: str) -> str:
        """Return a header's value, empty when it is missing."""
        return self.headers.get(name, "")


class Connection:
    """One connection, from login to the first trouble; never used again after."""

    def __init__(
        self, host: str, port: int, user: str, secret: str, on_event: Callable[[Message], None]
    ) -> None:
        """Connect and log in; raises ``AmiError``. ``on_event`` must not block."""
        self._on_event = on_event
        self._lists: dict[str, SimpleQueue[Message]] = {}
        self._ids = itertools.count(1)
        self._client = _Client(host, port)
        self._client.add_event_listener(self._take)
        try:
            self._client.connect()
            self.act("Login", username=user, secret=secret)
        except (OSError, AmiError) as error:
            self.close()
            raise AmiError(f"no manager at {host}:{port}: {error}") from error

    def __enter__(self) -> Connection:
        """Use it until the block ends."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @property
    def alive(self) -> bool:
        """False once the reader has stopped for any reason."""
        finished = self._client.finished
        return finished is not None and not finished.is_set()

    def close(self) -> None:
        """Let the socket and the reader go."""
        if self._client.finished is not None:
            self._client.disconnect()

    def act(self, name: str, **fields: str) -> None:
        """Give an action and wait for its success; raises ``AmiError``."""
        self._send(name, fields, str(next(self._ids)))

    def collect(self, name: str, **fields: str) -> list[Message]:
        """Give an action that answers with a list of events; raises ``AmiError``."""
        number = str(next(self._ids))
        events: SimpleQueue[Message] = SimpleQueue()
        self._lists[number] = events
        try:
            self._send(name, fields, number)
            return list(self._until_complete(name, events))
        finally:
            del self._lists[number]

    def _until_complete(self, name: str, events: SimpleQueue[Message]) -> Iterable[Message]:
        while True:
            try:
                event = events.get(timeout=ANSWER_SECONDS)
            except Empty:
                raise AmiError(f"{name}: the list did not end") from None
            if event.get("eventlist").lower() == "complete":
                return
            yield event

    def _send(self, name: str, fields: Mapping[str, str], number: str) -> None:
        keys = {key.title(): checked(value) for key, value in fields.items()}
        try:
            response = self._client.ask(Action(checked(name), keys | {"ActionID": number}), ANSWER_SECONDS)
        except OSError as error:
            raise AmiError(f"{name}: {error}") from error
        if response is None:
            raise AmiError(f"{name}: no answer")
        if response.is_error():
            raise AmiError(f"{name}: {response.keys.get('Message', 'refused')}")

    def _take(self, event: RawEvent, source: object) -> None:
        headers = {key.lower(): value for key, value in event.keys.items() if isinstance(value, str)}
        message = Message(event.name, headers)
        waiting = self._lists.get(message.get("actionid"))
        if waiting is None:
            self._on_event(message)
        else:
            waiting.put(message)


class Supervisor:
    """Keeps a connection alive in a thread of its own."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        on_connected: Callable[[Connection], None],
        stop: threading.Event,
    ) -> None:
        """Call ``on_connected`` (which must not block) with each new connection."""
        self._connect = connect
        self._on_connected = on_connected
        self._stop = stop

    def run(self) -> None:
        """Connect, watch and connect again until told to stop."""
        failures = 0
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    failures = 0
                    self._on_connected(connection)
                    self._watch(connection)
            except AmiError as error:
                log.warning("the manager connection is away: %s", error)
            except Exception:
                log.exception("the manager connection failed")
            self._stop.wait(BACK_OFF[min(failures, len(BACK_OFF) - 1)])
            failures += 1

    def _watch(self, connection: Connection) -> None:
        while connection.alive and not self._stop.wait(PING_SECONDS):
            connection.act("Ping")


class _Client(AMIClient):  # type: ignore[misc]
    """The library's client without its traps."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(address=host, port=port, timeout=READ_SECONDS, buffer_size=65536)
        self._sending = threading.Lock()

    def ask(self, action: Action, seconds: float) -> Any:
        """Send an action and wait; an answer that never comes leaves nothing behind."""
        number = action.keys["ActionID"]
        future = self.send_action(action)
        future._timeout = seconds
        try:
            return future.response
        finally:
            self._futures.pop(number, None)

    def send(self, pack: object) -> None:
        """Send all of it, one action at a time."""
        with self._sending:
            self._socket.sendall(f"{pack}\r\n".encode())

    def listen(self) -> None:
        """Read until the connection ends; whatever ends it is seen by ``alive``."""
        try:
            super().listen()
        except Exception as error:
            log.info("the manager's greeting was not understood: %r", error)
        finally:
            self.finished.set()

    def disconnect(self) -> None:
        """Wake the reader, then close."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the manager's socket was closed already")
        super().disconnect()

    def fire_recv_pack(self, pack: str) -> None:
        """Handle a message; one that cannot be handled does not end the reader."""
        try:
            super().fire_recv_pack(pack)
        except Exception:
            log.exception("a manager message was not understood: %r", pack[:300])

    def _decode_pack(self, pack: bytes) -> str:
        """Decode, so that no caller's name can begin a line of its own."""
        text: str = super()._decode_pack(pack)
        return _BREAKS.sub(" ", text)


def checked(value: str) -> str:
    """Return a value that is one header's; raises ``ValueError`` for line breaks."""
    if any(ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" for letter in value):
        raise ValueError(f"control characters in an AMI value: {value[:80]!r}")
    return value
