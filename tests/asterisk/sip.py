"""A telephone made of one UDP socket: it sends whatever bytes a test wants to send."""

from __future__ import annotations

import re
import secrets
import socket
import time
from types import TracebackType
from typing import Self

ANSWER_SECONDS = 10.0


class RawCall:
    """One INVITE with headers of the test's own making, and what came back."""

    def __init__(self, hotline: tuple[str, int], dialled: bytes, sender: bytes, *headers: bytes) -> None:
        """Dial ``dialled``; ``sender`` is the From header's value without its tag."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(hotline)
        self._here = b"%s:%d" % (b"127.0.0.1", self._socket.getsockname()[1])
        self._target = b"sip:%s@%s:%d" % (dialled, hotline[0].encode(), hotline[1])
        self._sender = sender + b";tag=" + secrets.token_hex(6).encode()
        self._to = b"<" + self._target + b">"
        self._call_id = secrets.token_hex(12).encode()
        self._headers = headers
        self._contact = self._target

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._socket.close()

    def invite(self) -> int:
        """Send the INVITE (again, until somebody answers); give the final status, 0 for none."""
        end = time.monotonic() + ANSWER_SECONDS
        branch = self._branch()
        while time.monotonic() < end:
            self._send(b"INVITE", branch, self._headers, self._offer())
            self._socket.settimeout(0.5)
            try:
                while True:
                    if status := self._final(self._socket.recv(65535)):
                        self._send(b"ACK", branch if status >= 300 else self._branch(), ())
                        return status
                    self._socket.settimeout(ANSWER_SECONDS)
            except TimeoutError:
                continue
        return 0

    def bye(self) -> None:
        self._send(b"BYE", self._branch(), (), number=2)

    def _final(self, answer: bytes) -> int:
        status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"SIP/2.0 ") else 0
        if status < 200:
            return 0
        if to := re.search(rb"^To: *(.+?)\r?$", answer, re.M | re.I):
            self._to = to[1]
        if contact := re.search(rb"^Contact: *<([^>]+)>", answer, re.M | re.I):
            self._contact = contact[1]
        return status

    def _send(
        self, method: bytes, branch: bytes, headers: tuple[bytes, ...], body: bytes = b"", number: int = 1
    ) -> None:
        target = self._target if method == b"INVITE" else self._contact
        lines = [
            method + b" " + target + b" SIP/2.0",
            b"Via: SIP/2.0/UDP " + self._here + b";rport;branch=" + branch,
            b"From: " + self._sender,
            b"To: " + self._to,
            b"Call-ID: " + self._call_id,
            b"CSeq: %d %s" % (number, method),
            b"Contact: <sip:raw@" + self._here + b">",
            b"Max-Forwards: 70",
            *headers,
            *([b"Content-Type: application/sdp"] if body else []),
            b"Content-Length: %d" % len(body),
        ]
        self._socket.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    def _branch(self) -> bytes:
        return b"z9hG4bK" + secrets.token_hex(8).encode()

    def _offer(self) -> bytes:
        lines = (
            b"v=0",
            b"o=raw 1 1 IN IP4 127.0.0.1",
            b"s=-",
            b"c=IN IP4 127.0.0.1",
            b"t=0 0",
            b"m=audio 9 RTP/AVP 0 101",
            b"a=rtpmap:0 PCMU/8000",
            b"a=rtpmap:101 telephone-event/8000",
        )
        return b"\r\n".join(lines) + b"\r\n"
