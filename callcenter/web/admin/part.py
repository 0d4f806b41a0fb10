"""What the settings pages share: the blueprint, who may do what, finding things."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.db import Base
from callcenter.models import Role
from callcenter.services.access import NotVisibleError
from callcenter.web.context import house, now, viewer
from callcenter.web.guard import needs
from callcenter.web.problems import TIERS, WEEKDAYS, problem

pages = Blueprint("admin", __name__, url_prefix="/admin")

reads = needs(Role.ADMIN, Role.SUPERVISOR)
writes = needs(Role.ADMIN)

Thing = TypeVar("Thing", bound=Base)


@pages.context_processor
def _words() -> dict[str, object]:
    may_write = viewer().role is Role.ADMIN
    return {"may_write": may_write, "TIERS": TIERS, "WEEKDAYS": WEEKDAYS, "problem_text": problem}


@pages.get("/")
@reads
def index() -> Response:
    """Begin with the agencies."""
    return redirect(url_for("admin.agencies"), 303)


def found(session: Session, model: type[Thing], key: int) -> Thing:
    """Find a row by its id, or answer that there is no such page."""
    row = session.get(model, key) if key < 2**31 else None
    if row is None:
        raise NotVisibleError(f"{model.__name__} {key}")
    return row


def local_now() -> datetime:
    """Tell the time in the instance's zone: dates begin at its midnight."""
    return now().astimezone(house().zone)


def see_other(endpoint: str, **values: Any) -> Response:
    """Go to a page after something was done."""
    return redirect(url_for(endpoint, **values), 303)
