"""The only place that constructs drivers, stores and clients."""

from __future__ import annotations

from callcenter.db import Database
from callcenter.settings import Settings


def database(settings: Settings) -> Database:
    """Connect to the instance's database."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Database(settings.database_url)
