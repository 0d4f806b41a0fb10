"""Runs the migrations over the connection that ``callcenter.schema`` gives."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from callcenter.db import Base, UTCDateTime


def _render(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write our types as plain SQLAlchemy ones: a migration outlives the code."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=_render,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
