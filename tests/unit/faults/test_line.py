"""A line passes everything on, until it is cut or stalled."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from tests.asterisk.hotline import until
from tests.faults.line import Line
from tests.fixtures.children import free_port


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for words in self.rfile:
            self.wfile.write(words)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@pytest.fixture
def echo() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def line(echo: _Server) -> Iterator[Line]:
    line = Line(free_port(), echo.server_address[1])
    line.start()
    until(lambda: _connects(line), 10, "the line")
    yield line
    line.stop()


def _connects(line: Line) -> bool:
    try:
        _connected(line).close()
    except OSError:
        return False
    return True


def _connected(line: Line) -> socket.socket:
    return socket.create_connection(("127.0.0.1", line.port), timeout=5)


def _said(connection: socket.socket) -> bytes:
    connection.sendall(b"hello\n")
    return connection.recv(100)


def test_words_come_back(line: Line) -> None:
    with _connected(line) as connection:
        assert _said(connection) == b"hello\n"


def test_a_cut_ends_what_is_there_and_refuses_what_comes(line: Line) -> None:
    with _connected(line) as connection:
        assert _said(connection) == b"hello\n"
        line.cut()
        assert connection.recv(100) == b""
    until(lambda: not _connects(line), 5, "a refusal")
    line.mend()
    until(lambda: _connects(line), 5, "the line again")


def test_a_stalled_line_takes_words_and_gives_none(line: Line) -> None:
    with _connected(line) as connection:
        assert _said(connection) == b"hello\n"
        line.stall()
        connection.sendall(b"later\n")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        line.flow()
        connection.settimeout(5)
        assert connection.recv(100) == b"later\n"


def test_who_would_be_refused_there_is_refused_here(echo: _Server) -> None:
    line = Line(free_port(), free_port())
    line.start()
    try:
        assert not _connects(line)
    finally:
        line.stop()
