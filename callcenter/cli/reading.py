"""Commands that read personal data: opened, logged, closed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from callcenter import bootstrap
from callcenter.services.audit import Audit
from callcenter.services.reporting import Reporting
from callcenter.settings import load


def zone() -> ZoneInfo:
    """Give the instance's zone."""
    return ZoneInfo(load().time_zone)


@contextmanager
def reporting(subject: str) -> Iterator[Reporting]:
    """Open the reports; who looked at ``subject`` is logged (UU 27/2022 art. 31)."""
    settings = load()
    database = bootstrap.database(settings)
    with database.transaction() as session:
        address = f"terminal:{os.getuid()}"
        Audit(session).write("export", subject, account_id=None, address=address, now=datetime.now(UTC))
    with database.reading() as session:
        yield Reporting(session, ZoneInfo(settings.time_zone))
    database.dispose()
