from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from callcenter.probes import Port, Protocol, answers, is_free, listening

KINDS: list[tuple[Protocol, socket.SocketKind]] = [("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)]


@pytest.mark.parametrize(("protocol", "kind"), KINDS)
def test_a_port_is_listened_on_from_bind_to_close(protocol: Protocol, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as server:
        server.bind(("127.0.0.1", 0))
        if protocol == "tcp":
            server.listen()
        port = Port("CALLCENTER_X_PORT", "127.0.0.1", server.getsockname()[1], protocol)
        assert listening(port.number, protocol)
        assert not is_free(port)
    assert not listening(port.number, protocol)
    assert is_free(port)


def test_a_connection_from_a_port_is_not_a_listener() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        assert not listening(client.getsockname()[1])


def test_a_web_server_answers_once_it_serves() -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = server.server_port
    threading.Thread(target=server.handle_request).start()
    assert answers("0.0.0.0", port, "/health")
    server.server_close()
    assert not answers("127.0.0.1", port, "/health")
