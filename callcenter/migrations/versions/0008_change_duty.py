"""Keep changes of who is on duty, and the addresses of calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from callcenter.db import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "duty_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("starts", UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends", UTCDateTime(timezone=True), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("instead_of", sa.JSON(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=True),
        sa.Column("ask_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decree", sa.String(), nullable=True),
        sa.Column("approver", sa.String(), nullable=True),
        sa.Column("decided_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.CheckConstraint("starts < ends", name=op.f("ck_duty_change_interval")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_duty_change_account_id_account")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_duty_change_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["ask_id"], ["duty_change.id"], name=op.f("fk_duty_change_ask_id_duty_change")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_duty_change_decided_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_change")),
    )
    with op.batch_alter_table("duty_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_change_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_change_ask_id"), ["ask_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_change_ends"), ["ends"], unique=False)
    op.create_table(
        "duty_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_feed_account_id_account")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_duty_feed_agency_id_agency")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_duty_feed_officer_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_duty_feed_token_hash")),
    )
    with op.batch_alter_table("duty_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_feed_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_feed_agency_id"), ["agency_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("duty_feed")
    op.drop_table("duty_change")
