"""Find a telephone exchange on this machine, or make a private one.

Debian's stable releases carry no Asterisk; its testing release does. A private
one is unpacked from there into a cache directory and runs beside the host's
own libraries through its own dynamic loader: no root and no chroot are needed
to run it, and nothing of the system is changed.

``python -m ivr.asterisk.exchange`` makes it ahead of time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.asterisk import versions
from ivr.asterisk.debian import DebootstrapError, make_system

OLDEST = 18
SUITE = "forky"
NEEDED = ("res_agi", "res_pjsip", "app_queue", "app_mixmonitor", "app_record", "cel_custom")
LINUX_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"


class ExchangeError(Exception):
    """No usable exchange; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class AsteriskBinary:
    """An Asterisk that can be run, and where its own files lie."""

    prefix: tuple[str, ...]
    """The command without arguments (with a loader where it needs one)."""
    version: tuple[int, ...]
    module_dir: Path
    data_dir: Path

    def command(self, conf: Path) -> list[str]:
        """Run in the foreground with the configuration file ``conf``."""
        return [*self.prefix, "-C", str(conf), "-f"]

    def remote(self, conf: Path, cli: str) -> list[str]:
        """Give one command to the running exchange of ``conf``."""
        return [*self.prefix, "-C", str(conf), "-rx", cli]


def default_cache(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the private exchange is kept (``CALLCENTER_EXCHANGE``)."""
    given = environ.get("CALLCENTER_EXCHANGE")
    if given:
        return Path(given).absolute()
    base = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "callcenter" / f"exchange-{SUITE}"


def find_or_make(cache: Path, environ: Mapping[str, str] = os.environ) -> AsteriskBinary:
    """Return an installed Asterisk, the one in ``cache``, or make that one.

    Raises ``ExchangeError``.
    """
    binary = find_installed(environ.get("PATH", "")) or find_unpacked(cache)
    if binary:
        return binary
    try:
        make_system(cache, SUITE, ["asterisk"])
    except DebootstrapError as error:
        raise ExchangeError(f"no Asterisk: {error}\n{_alternatives()}") from error
    made = find_unpacked(cache)
    if made is None:
        raise ExchangeError(f"the Asterisk in {cache} does not start; remove that directory and try again")
    return made


def find_installed(path: str) -> AsteriskBinary | None:
    """Find an Asterisk of the system that is new enough and has what we need."""
    found = shutil.which("asterisk", path=f"{path}:{LINUX_PATH}")
    version = _version((found,)) if found else ()
    if not found or version < (OLDEST,):
        return None
    for modules in _system_module_dirs():
        if all((modules / f"{name}.so").exists() for name in NEEDED):
            return AsteriskBinary((found,), version, modules, _system_data_dir())
    return None


def find_unpacked(root: Path) -> AsteriskBinary | None:
    """Find the Asterisk of a whole Debian system unpacked under ``root``."""
    modules = next(root.glob("usr/lib/*/asterisk/modules"), None)
    program = root / "usr/sbin/asterisk"
    if modules is None or not program.exists():
        return None
    libraries = modules.parent.parent
    loader = next(libraries.glob("ld-linux*.so.*"), None)
    if loader is None:
        return None
    prefix = (str(loader), "--library-path", str(libraries), str(program))
    version = _version(prefix)
    return AsteriskBinary(prefix, version, modules, root / "usr/share/asterisk") if version else None


def parse_version(text: str) -> tuple[int, ...]:
    """Read ``Asterisk 22.10.0~dfsg…``; empty when it is something else."""
    return versions.parse(text.removeprefix("Asterisk ")) if text.startswith("Asterisk ") else ()


def _version(prefix: tuple[str, ...]) -> tuple[int, ...]:
    try:
        run = subprocess.run([*prefix, "-V"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return parse_version(run.stdout)


def _system_module_dirs() -> Iterator[Path]:
    yield from Path("/usr/lib").glob("*/asterisk/modules")
    for name in ("/usr/lib/asterisk/modules", "/usr/lib64/asterisk/modules"):
        yield Path(name)


def _system_data_dir() -> Path:
    share = Path("/usr/share/asterisk")
    return share if share.exists() else Path("/var/lib/asterisk")


def _alternatives() -> str:
    return (
        f"What helps: install Asterisk {OLDEST} or newer by your system's own means, or (Debian, Ubuntu)\n"
        "the packages debootstrap, wget and debian-archive-keyring: a private Asterisk is then unpacked,\n"
        "without touching the system. Or run everything in containers: docker compose up."
    )


def main() -> int:
    """Make sure that there is an exchange, and say which."""
    cache = default_cache()
    if not (find_installed(os.environ.get("PATH", "")) or find_unpacked(cache)):
        print(f"making a private Asterisk of Debian {SUITE} in {cache}, once (a minute) …", flush=True)
    try:
        binary = find_or_make(cache)
    except ExchangeError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Asterisk {'.'.join(map(str, binary.version))}: {binary.prefix[-1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
