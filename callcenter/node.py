"""This machine's exchange as its configuration needs it described."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from callcenter.settings import Settings
from ivr.asterisk.config import Node
from ivr.asterisk.exchange import AsteriskBinary


def describe(settings: Settings, binary: AsteriskBinary) -> Node:
    """Tell where ``binary`` listens, works and finds its own files."""
    return Node(
        name=settings.node,
        state=settings.asterisk_dir,
        spool=settings.spool_dir,
        prompts=settings.prompts_dir,
        modules=binary.module_dir,
        data=binary.data_dir,
        sip_host=settings.sip_host,
        sip_port=settings.sip_port,
        rtp_start=settings.rtp_start,
        rtp_end=settings.rtp_end,
        agi_host=settings.agi_host,
        agi_port=settings.agi_port,
        ami_host=settings.ami_host,
        ami_port=settings.ami_port,
        ami_secret=secret(settings.secrets_dir, "manager"),
        trunk_hosts=settings.trunk_hosts,
        trunk_contact=settings.trunk_contact,
        ring_seconds=settings.ring_seconds,
        connect_seconds=settings.connect_seconds,
        message_seconds=settings.max_message_seconds,
        version=binary.version,
    )


def secret(directory: Path, name: str) -> str:
    """Read a secret, made at random when it is first asked for."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / name
    if not path.exists():
        _make(path)
    return path.read_text("ascii").strip()


def _make(path: Path) -> None:
    """Write a whole new secret at once; the first of two processes wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def link_key(settings: Settings) -> bytes:
    """Give what signs the links in messages."""
    return secret(settings.secrets_dir, "links").encode()
