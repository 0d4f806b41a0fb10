"""Unpack packages of another Debian release into a directory, whole or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

APT = Path("/etc/apt")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SCRIPT = "sid"  # an older debootstrap does not know the newest release by its name
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
TOOLS = "/usr/sbin:/sbin:/usr/bin:/bin"


class DebootstrapError(Exception):
    """The system could not be made; the text says why."""


def make_system(target: Path, suite: str, packages: Sequence[str]) -> None:
    """Unpack ``packages`` of a Debian release, with all they need, into ``target``.

    It is made under another name beside it and renamed when it is whole;
    two makers wait for each other. Raises ``DebootstrapError``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _lock(target.parent / f".{target.name}.lock") as lock:
        if target.exists():
            return
        _check_tools()
        for leftover in target.parent.glob(f".{target.name}.making-*"):
            _remove(leftover)
        making = target.parent / f".{target.name}.making-{os.getpid()}"
        try:
            _debootstrap(making, suite, packages, lock)
            making.rename(target)
        finally:
            _remove(making)


def debian_mirror(apt: Path = APT) -> str:
    """Return the Debian mirror that this machine's apt uses, or ``""``."""
    for line in _source_lines(apt):
        for word in line.split():
            address = _first_of_list(word, apt) if word.startswith("mirror+file:") else word
            if re.fullmatch(r"https?://\S+/debian/?", address):
                return address
    return ""


def _source_lines(apt: Path) -> Iterator[str]:
    files = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    for path in files:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        for line in path.read_text(errors="replace").splitlines():
            if line.startswith(("deb ", "URIs:")):
                yield line


def _first_of_list(word: str, apt: Path) -> str:
    path = Path(word.removeprefix("mirror+file:"))
    try:
        lines = path.read_text(errors="replace").split()
    except OSError:
        return ""
    return lines[0] if lines else ""


def _check_tools() -> None:
    missing = [name for name in ("debootstrap", "wget") if not shutil.which(name, path=TOOLS)]
    if not KEYRING.exists():
        missing.append("debian-archive-keyring")
    if missing:
        raise DebootstrapError(
            f"unpacking one from Debian needs these packages, not installed here: {', '.join(missing)}"
        )
    if os.geteuid() != 0 and not shutil.which("sudo"):
        raise DebootstrapError("unpacking one from Debian needs root once, and there is no sudo here")


def _debootstrap(making: Path, suite: str, packages: Sequence[str], lock: int) -> None:
    proxies = [f"{name}={os.environ[name]}" for name in PROXIES if name in os.environ]
    command = ["env", f"PATH={TOOLS}", *proxies, "debootstrap", "--variant=minbase", f"--keyring={KEYRING}"]
    command += ["--force-check-gpg", f"--include={','.join(packages)}"]
    done = _as_root([*command, suite, str(making), debian_mirror(), SCRIPT], lock)
    if done.returncode != 0:
        lines = "\n".join(f"  {line}" for line in done.stdout.splitlines()[-8:])
        raise DebootstrapError(f"debootstrap ended with status {done.returncode}; its last words:\n{lines}")
    _as_root(["rm", "-rf", *map(str, making.glob("var/cache/apt/archives/*.deb"))])


def _remove(path: Path) -> None:
    """Remove what a killed maker left, its mounts first."""
    if not path.exists():
        return
    for mount in ("proc", "sys"):
        if (path / mount).is_mount():
            _as_root(["umount", "--lazy", str(path / mount)])
    _as_root(["rm", "-rf", "--one-file-system", str(path)])


def _as_root(command: Sequence[str], *keep: int) -> subprocess.CompletedProcess[str]:
    """Run and wait; a child that outlives us holds on to the files ``keep``."""
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    return subprocess.run(
        [*prefix, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=keep,
    )


@contextmanager
def _lock(path: Path) -> Iterator[int]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle.fileno()
