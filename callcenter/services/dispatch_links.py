"""The links by which an officer without a login says how far they are."""

from __future__ import annotations

import hashlib
import hmac
import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Dispatch, Officer
from callcenter.services.access import NotVisibleError, possible_id

_TOKEN = re.compile(r"(\d{1,18})-(\d{1,18})-([0-9a-f]{32})\Z", re.ASCII)


def token(dispatch_id: int, officer_id: int, key: bytes) -> str:
    """Write what a link must hold: for this dispatch, from this officer, and nothing else."""
    return f"{dispatch_id}-{officer_id}-{_sign(dispatch_id, officer_id, key)}"


def find(session: Session, text: str, key: bytes) -> tuple[Dispatch, Officer]:
    """Find what a link is about and whose it is; raises ``NotVisibleError`` for a forged one."""
    match = _TOKEN.match(text)
    if match is None:
        raise NotVisibleError("no such dispatch")
    dispatch_id, officer_id = possible_id(int(match[1])), possible_id(int(match[2]))
    if not hmac.compare_digest(match[3], _sign(dispatch_id, officer_id, key)):
        raise NotVisibleError("no such dispatch")
    mine = select(Officer).where(Officer.id == officer_id, Officer.active)
    found, officer = session.get(Dispatch, dispatch_id), session.scalar(mine)
    if found is None or officer is None:
        raise NotVisibleError(f"dispatch {dispatch_id}")
    return found, officer


def _sign(dispatch_id: int, officer_id: int, key: bytes) -> str:
    words = f"dispatch:{dispatch_id}:officer:{officer_id}"
    return hmac.new(key, words.encode(), hashlib.sha256).hexdigest()[:32]
