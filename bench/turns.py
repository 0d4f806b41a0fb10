"""How long a caller waits for the next turn while many others call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.house import House

CALLERS = (50, 200, 500)
SYNCS = 200
BOUND_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of the turns of one crowd."""

    callers: int
    kind: str
    turns: int
    p50: float
    p99: float

    def __str__(self) -> str:
        return f"{self.callers} callers, {self.kind}: p50 {self.p50:.1f} ms, p99 {self.p99:.1f} ms"


def measure(house: House, callers: int, kind: str) -> Latency:
    """Let ``callers`` talk to the server ``kind`` (``real`` or ``floor``)."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bench.turn_server", kind],
        env=house.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert server.stdin and server.stdout
    try:
        port = server.stdout.readline().decode().strip()
        words = [
            sys.executable,
            "-m",
            "bench.turn_callers",
            port,
            str(callers),
            house.number,
            f"{kind}{callers}",
        ]
        done = subprocess.run(words, capture_output=True, check=True, timeout=BOUND_SECONDS)
        return _latency(callers, kind, json.loads(done.stdout))
    finally:
        server.stdin.close()
        server.wait(15)
        server.stdout.close()


def disk(folder: Path) -> tuple[float, float]:
    """Give p50 and p99 in milliseconds of writing 4 KiB durably."""
    took = []
    with (folder / "sync").open("wb") as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return _share(took, 0.5), _share(took, 0.99)


def _latency(callers: int, kind: str, took: list[float]) -> Latency:
    return Latency(callers, kind, len(took), _share(took, 0.5), _share(took, 0.99))


def _share(took: list[float], share: float) -> float:
    """Give the value that this share of all stays below."""
    return sorted(took)[min(len(took) - 1, int(len(took) * share))]
