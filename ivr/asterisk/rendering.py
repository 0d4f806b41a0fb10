"""Put the rendered configuration where an Asterisk reads it."""

from __future__ import annotations

import math
import os
import struct
import wave
from collections.abc import Iterable
from pathlib import Path

from ivr.asterisk.config import Node, Plan, render

RELOADS = {
    "cdr.conf": "module reload cdr",
    "cdr_custom.conf": "module reload cdr_custom.so",
    "cel.conf": "module reload cel",
    "cel_custom.conf": "module reload cel_custom.so",
    "extensions.conf": "dialplan reload",
    "features.conf": "module reload features",
    "indications.conf": "module reload indications",
    "logger.conf": "logger reload",
    "manager.conf": "manager reload",
    "pjsip.conf": "module reload res_pjsip.so",
    "queuerules.conf": "queue reload rules",
    "queues.conf": "queue reload all",
    "rtp.conf": "module reload res_rtp_asterisk.so",
}
"""What makes a running Asterisk read a file again; the others need a restart."""

DIRECTORIES = ("data/sounds", "lib", "log/cdr-custom", "log/cel-custom", "run", "spool")
SHARED_DATA = ("documentation", "keys", "rest-api", "static-http")


def write(plan: Plan) -> list[str]:
    """Write what changed, each file at once; returns the changed files' names."""
    _prepare(plan.node)
    return [name for name, text in render(plan).items() if _replace(plan.node.etc / name, text)]


def reloads(changed: Iterable[str]) -> list[str]:
    """Return the commands that make a running Asterisk take the changed files."""
    return [RELOADS[name] for name in changed if name in RELOADS]


def _prepare(node: Node) -> None:
    directories = (node.etc, *(node.state / name for name in DIRECTORIES))
    for directory in (*directories, *(node.spool / name for name in ("open", "ready", "degraded"))):
        directory.mkdir(parents=True, exist_ok=True)
    node.etc.chmod(0o700)
    for name in SHARED_DATA:
        _link(node.state / "data" / name, node.data / name)
    for language in ("id", "en"):
        _link(node.state / "data" / "sounds" / language, node.prompts / language)
    _write_beep(node.state / "data" / "sounds" / "beep.wav")


def _replace(path: Path, text: str) -> bool:
    """Replace a file by another text, readable by the owner only."""
    data = text.encode()
    if path.exists() and path.read_bytes() == data:
        return False
    draft = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return True


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _write_beep(path: Path) -> None:
    """Write the tone before a recording: 0.4 s of 1 kHz, which no key's tone contains."""
    if path.exists():
        return
    samples = (round(8000 * math.sin(2 * math.pi * 1000 * number / 8000)) for number in range(3200))
    draft = path.with_name(".beep.new")
    with wave.open(str(draft), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    draft.replace(path)
