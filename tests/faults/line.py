"""A TCP line between two processes that can be cut and stalled, and overheard."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from callcenter.probes import listening

LOOK = 0.1
"""Seconds between two looks whether the other end listens again."""

Ear = Callable[[bytes], None]
Ears = Callable[[], tuple[Ear, Ear]]
"""Makes two ears for a new connection: for what its caller says, and for what is answered."""


def deaf() -> tuple[Ear, Ear]:
    """Make ears that hear nothing."""
    return (lambda _: None), (lambda _: None)


class Line:
    """Listens on ``port`` as long as somebody listens on ``target``, and passes everything on.

    Who would be refused there is refused here, but for the one who finds out.
    """

    def __init__(self, port: int, target: int, ears: Ears = deaf) -> None:
        self.port = port
        self._target = target
        self._ears = ears
        self._flows = threading.Event()
        self._flows.set()
        self._stopped = threading.Event()
        self._cut = False
        self._wires: set[_Wire] = set()

    def start(self) -> None:
        threading.Thread(target=self._tend, name=f"line-{self.port}", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self.cut()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        self._cut = True
        for wire in list(self._wires):
            wire.end()

    def mend(self) -> None:
        self._cut = False

    def stall(self) -> None:
        """Let nothing through, and tell nobody."""
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def _tend(self) -> None:
        while not self._stopped.wait(LOOK):
            if not self._cut and listening(self._target):
                with socket.create_server(("127.0.0.1", self.port), backlog=256) as server:
                    server.settimeout(LOOK)
                    self._serve(server)

    def _serve(self, server: socket.socket) -> None:
        while not (self._cut or self._stopped.is_set()):
            try:
                near, _ = server.accept()
            except TimeoutError:
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                near.close()
                return
            self._join(near, far)

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        wire = _Wire(near, far, self._flows, self._wires.discard)
        self._wires.add(wire)
        wire.start(*self._ears())


class _Wire:
    """One connection: two threads, one a direction."""

    def __init__(
        self,
        near: socket.socket,
        far: socket.socket,
        flows: threading.Event,
        ended: Callable[[_Wire], None],
    ) -> None:
        self._near, self._far = near, far
        self._flows = flows
        self._ended = ended
        for one in (near, far):
            one.settimeout(None)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self, caller: Ear, callee: Ear) -> None:
        for words in ((self._near, self._far, caller), (self._far, self._near, callee)):
            threading.Thread(target=self._pump, args=words, daemon=True).start()

    def end(self) -> None:
        for one in (self._near, self._far):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._ended(self)

    def _pump(self, source: socket.socket, sink: socket.socket, ear: Ear) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                ear(data)
                sink.sendall(data)
        self._flows.wait()
        ear(b"")
        self.end()
        source.close()


def now() -> float:
    """Tell the time as the lines' ears note it."""
    return time.time()
