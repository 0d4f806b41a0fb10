"""The table of a run, as ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.cpu import Cost
from bench.rate import Rate
from bench.turns import Latency

RATE_GOAL, CPU_GOAL, LATENCY_GOAL = 0.6, 1.5, 50.0


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was measured, and what the machine did at the time."""

    processor: str
    cores: int
    memory: str
    kernel: str
    exchange: str
    load: tuple[float, float]
    """Load average of a minute before the run and before the last measurement."""
    sync: tuple[float, float]
    """p50 and p99 of a durable write, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Results:
    """Everything one run found."""

    ours: Rate
    bare: Rate
    cost: Cost
    latencies: list[Latency]
    machine: Machine
    command: str
    minutes: float


def write(results: Results, path: Path, notes: Path) -> str:
    """Write the page; what people found out by profiling comes from ``notes``."""
    parts = [_HEAD, _goals(results), _rates(results), _cpu(results.cost), _latency(results.latencies)]
    text = "\n\n".join([*parts, _where(results), notes.read_text("utf-8").strip()]) + "\n"
    path.write_text(text, "utf-8")
    return text


_HEAD = """# Performance

Written by `make bench`: change `bench/`, not this page. The call centre (Asterisk, `ivr`, `spool`, `worker`,
Redis, on SQLite with `synchronous=FULL`) beside a bare Asterisk that plays the same prompts, reads the same
keys and records the same message from a dialplan, with call detail records only. Both are called by the same
SIPp scenario, in the same run, on one machine that also runs SIPp."""


def _goals(results: Results) -> str:
    share = results.ours.held / results.bare.held if results.bare.held else 0.0
    times = results.cost.ours / results.cost.theirs
    rows = [
        _row("calls/s held, of the bare rate", f"{share:.2f}", f"≥ {RATE_GOAL}", share >= RATE_GOAL),
        _row("CPU a 30 s call, of the bare call's", f"{times:.2f}", f"≤ {CPU_GOAL}", times <= CPU_GOAL),
    ]
    for callers, over in _over(results.latencies).items():
        name = f"turn p99 over the floor, {callers} callers"
        rows.append(_row(name, f"{over:.0f} ms", f"≤ {LATENCY_GOAL:.0f} ms", over <= LATENCY_GOAL))
    return "\n".join(["| | measured | goal | |", "|---|---|---|---|", *rows])


def _row(name: str, measured: str, goal: str, met: bool) -> str:
    return f"| {name} | {measured} | {goal} | {'met' if met else '**missed**'} |"


def _over(latencies: list[Latency]) -> dict[int, float]:
    floor = {one.callers: one.p99 for one in latencies if one.kind == "floor"}
    return {one.callers: one.p99 - floor[one.callers] for one in latencies if one.kind == "real"}


def _rates(results: Results) -> str:
    rows = [
        f"| {name} | {rate.held:.1f} | {rate.cost:.3f} |"
        f" {f'{rate.failed:.1f}' if rate.failed else 'not reached'} | {rate.why} |"
        for name, rate in (("call centre", results.ours), ("bare Asterisk", results.bare))
    ]
    return "\n".join(
        [
            "## Calls a second",
            "",
            "A call of twelve seconds: greeting, notice, language, menu, a message of two seconds, ticket number and",
            "PIN, hang-up. Held means that SIPp saw no failure and that every call left its message (here also: its",
            "ticket, its recording in the store and its end in the log). Fifteen seconds at each rate, the two",
            "exchanges in turn. CPU seconds a call are those at the rate held. Not yet carried: the message is in",
            "the log, and half a minute after the last call its file or the call's end was not yet in its place.",
            "",
            "| | held | CPU s a call | not held | what happened there |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def _cpu(cost: Cost) -> str:
    rows = [
        f"| {name} | {took / cost.calls:.3f} | {cost.idle[name]:.3f} |" for name, took in cost.house.items()
    ]
    return "\n".join(
        [
            "## CPU seconds a call",
            "",
            f"{cost.calls} calls of 30 s with 20 s of speech to each, at the same time; ours: {cost.outcomes[0]};",
            f"bare: {cost.outcomes[1]}. The time the processes take while nobody calls is not taken off.",
            "",
            "| process | CPU s a call | CPU s a second, idle |",
            "|---|---|---|",
            *rows,
            f"| **call centre** | **{cost.ours:.3f}** | {sum(cost.idle.values()):.3f} |",
            f"| **bare Asterisk** | **{cost.theirs:.3f}** | |",
        ]
    )


def _latency(latencies: list[Latency]) -> str:
    rows = [
        f"| {one.callers} | {_KINDS[one.kind]} | {one.turns} | {one.p50:.1f} | {one.p99:.1f} |"
        for one in latencies
    ]
    return "\n".join(
        [
            "## Turn latency",
            "",
            "Callers who speak FastAGI as Asterisk does hear for 1–3 s, think for 2–6 s, speak for 3–8 s and call",
            "again. Counted from the event to the first command of the next turn, commit and closed recording",
            "included. The floor is the same server with a switchboard that knows its turns by heart.",
            "",
            "| callers at once | | turns | p50 ms | p99 ms |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


_KINDS = {"real": "call centre", "floor": "floor"}


def _where(results: Results) -> str:
    machine = results.machine
    return "\n".join(
        [
            "## Where and when",
            "",
            f"- `{results.command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {results.minutes:.0f} minutes",
            f"- {machine.cores} cores of {machine.processor}, {machine.memory}, Linux {machine.kernel}",
            f"- Asterisk {machine.exchange}, Python {platform.python_version()}",
            f"- load average before: {machine.load[0]:.1f}, before the last part: {machine.load[1]:.1f}"
            f" (idle: below 0.5; more means that others were at work)",
            f"- a durable write of 4 KiB on this disk: p50 {machine.sync[0]:.1f} ms, p99 {machine.sync[1]:.1f} ms",
        ]
    )


def machine(exchange: str, load: tuple[float, float], sync: tuple[float, float]) -> Machine:
    """Describe this machine."""
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    processor = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return Machine(
        processor=processor[1] if processor else platform.machine(),
        cores=os.cpu_count() or 1,
        memory=f"{int(memory[1]) / 2**20:.0f} GiB" if memory else "memory unknown",
        kernel=platform.release(),
        exchange=exchange,
        load=load,
        sync=sync,
    )
