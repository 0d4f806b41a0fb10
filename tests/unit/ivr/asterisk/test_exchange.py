from __future__ import annotations

from pathlib import Path

import pytest

from ivr.asterisk import exchange
from ivr.asterisk.exchange import default_cache, find_installed, find_unpacked, parse_version

SAYS = "#!/bin/sh\necho 'Asterisk {version}'\n"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Asterisk 22.10.1~dfsg+~cs6.17\n", (22, 10, 1)),
        ("Asterisk 18.4.0", (18, 4, 0)),
        ("Asterisk certified/20.7-cert3", (20, 7)),
        ("something else", ()),
        ("", ()),
    ],
)
def test_versions_are_read(text: str, version: tuple[int, ...]) -> None:
    assert parse_version(text) == version


def test_the_cache_can_be_put_elsewhere(tmp_path: Path) -> None:
    assert default_cache({"CALLCENTER_EXCHANGE": str(tmp_path)}) == tmp_path
    assert default_cache({"XDG_CACHE_HOME": "/cache"}) == Path("/cache/callcenter/exchange-forky")
    assert default_cache({}).name == "exchange-forky"


def unpacked(root: Path, version: str = "22.1.0") -> Path:
    """A Debian system whose loader is a script that answers like Asterisk."""
    libraries = root / "usr/lib/x86_64-linux-gnu"
    (libraries / "asterisk/modules").mkdir(parents=True)
    (root / "usr/sbin").mkdir(parents=True)
    (root / "usr/sbin/asterisk").touch()
    loader = libraries / "ld-linux-x86-64.so.2"
    loader.write_text(SAYS.format(version=version))
    loader.chmod(0o755)
    return root


def test_an_unpacked_exchange_runs_through_its_own_loader(tmp_path: Path) -> None:
    binary = find_unpacked(unpacked(tmp_path))
    assert binary is not None
    assert binary.version == (22, 1, 0)
    assert binary.module_dir == tmp_path / "usr/lib/x86_64-linux-gnu/asterisk/modules"
    assert binary.data_dir == tmp_path / "usr/share/asterisk"
    loader, option, libraries, program, *rest = binary.command(Path("/x/asterisk.conf"))
    assert (loader, option) == (f"{libraries}/ld-linux-x86-64.so.2", "--library-path")
    assert program == str(tmp_path / "usr/sbin/asterisk")
    assert rest == ["-C", "/x/asterisk.conf", "-f"]
    assert binary.remote(Path("/c"), "core show uptime")[-4:] == ["-C", "/c", "-rx", "core show uptime"]


def test_half_a_system_is_none(tmp_path: Path) -> None:
    assert find_unpacked(tmp_path) is None
    (unpacked(tmp_path) / "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2").unlink()
    assert find_unpacked(tmp_path) is None


def test_an_old_asterisk_of_the_system_is_not_taken(tmp_path: Path) -> None:
    program = tmp_path / "asterisk"
    program.write_text(SAYS.format(version="16.28.0"))
    program.chmod(0o755)
    assert find_installed(str(tmp_path)) is None


def test_why_there_is_none_is_said_with_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.asterisk.debian.TOOLS", str(tmp_path))
    monkeypatch.setattr(exchange, "LINUX_PATH", str(tmp_path))
    with pytest.raises(exchange.ExchangeError) as raised:
        exchange.find_or_make(tmp_path / "cache", {"PATH": str(tmp_path)})
    for word in ("debootstrap", "wget", "docker compose up"):
        assert word in str(raised.value)
