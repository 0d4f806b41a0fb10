"""What the commands that read and write the database share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy.exc import SQLAlchemyError

from callcenter import bootstrap
from callcenter.services.audit import Audit
from callcenter.services.reporting import Reporting
from callcenter.settings import load


def zone() -> ZoneInfo:
    """Give the instance's zone."""
    return ZoneInfo(load().time_zone)


@contextmanager
def plainly() -> Iterator[None]:
    """Tell what is wrong with the database in a sentence."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise click.ClickException(
            f"the database cannot be used: {reason}\nNothing was changed. The home is {load().home}: is that"
            " the right one (CALLCENTER_HOME)? A new one is prepared by 'callcenter db upgrade'."
        ) from None


@contextmanager
def reporting(subject: str) -> Iterator[Reporting]:
    """Open the reports; who looked at ``subject`` is logged (UU 27/2022 art. 31)."""
    settings = load()
    database = bootstrap.database(settings)
    with plainly(), database.transaction() as session:
        address = f"terminal:{os.getuid()}"
        Audit(session).write("export", subject, account_id=None, address=address, now=datetime.now(UTC))
    with plainly(), database.reading() as session:
        yield Reporting(session, ZoneInfo(settings.time_zone))
    database.dispose()
