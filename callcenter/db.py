"""The database: engine, transactions, and the types every model shares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import JSON, TypeDecorator

from callcenter.writer import Writer

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; raises ``ValueError`` for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Attach UTC where the database gave the time without a zone."""
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of every model."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[int]: JSON,
    }


class Database:
    """One engine and its transactions.

    SQLite lets one writer in at a time and makes the others poll for it; the
    threads of a process therefore queue before that, and share commits: see
    ``callcenter.writer``.
    """

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        """Connect lazily to ``url`` (``sqlite:///`` or ``postgresql+psycopg://``)."""
        self.engine = make_engine(url, pool_size)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._writer = Writer(self.engine) if is_sqlite(self.engine) else None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a writing transaction: commits at the end, rolls back on error."""
        if self._writer is None:
            with self._sessions.begin() as session:
                yield session
            return
        with self._writer.transaction() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads; nothing of it is kept."""
        with self._sessions() as session:
            yield session

    def dispose(self) -> None:
        """Close every pooled connection (needed after a fork)."""
        self.engine.dispose()


def is_sqlite(engine: Engine) -> bool:
    """Tell SQLite from PostgreSQL."""
    return engine.dialect.name == "sqlite"


def make_engine(url: str, pool_size: int = 20) -> Engine:
    """Build an engine with the pragmas that make SQLite durable and shared."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=-1, connect_args={"check_same_thread": False, "timeout": 15}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: pysqlite would begin too late
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "busy_timeout=15000",
    ):
        connection.execute(f"PRAGMA {pragma}")
