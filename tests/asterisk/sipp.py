"""Many callers at once by SIPp: random keys, random patience, every call drawn from one seed."""

from __future__ import annotations

import csv
import random
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from tests.fixtures.children import program

KEYS = "0123456789*#"
NAMES = {"*": "star", "#": "pound"}
FILES = ("/usr/share/sip-tester", "/usr/share/sipp", "/usr/local/share/sip-tester")
VARIANTS = 60
MESSAGES = 0.15
"""The share of callers who leave a whole message."""
FIRST_CALLER = 8407000000
SPEECH_SECONDS = 8

Act = tuple[float, str]
"""Seconds to wait, then a key, ``speech``, or nothing."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls which number, and which branch of the scenario they take."""

    number: str
    branch: int
    dialled: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What SIPp counted."""

    placed: int
    failed: int


def behaviours(seed: int, variants: int = VARIANTS) -> list[list[Act]]:
    """Draw what the callers do: most press at random, a fixed share leaves a whole message."""
    dice = random.Random(seed)
    messages = round(variants * MESSAGES)
    return [_message(dice) for _ in range(messages)] + [_restless(dice) for _ in range(variants - messages)]


def _restless(dice: random.Random) -> list[Act]:
    acts = [(dice.expovariate(1 / 4), dice.choice(KEYS)) for _ in range(dice.randrange(7))]
    return [*acts, (dice.expovariate(1 / 6), "")]


def _message(dice: random.Random) -> list[Act]:
    """Wait through greeting and notice, choose 2, speak, and listen to the ticket for a while."""
    acts = [(26.0, "1"), (2.5 + dice.random(), "2"), (14.5, "speech"), (SPEECH_SECONDS, "#")]
    return [*acts, (dice.uniform(0, 25), "")]


def scenario(acts: list[list[Act]], pcaps: Path) -> str:
    """Write a SIPp scenario in which a call takes the branch its second field names."""
    branches = "\n".join(_branch(number, one, pcaps) for number, one in enumerate(acts))
    choices = "\n".join(_choice(number) for number in range(len(acts)))
    return _HEAD + choices + branches + _TAIL


def _choice(number: int) -> str:
    return (
        f'<nop><action><strcmp assign_to="same" variable="branch" value="{number}"/>'
        '<test assign_to="go" variable="same" compare="equal" value="0"/></action></nop>'
        f'<nop next="b{number}" test="go"/>'
    )


def _branch(number: int, acts: list[Act], pcaps: Path) -> str:
    parts = [f'<label id="b{number}"/>']
    for seconds, what in acts:
        parts.append(f'<pause milliseconds="{round(seconds * 1000)}"/>')
        if what:
            name = "g711a" if what == "speech" else f"dtmf_2833_{NAMES.get(what, what)}"
            parts.append(
                f'<nop><action><exec play_pcap_audio="{escape(str(pcaps / name))}.pcap"/></action></nop>'
            )
    return "\n".join([*parts, '<nop next="leave"/>'])


def pcap_folder() -> Path:
    for folder in map(Path, FILES):
        if (folder / "dtmf_2833_1.pcap").exists():
            return folder
    raise FileNotFoundError("the package sip-tester is missing: `make test` installs it")


def start(
    hotline: tuple[str, int], number: str, folder: Path, *, calls: int, rate: float, seed: int
) -> subprocess.Popen[bytes]:
    """Begin ``calls`` calls, ``rate`` a second; each caller has a number of their own."""
    acts = behaviours(seed)
    branches = [n % len(acts) for n in range(calls)]
    random.Random(seed + 1).shuffle(branches)
    callers = [Caller(f"0{FIRST_CALLER + n}", branch, number) for n, branch in enumerate(branches)]
    return place(hotline, folder, acts, callers, rate)


def place(
    hotline: tuple[str, int], folder: Path, acts: list[list[Act]], callers: Sequence[Caller], rate: float
) -> subprocess.Popen[bytes]:
    """Begin the callers' calls, ``rate`` a second; what each one sees is written to ``calls.log``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.xml").write_text(scenario(acts, pcap_folder()))
    (folder / "calls.csv").write_text("SEQUENTIAL\n" + "".join(map(row, callers)))
    calls = str(len(callers))
    command = [
        "nice",
        "-n",
        "5",
        program("sipp"),
        f"{hotline[0]}:{hotline[1]}",
        "-sf",
        "scenario.xml",
        "-inf",
        "calls.csv",
    ]
    command += ["-i", "127.0.0.1", "-m", calls, "-r", f"{rate:g}", "-l", calls]
    command += ["-nostdin", "-recv_timeout", "40000", "-timeout", "3600", "-timeout_error"]
    command += ["-trace_stat", "-stf", "stat.csv", "-fd", "1", "-trace_err", "-error_file", "errors.log"]
    command += ["-trace_logs", "-log_file", "calls.log"]
    command += ["-mp", str(random.randrange(31_000, 32_000, 2)), "-buff_size", "1000000"]
    with (folder / "console").open("wb") as console:
        return subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=console, stderr=console)


def row(caller: Caller) -> str:
    """Write a caller as SIPp reads them."""
    return f"{caller.number};{caller.branch};{caller.dialled}\n"


def tally(folder: Path) -> Tally:
    """Read SIPp's own count once it is over."""
    with (folder / "stat.csv").open() as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    return Tally(int(last["TotalCallCreated"]), int(last["FailedCall(C)"]))


_HEAD = re.sub(
    r"^ +",
    "",
    """<?xml version="1.0" encoding="ISO-8859-1" ?>
    <scenario name="citizens">
    <send retrans="500"><![CDATA[
    INVITE sip:[field2]@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: "Warga" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]
    To: <sip:[field2]@[remote_ip]:[remote_port]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:sipp@[local_ip]:[local_port]>
    Max-Forwards: 70
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=sipp 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [media_ip]
    t=0 0
    m=audio [auto_media_port] RTP/AVP 8 101
    a=rtpmap:8 PCMA/8000
    a=rtpmap:101 telephone-event/8000
    a=fmtp:101 0-16
    ]]></send>
    <recv response="100" optional="true"><action><log message="[timestamp] trying [field0]"/></action></recv>
    <recv response="180" optional="true"/>
    <recv response="183" optional="true"/>
    <recv response="503" optional="true" next="refused"/>
    <recv request="BYE" optional="global" next="left"/>
    <recv response="200" rrs="true"><action><log message="[timestamp] answered [field0]"/></action></recv>
    <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: "Warga" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0
    ]]></send>
    <nop><action><assignstr assign_to="branch" value="[field1]"/></action></nop>
    """,
    flags=re.M,
)
_TAIL = re.sub(
    r"^ +",
    "",
    """
    <label id="leave"/>
    <send retrans="500"><![CDATA[
    BYE [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: "Warga" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 2 BYE
    Max-Forwards: 70
    Content-Length: 0
    ]]></send>
    <recv response="200"><action><log message="[timestamp] ended [field0]"/></action></recv>
    <nop next="end"/>
    <label id="left"/>
    <nop><action><log message="[timestamp] left [field0]"/></action></nop>
    <send><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0
    ]]></send>
    <nop next="end"/>
    <label id="refused"/>
    <nop><action><log message="[timestamp] refused [field0]"/></action></nop>
    <send><![CDATA[
    ACK sip:[field2]@[remote_ip]:[remote_port] SIP/2.0
    [last_Via:]
    From: "Warga" <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0
    ]]></send>
    <label id="end"/>
    </scenario>
    """,
    flags=re.M,
)
