from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.asterisk import debian
from ivr.asterisk.debian import DebootstrapError, debian_mirror, make_system

MAKES = """#!/bin/sh
echo "$@" >> "{log}"
for target in "$@"; do case "$target" in /*.making-*) break ;; esac; done
mkdir -p "$target/usr/sbin"
sleep 0.2
touch "$target/usr/sbin/asterisk"
"""
FAILS = """#!/bin/sh
for target in "$@"; do case "$target" in /*.making-*) mkdir -p "$target/half" ;; esac; done
echo "E: the mirror is away"
exit 1
"""
Tool = Callable[[str], Path]


@pytest.fixture
def debootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Put a script in debootstrap's place; gives the file with its arguments."""
    tools, log = tmp_path / "tools", tmp_path / "log"
    tools.mkdir()

    def place(script: str) -> Path:
        for name in ("debootstrap", "wget"):
            (tools / name).write_text(script.format(log=log) if name == "debootstrap" else "#!/bin/sh\n")
            (tools / name).chmod(0o755)
        return log

    (tmp_path / "keyring").touch()
    monkeypatch.setattr(debian, "TOOLS", f"{tools}:/usr/bin:/bin")
    monkeypatch.setattr(debian, "KEYRING", tmp_path / "keyring")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return place


def test_a_system_is_made_whole(tmp_path: Path, debootstrap: Tool) -> None:
    log = debootstrap(MAKES)
    target = tmp_path / "cache" / "system"
    make_system(target, "forky", ["asterisk"])
    assert (target / "usr/sbin/asterisk").exists()
    words = log.read_text().split()
    assert {"--variant=minbase", "--include=asterisk", "forky", "sid"} <= set(words)
    assert [path.name for path in target.parent.iterdir() if "making" in path.name] == []


def test_what_failed_leaves_nothing_and_says_why(tmp_path: Path, debootstrap: Tool) -> None:
    debootstrap(FAILS)
    with pytest.raises(DebootstrapError, match="the mirror is away"):
        make_system(tmp_path / "cache/system", "forky", ["asterisk"])
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [".system.lock"]


def test_what_a_killed_maker_left_is_removed(tmp_path: Path, debootstrap: Tool) -> None:
    debootstrap(MAKES)
    (tmp_path / ".system.making-99/usr").mkdir(parents=True)
    make_system(tmp_path / "system", "forky", ["asterisk"])
    assert not (tmp_path / ".system.making-99").exists()


def test_two_makers_make_one(tmp_path: Path, debootstrap: Tool) -> None:
    log = debootstrap(MAKES)
    with ThreadPoolExecutor(2) as pool:
        for maker in [pool.submit(make_system, tmp_path / "system", "forky", ["asterisk"]) for _ in range(2)]:
            maker.result()
    assert len(log.read_text().splitlines()) == 1


def test_missing_tools_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "TOOLS", str(tmp_path))
    monkeypatch.setattr(debian, "KEYRING", tmp_path / "keyring")
    with pytest.raises(DebootstrapError, match="debootstrap, wget, debian-archive-keyring"):
        make_system(tmp_path / "system", "forky", ["asterisk"])


@pytest.mark.parametrize(
    ("name", "text", "mirror"),
    [
        ("sources.list", "deb http://mirror.example/debian trixie main\n", "http://mirror.example/debian"),
        ("sources.list", "deb [arch=amd64] https://a.example/debian/ sid main", "https://a.example/debian/"),
        ("sources.list", "# deb http://old.example/debian sid main\n", ""),
        ("sources.list", "deb http://a.example/debian-security trixie-security main\n", ""),
        ("sources.list", "deb http://archive.example/ubuntu noble main\n", ""),
        (
            "sources.list.d/debian.sources",
            "Types: deb\nURIs: http://b.example/debian\n",
            "http://b.example/debian",
        ),
        ("sources.list.d/debian.sources.bak", "URIs: http://b.example/debian\n", ""),
    ],
)
def test_the_mirror_is_the_machines_own(name: str, text: str, mirror: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert debian_mirror(tmp_path) == mirror


def test_a_list_of_mirrors_gives_its_first(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("https://c.example/debian\nhttps://d.example/debian\n")
    (tmp_path / "sources.list").write_text(f"deb mirror+file:{tmp_path}/list trixie main\n")
    assert debian_mirror(tmp_path) == "https://c.example/debian"
