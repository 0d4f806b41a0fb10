"""Ask the kernel who listens, without disturbing whoever does."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Literal

Protocol = Literal["tcp", "udp"]
_PROC = Path("/proc/net")
_LISTENING = {"tcp": "0A", "udp": "07"}


@dataclass(frozen=True, slots=True)
class Port:
    """A port that we need, and the setting that moves it elsewhere."""

    setting: str
    host: str
    number: int
    protocol: Protocol = "tcp"


def listening(port: int, protocol: Protocol = "tcp") -> bool:
    """Tell whether somebody on this machine listens on ``port``.

    Read from the kernel's table: a connection would be a call to a FastAGI
    server and a failed login to a manager.
    """
    return any(_in_table(_PROC / f"{protocol}{version}", port, protocol) for version in ("", "6"))


def answers(host: str, port: int, path: str) -> bool:
    """Tell whether a web server says anything at all to ``path``: it has loaded its pages then."""
    near = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    connection = HTTPConnection(near, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status > 0
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def is_free(port: Port) -> bool:
    """Tell whether we could listen on ``port`` now; raises ``OSError`` for a strange host."""
    kind = socket.SOCK_STREAM if port.protocol == "tcp" else socket.SOCK_DGRAM
    address = socket.getaddrinfo(port.host, port.number, type=kind)[0]
    with socket.socket(address[0], kind) as probe:
        if port.protocol == "tcp":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address[4])
        except OSError:
            return False
    return True


def _in_table(table: Path, port: int, protocol: Protocol) -> bool:
    """Look for a row whose local address ends in the port and whose state is listening."""
    if not table.exists():
        return False
    rows = (line.split() for line in table.read_text().splitlines()[1:])
    return any(row[3] == _LISTENING[protocol] and int(row[1].rpartition(":")[2], 16) == port for row in rows)


def main(words: Sequence[str]) -> int:
    """Check ``tcp/5038``, ``udp/5060`` or ``http/8080``; 0 when all are up (for containers)."""
    down = [word for word in words if not _is_up(word)]
    if down:
        print(f"not up: {', '.join(down)}", file=sys.stderr)
    return 1 if down else 0


def _is_up(word: str) -> bool:
    kind, _, number = word.partition("/")
    if kind == "http":
        return answers("127.0.0.1", int(number), "/health")
    return listening(int(number), "udp" if kind == "udp" else "tcp")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
