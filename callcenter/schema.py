"""The database's schema: bringing it up to date, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import callcenter.models  # noqa: F401  (the tables register themselves)
from callcenter.db import is_sqlite

INI = Path(__file__).with_name("alembic.ini")


class UpgradeError(Exception):
    """What is in the database does not fit the next step; its words say what to do."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema forward to ``revision``; steps before one that raises ``UpgradeError`` are kept."""
    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the schema back to ``revision`` (``base`` is an empty database)."""
    _run(engine, lambda config: command.downgrade(config, revision))


def revise(engine: Engine, message: str) -> None:
    """Write a new migration from what the models say and the database lacks."""
    _run(engine, lambda config: command.revision(config, message, autogenerate=True))


def is_current(engine: Engine) -> bool:
    """Tell whether the database stands at the newest migration."""
    with engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_heads()
    return set(here) == set(ScriptDirectory.from_config(Config(INI)).get_heads())


def _run(engine: Engine, work: Callable[[Config], object]) -> None:
    config = Config(INI)
    with _connection(engine) as connection:
        config.attributes["connection"] = connection
        work(config)


@contextmanager
def _connection(engine: Engine) -> Iterator[Connection]:
    """Connect for a migration; SQLite cannot copy tables under foreign keys."""
    with engine.connect() as connection:
        if is_sqlite(engine):
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        yield connection
        connection.commit()
        if is_sqlite(engine):
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
