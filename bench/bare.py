"""A bare Asterisk: the same script as a dialplan, the same prompts, and call detail records only."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from bench import usage
from bench.callers import Kept
from bench.house import LONGEST_MESSAGE, House
from callcenter import node
from ivr.asterisk import rendering
from ivr.asterisk.config import Plan
from tests.fixtures.children import free_port

SETTLE_SECONDS = 10.0
HEADER = 44
TICKET = "&".join(f"digits/{digit}" for digit in "40718295")
PIN = "&".join(f"digits/{digit}" for digit in "4711")
DIALPLAN = """[general]
static = yes
writeprotect = yes

[offered]
exten => _X.,1,Answer()
 same => n,Playback(greeting&agency/_generic)
 same => n,Playback(notice)
 same => n,Read(KEYS,,1,,1,1)
 same => n,Read(KEYS,language_id&language_en,1,,1,4)
 same => n,GotoIf($["${KEYS}" != "1"]?bye)
 same => n,Read(KEYS,main_menu,1,,1,5)
 same => n,GotoIf($["${KEYS}" != "2"]?bye)
 same => n,Playback(complaint&message)
 same => n,Record({messages}/${UNIQUEID}.wav,6,{longest},k)
 same => n,Playback(message_kept&ticket_number&{ticket}&ticket_pin&{pin})
 same => n,Read(KEYS,ticket_repeat,1,,1,6)
 same => n(bye),Playback(goodbye)
 same => n,Hangup(16)
"""
FEWER = {"cel.conf": "[general]\nenable = no\n", "manager.conf": "[general]\nenabled = no\n"}


class Bare:
    """One Asterisk beside the call centre's, with its own files and ports."""

    name = "bare Asterisk"
    number = "70101"

    def __init__(self, house: House, home: Path) -> None:
        self._binary = house.binary
        self._messages = home / "messages"
        start = random.randrange(40_000, 50_000, 2)
        self._node = replace(
            node.describe(house.settings, house.binary),
            state=home,
            spool=home / "spool",
            sip_port=free_port(socket.SOCK_DGRAM),
            ami_port=free_port(),
            rtp_start=start,
            rtp_end=start + 5999,
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return self._node.sip_host, self._node.sip_port

    def start(self) -> None:
        self._messages.mkdir(parents=True)
        rendering.write(Plan(self._node, (), ()))
        values = {"messages": str(self._messages), "longest": LONGEST_MESSAGE, "ticket": TICKET, "pin": PIN}
        dialplan = DIALPLAN
        for name, value in values.items():
            dialplan = dialplan.replace(f"{{{name}}}", value)
        for name, text in {**FEWER, "extensions.conf": dialplan}.items():
            (self._node.etc / name).write_text(text)
        conf = self._node.etc / "asterisk.conf"
        with (self._node.state / "console").open("wb") as console:
            self._process = subprocess.Popen(
                self._binary.command(conf), stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
        self._wait_until_up(conf)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def used(self) -> dict[str, float]:
        return usage.used({"asterisk": self._process.pid}) if self._process else {}

    def begin(self) -> None:
        """Count from here."""
        for message in self._messages.iterdir():
            message.unlink()

    def kept(self, placed: int) -> Kept:
        """Tell how many calls left their message: it lies where it belongs at once."""
        end = time.monotonic() + SETTLE_SECONDS
        while (left := self._left()) < placed and time.monotonic() < end:
            time.sleep(0.5)
        return Kept(left, left)

    def _left(self) -> int:
        return sum(message.stat().st_size > HEADER for message in self._messages.iterdir())

    def _wait_until_up(self, conf: Path) -> None:
        asked = self._binary.remote(conf, "core waitfullybooted")
        for _ in range(100):
            done = subprocess.run(asked, capture_output=True, text=True, errors="replace")
            if "fully booted" in done.stdout:
                return
            time.sleep(0.2)
        raise TimeoutError("the bare Asterisk did not start")
