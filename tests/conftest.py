"""Fixtures for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter import settings as settings_module
from callcenter.settings import Settings
from tests.fixtures.applications import compile_once
from tests.fixtures.children import free_port
from tests.fixtures.databases import (
    database,
    database_url,
    empty_database_url,
    postgres,
    postgres_template,
    sqlite_copy,
    sqlite_template,
)
from tests.fixtures.memory import keep_in_memory
from tests.fixtures.redis import redis_server, redis_url

__all__ = [
    "database",
    "database_url",
    "empty_database_url",
    "environment",
    "postgres",
    "postgres_template",
    "redis_server",
    "redis_url",
    "settings",
    "sqlite_template",
]

keep_in_memory()  # before pytest makes its first folder
compile_once()  # before the first application
PORTS = ("WEB", "REDIS", "AGI", "AMI", "SIP")


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An instance's environment: temporary home, free ports, a database with the schema.

    The database is the test's own ``database`` where it asks for one,
    otherwise SQLite; Redis likewise.
    """
    home = tmp_path / "home"
    home.mkdir()
    ports = {f"CALLCENTER_{name}_PORT": str(free_port()) for name in PORTS}
    wanted = request.fixturenames
    url = request.getfixturevalue("database_url") if "database_url" in wanted else sqlite_copy(request, home)
    redis = {"CALLCENTER_REDIS_URL": request.getfixturevalue("redis_url")} if "redis_url" in wanted else {}
    plain = {"CALLCENTER_HOME": str(home), "CALLCENTER_DATABASE_URL": url, "CALLCENTER_RESERVE_MB": "0"}
    return {**plain, **ports, **redis}


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    """Settings of an instance in a temporary home; see ``environment``."""
    return settings_module.load(environment)
