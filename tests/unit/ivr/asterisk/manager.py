"""A stand-in for Asterisk's manager."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

SHOWN = "Event: CoreShowChannel\r\nActionID: {id}\r\nLinkedid: node1-17.0\r\n\r\n"


class Manager:
    """Accepts one connection after the other and answers actions."""

    def __init__(self, secret: str = "sesame") -> None:
        self.secret = secret
        self.actions: list[dict[str, str]] = []
        self.silent = False
        self.logins = 0
        self.channels = SHOWN
        self.statuses: dict[str, str] = {}
        self.queues: dict[str, dict[str, str]] = {"agency-dinsos": {}}
        self._server = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def emit(self, text: str) -> None:
        """Send an event, lines separated by ``|``."""
        self._connections[-1].sendall(text.replace("|", "\r\n").encode() + b"\r\n\r\n")

    def drop(self) -> None:
        """Lose the connection."""
        with suppress(OSError):
            self._connections[-1].shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End everything."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(b"Asterisk Call Manager/11.0.0\r\n")
            fields: dict[str, str] = {}
            for line in connection.makefile("r", newline="\r\n"):
                name, _, value = line.rstrip("\r\n").partition(": ")
                if name:
                    fields[name.lower()] = value
                elif fields:
                    self.actions.append(fields)
                    connection.sendall(self._answer(fields).encode())
                    fields = {}

    def _answer(self, fields: dict[str, str]) -> str:
        number, action = fields["actionid"], fields["action"]
        good = f"Response: Success\r\nActionID: {number}\r\n\r\n"
        if self.silent:
            return ""
        if action == "Login" and fields["secret"] != self.secret:
            return f"Response: Error\r\nActionID: {number}\r\nMessage: Authentication failed\r\n\r\n"
        self.logins += action == "Login"
        if action in ("CoreShowChannels", "QueueStatus"):
            return (
                good
                + self._list(action, number)
                + f"Event: Done\r\nEventList: Complete\r\nActionID: {number}\r\n\r\n"
            )
        if action == "QueueAdd":
            self.queues[fields["queue"]][fields["interface"]] = fields["penalty"]
        return good

    def _list(self, action: str, number: str) -> str:
        if action == "CoreShowChannels":
            return self.channels.format(id=number)
        lines = []
        for queue, members in self.queues.items():
            lines.append(f"Event: QueueParams\r\nActionID: {number}\r\nQueue: {queue}\r\n\r\n")
            lines += [
                f"Event: QueueMember\r\nActionID: {number}\r\nQueue: {queue}\r\nLocation: {interface}\r\n"
                f"Penalty: {penalty}\r\nStatus: {self.statuses.get(interface, '1')}\r\n\r\n"
                for interface, penalty in members.items()
            ]
        return "".join(lines)
