"""Many channels as an Asterisk has them: ``python -m bench.turn_callers PORT CALLERS NUMBER PREFIX``.

Each caller answers commands after the time it takes to hear, to think or to speak, and calls
again when the call is over. Prints the turns' latencies as JSON: milliseconds from the event
(the answer that ends what a turn waited for) to the next turn's first command.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
import wave
from itertools import count
from pathlib import Path

RAMP_SECONDS, WARM_SECONDS, MEASURED_SECONDS = 5.0, 3.0, 15.0
HEARS, THINKS, SPEAKS = (1.0, 3.0), (2.0, 6.0), (3.0, 8.0)
"""Seconds a caller takes for a prompt, for a choice, for a message."""
KEYS = {"language_id": "1", "main_menu": "2"}
RATE = 8000
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


class Caller:
    """One telephone, one call after the other."""

    def __init__(self, port: int, number: str, name: str) -> None:
        self._port = port
        self._number = number
        self._name = name
        self._key = ""
        self._event_at: float | None = None
        self.turns: list[tuple[float, float]] = []
        """When each turn came, and after how many milliseconds."""

    async def call_forever(self) -> None:
        for number in count():
            await self._call(f"{self._name}.{number}")

    async def _call(self, key: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(self._environment(key).encode())
            self._event_at = time.perf_counter()
            while line := await reader.readline():
                self._count()
                answer, is_event = await self._carry_out(line.decode())
                writer.write(f"200 result={answer}\n".encode())
                self._event_at = time.perf_counter() if is_event else None
        finally:
            writer.close()

    def _environment(self, key: str) -> str:
        values = {
            "channel": f"PJSIP/trunk-{key}",
            "language": "id",
            "version": "22.0.0",
            "callerid": f"08{abs(hash(self._name)) % 10**9:09d}",
            "calleridname": "Warga",
            "callingpres": "0",
            "dnid": self._number,
            "arg_1": key,
        }
        return "".join(f"agi_{name}: {value}\n" for name, value in values.items()) + "\n"

    def _count(self) -> None:
        now = time.perf_counter()
        if self._event_at is not None:
            self.turns.append((now, (now - self._event_at) * 1000))

    async def _carry_out(self, line: str) -> tuple[str, bool]:
        """Give the answer to a command, and whether it ends a turn."""
        match [quoted or plain for quoted, plain in _WORD.findall(line)]:
            case ["EXEC", "Playback", *_]:
                await _take(HEARS)
            case ["EXEC", "Read", arguments]:
                await _take(THINKS)
                self._key = next((key for name, key in KEYS.items() if name in arguments), "")
            case ["RECORD", "FILE", path, *_]:
                return await _record(Path(path)), True
            case ["GET", "FULL", "VARIABLE", expression] if "READSTATUS" in expression:
                return f"1 ({'OK' if self._key else 'TIMEOUT'}:{self._key})", True
            case ["GET", "FULL", "VARIABLE", _]:
                return "1 (16::)", False
        return "0", False


async def _record(path: Path) -> str:
    seconds = await _take(SPEAKS)
    with wave.open(str(path.with_suffix(".wav")), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(bytes(2 * round(RATE * seconds)))
    return f"35 (dtmf) endpos={round(RATE * seconds)}"


async def _take(bounds: tuple[float, float]) -> float:
    seconds = random.uniform(*bounds)
    await asyncio.sleep(seconds)
    return seconds


async def main(port: int, callers: int, number: str, prefix: str) -> list[float]:
    crowd = [Caller(port, number, f"{prefix}-{one}") for one in range(callers)]
    began = time.perf_counter()
    tasks = []
    for caller in crowd:
        tasks.append(asyncio.create_task(caller.call_forever()))
        await asyncio.sleep(RAMP_SECONDS / callers)
    await asyncio.sleep(WARM_SECONDS + MEASURED_SECONDS)
    for task in tasks:
        if task.done():
            task.result()
        task.cancel()
    since = began + RAMP_SECONDS + WARM_SECONDS
    return [took for caller in crowd for at, took in caller.turns if at > since]


if __name__ == "__main__":
    port, callers, number, prefix = sys.argv[1:]
    print(json.dumps(asyncio.run(main(int(port), int(callers), number, prefix))))
