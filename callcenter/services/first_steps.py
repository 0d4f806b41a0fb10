"""What a newcomer needs to try the demonstration: numbers, phones, logins."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Line, Officer
from callcenter.services import demo_agencies
from callcenter.services.line_checks import PROVIDER
from callcenter.services.seed import Login
from callcenter.settings import Settings

LOGINS_FILE = "demo-logins.txt"


def logins_path(settings: Settings) -> Path:
    """Tell where the demonstration's passwords are kept."""
    return settings.secrets_dir / LOGINS_FILE


def write_logins(settings: Settings, logins: Sequence[Login]) -> None:
    """Keep new passwords in a file that only its owner can read."""
    settings.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = logins_path(settings)
    new = {login.username: f"{login.username}\t{login.password}\t{login.role}" for login in logins}
    kept = [line for line in _read(path) if line.split("\t")[0] not in new]
    partial = path.with_suffix(".new")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join([*kept, *new.values()]) + "\n")
    partial.replace(path)


def _read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def demo_guide(settings: Settings, session: Session) -> str:
    """Say which number to dial, with which SIP settings, and the logins.

    Empty where the demonstration is not installed.
    """
    post = session.scalar(select(Agency).where(Agency.code == demo_agencies.POST))
    if post is None:
        return ""
    parts = [_numbers(session, settings), _phones(session, settings, post), _web(settings)]
    return "\n\n".join(part for part in parts if part)


def _numbers(session: Session, settings: Settings) -> str:
    query = select(Line.number, Agency.name).join(Line.agency).order_by(Line.number).limit(3)
    numbers = [agency.number for agency in demo_agencies.agencies()]
    lines = session.execute(query.where(Line.provider == PROVIDER, Line.number.in_(numbers))).all()
    shown = "\n".join(f"  {number}  {name}" for number, name in lines)
    example = lines[0].number if lines else ""
    return (
        f"Dial one of the demonstration's numbers (nobody's real ones):\n{shown}\n"
        f"  SIP phone: dial sip:{example}@{settings.sip_host}:{settings.sip_port} (UDP), without an account,\n"
        f"  from {' or '.join(settings.trunk_hosts)} (CALLCENTER_TRUNK_HOSTS)\n"
        "  without a SIP phone: make call"
    )


def _phones(session: Session, settings: Settings, post: Agency) -> str:
    query = select(Officer).where(
        Officer.agency_id == post.id, Officer.sip_secret.is_not(None), Officer.active
    )
    officers = session.scalars(query.order_by(Officer.id)).all()
    shown = "\n".join(f"  user officer-{one.id}  password {one.sip_secret}  ({one.name})" for one in officers)
    return (
        f"Answer as an officer of {post.name}:\n"
        f"  SIP phone: register at server {settings.sip_host}, port {settings.sip_port} (UDP) as\n"
        f"{shown}\n  without a SIP phone: make officer"
    )


def _web(settings: Settings) -> str:
    address = f"{settings.web_url}/"
    logins = [line.split("\t") for line in _read(logins_path(settings)) if line.count("\t") == 2]
    if not logins:
        return f"Log in at {address}"
    shown = "\n".join(f"  {name:<12}{password:<20}{role}" for name, password, role in logins)
    return f"Log in at {address} (passwords at first start, kept in {logins_path(settings)}):\n{shown}"
