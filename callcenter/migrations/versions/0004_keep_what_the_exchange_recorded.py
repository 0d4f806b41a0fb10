"""Keep what the exchange recorded, and its differences from the log.

The places up to which record files were read are forgotten: files are known by
their first line now. Reading a file once more writes nothing twice.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
OPEN = sa.text("resolved_at IS NULL")


def upgrade() -> None:
    """Go forward."""
    op.drop_table("log_offset")
    op.create_table(
        "log_offset",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("node", "name", "head", name=op.f("pk_log_offset")),
    )
    _create_records()
    _create_reconciliations()
    _create_differences()


def _create_records() -> None:
    op.create_table(
        "exchange_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("call_key", sa.String(), nullable=False),
        sa.Column("channel_key", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("cause", sa.Integer(), nullable=True),
        sa.Column("officer", sa.String(), nullable=True),
        sa.Column("dialled", sa.String(), nullable=True),
        sa.Column("caller", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_record")),
        sa.UniqueConstraint(
            "provider",
            "call_key",
            "channel_key",
            "event",
            "source",
            name=op.f("uq_exchange_record_provider_call_key_channel_key_event_source"),
        ),
    )
    with op.batch_alter_table("exchange_record", schema=None) as batch_op:
        batch_op.create_index("ix_exchange_record_node_at", ["node", "at"], unique=False)


def _create_reconciliations() -> None:
    op.create_table(
        "reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("logged", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    with op.batch_alter_table("reconciliation", schema=None) as batch_op:
        batch_op.create_index("ix_reconciliation_node_kind_at", ["node", "kind", "at"], unique=False)


def _create_differences() -> None:
    op.create_table(
        "difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("call_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("resolved_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_difference_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
        sa.UniqueConstraint(
            "provider",
            "call_key",
            "kind",
            "subject",
            name=op.f("uq_difference_provider_call_key_kind_subject"),
        ),
    )
    with op.batch_alter_table("difference", schema=None) as batch_op:
        batch_op.create_index("ix_difference_at", ["at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_difference_call_id"), ["call_id"], unique=False)
        batch_op.create_index(
            "ix_difference_open", ["node"], unique=False, sqlite_where=OPEN, postgresql_where=OPEN
        )


def downgrade() -> None:
    """Go back."""
    op.drop_table("difference")
    op.drop_table("reconciliation")
    op.drop_table("exchange_record")
    op.drop_table("log_offset")
    op.create_table(
        "log_offset",
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("inode", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_log_offset")),
    )
