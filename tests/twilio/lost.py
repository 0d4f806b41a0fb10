"""What tests of lost callbacks share: losing, coming home, and reading what came."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from callcenter.jobs import PERIODIC
from callcenter.models import Call
from tests.phone.twilio_phone import TwilioSite

SETTLED = 31
"""Seconds after which nothing of a call is on its way any more."""


def come_home(site: TwilioSite) -> None:
    """Let everything settle, and compare, as the worker does; a second time there is nothing left."""
    site.exchange.advance(SETTLED)
    PERIODIC["twilio_home"].run(site.tools, site.exchange.clock())
    site.work()
    assert site.tools.homecomer
    assert site.tools.homecomer.round(site.exchange.clock()) == 0


def one(site: TwilioSite, key: str) -> Call:
    with site.database.reading() as session:
        return session.scalars(select(Call).where(Call.key == key)).one()


def of(site: TwilioSite, model: Any, key: str) -> list[Any]:
    """Read what hangs on a call, in its order."""
    with site.database.reading() as session:
        query = select(model).join(Call, model.call_id == Call.id).where(Call.key == key)
        return list(session.scalars(query.order_by(model.id)))


def lose(site: TwilioSite, act: Callable[[], object]) -> None:
    """Let something happen of which nothing is told."""
    site.exchange.down = True
    act()
    site.exchange.advance(1)
    site.exchange.down = False
