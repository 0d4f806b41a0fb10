"""Asterisk's FastAGI: one connection is one citizen's channel asking what to do."""

from __future__ import annotations

import logging
import re
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

log = logging.getLogger(__name__)

MAX_LINE = 64 * 1024
MAX_LINES = 200
MAX_COMMAND = 2000
"""Asterisk reads a command into 2048 bytes."""
GREETING_SECONDS = 10.0
BACKLOG = 1024

_REPLY = re.compile(r"200 result=(?P<result>\S*)(?: \((?P<data>.*)\))?(?: endpos=(?P<endpos>-?\d+))?\Z", re.S)
_PLAIN = re.compile(r"[A-Za-z0-9_./:@&,=+*#!-]+\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ProtocolError(Exception):
    """The other side does not speak AGI as we know it."""


class LostError(Exception):
    """The connection to Asterisk is gone, and with it all we know of the call."""


class GoneError(Exception):
    """The citizen's channel has hung up."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Asterisk's answer to a command.

    ``endpos`` counts samples of audio; on a full disk Asterisk says -20 or so.
    """

    result: str
    data: str
    endpos: int


class Line:
    """A channel that carries out commands, one after the other.

    ``environment`` is what Asterisk told at the start, names without ``agi_``;
    its values are the caller's own text. ``arguments`` are the dialplan's.
    """

    def __init__(self, connection: socket.socket) -> None:
        """Read the environment; raises ``ProtocolError`` or ``LostError``."""
        self._socket = connection
        self._reader: BinaryIO = connection.makefile("rb")
        self._sending = threading.Lock()
        self._given_up = False
        self.gone = False
        connection.settimeout(GREETING_SECONDS)
        self.environment, self.arguments = self._read_environment()
        connection.settimeout(None)
        self.language = self.environment.get("language", "")

    def command(self, *words: str) -> Reply:
        """Give one command and wait for its answer, however long it takes.

        Raises ``GoneError`` when the channel has hung up before, and
        ``ValueError`` for words that cannot be sent safely.
        """
        text = " ".join(quoted(word) for word in words).encode()
        if len(text) > MAX_COMMAND:
            raise ValueError(f"an AGI command of {len(text)} bytes is too long")
        self._send(text)
        return self._read_reply()

    def execute(self, application: str, arguments: str = "") -> None:
        """Run a dialplan application; raises ``GoneError`` when that hung up."""
        result = self.command("EXEC", application, arguments).result
        if result == "-2":
            raise ProtocolError(f"Asterisk has no application {application}")
        if result == "-1":
            self.gone = True
            raise GoneError

    def evaluate(self, expression: str) -> str:
        """Ask for variables, as ``${A}:${B}``; works after a hang-up, too."""
        return self.command("GET", "FULL", "VARIABLE", expression).data

    def set(self, **values: str) -> None:
        """Set channel variables in one command; values without commas."""
        pairs = [f"{name}={value}" for name, value in values.items()]
        if any("," in pair for pair in pairs):
            raise ValueError(f"a comma in {pairs}")
        self.command("EXEC", "MSet", ",".join(pairs))

    def give_up(self, variable: str) -> None:
        """Set ``variable`` to 1 and let the dialplan have the channel, from another thread.

        For while the call's own thread waits for something else: its next
        command raises ``LostError``.
        """
        with self._sending:
            self._given_up = True
            with suppress(OSError):
                self._socket.sendall(f"SET VARIABLE {variable} 1\n".encode())
                self._socket.shutdown(socket.SHUT_WR)

    def _send(self, text: bytes) -> None:
        with self._sending:
            if self._given_up:
                raise LostError("the call was given up: its turn took too long")
            try:
                self._socket.sendall(text + b"\n")
            except OSError as error:
                raise LostError(str(error)) from error

    def _read_environment(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """Read until the empty line.

        The first value of a name counts, so that nothing smuggled into the
        caller's name replaces what came before it; the arguments come last of
        all, so of these the last one counts.
        """
        values: dict[str, str] = {}
        arguments: dict[int, str] = {}
        for _ in range(MAX_LINES):
            line = self._read_line()
            if not line:
                return values, tuple(arguments[number] for number in sorted(arguments))
            name, separator, value = line.partition(": ")
            if not separator and not line.endswith(":"):
                raise ProtocolError(f"not an AGI variable: {line[:80]!r}")
            name = name.removeprefix("agi_").rstrip(":")
            if re.fullmatch(r"arg_\d{1,3}", name):
                arguments[int(name[4:])] = value
            else:
                values.setdefault(name, value)
        raise ProtocolError(f"more than {MAX_LINES} AGI variables")

    def _read_reply(self) -> Reply:
        while (line := self._read_line()) == "HANGUP":
            self.gone = True
        if line.startswith("511"):
            self.gone = True
            raise GoneError
        if line.startswith("520-"):
            self._skip_usage()
        match = _REPLY.match(line)
        if match is None:
            raise ProtocolError(f"Asterisk said {line[:200]!r}")
        return Reply(match["result"], match["data"] or "", int(match["endpos"] or 0))

    def _skip_usage(self) -> None:
        for _ in range(MAX_LINES):
            if self._read_line().startswith("520 "):
                return

    def _read_line(self) -> str:
        try:
            line = self._reader.readline(MAX_LINE)
        except OSError as error:
            raise LostError(str(error)) from error
        if not line:
            raise LostError("Asterisk closed the connection")
        if not line.endswith(b"\n"):
            raise ProtocolError("an endless line")
        return line.rstrip(b"\r\n").decode("utf-8", "replace")


def quoted(word: str) -> str:
    """Quote a word of a command; raises ``ValueError`` for control characters."""
    if _PLAIN.match(word):
        return word
    if _CONTROL.search(word):
        raise ValueError(f"control characters in {word[:80]!r}")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class _Handler(socketserver.BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            self.server.serve_line(Line(connection))
        except LostError as error:
            log.info("AGI connection lost: %s", error)
        except ProtocolError as error:
            log.warning("AGI connection given up: %s", error)
        except Exception:
            log.exception("the call goes back to the dialplan, which asks again")


class Server(socketserver.ThreadingTCPServer):
    """Listens for Asterisk; one thread serves one call."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = BACKLOG
    block_on_close = False

    def __init__(self, host: str, port: int, serve_line: Callable[[Line], None]) -> None:
        """Bind to ``host``; port 0 takes a free one (see ``server_address``)."""
        self.serve_line = serve_line
        super().__init__((host, port), _Handler)
