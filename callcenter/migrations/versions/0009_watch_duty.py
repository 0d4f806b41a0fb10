"""Warn of what will be wrong with duty, remind officers, and remember whose telephone works."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from callcenter.db import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "duty_owner",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_duty_owner_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_duty_owner_officer_id_officer")
        ),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_duty_owner")),
    )
    op.create_table(
        "duty_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("starts", UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends", UTCDateTime(timezone=True), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("again_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts < ends", name=op.f("ck_duty_reminder_interval")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_duty_reminder_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_duty_reminder_officer_id_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_reminder")),
        sa.UniqueConstraint(
            "officer_id", "agency_id", "starts", name=op.f("uq_duty_reminder_officer_id_agency_id_starts")
        ),
    )
    with op.batch_alter_table("duty_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_reminder_starts"), ["starts"], unique=False)

    op.create_table(
        "duty_warning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("starts", UTCDateTime(timezone=True), nullable=False),
        sa.Column("ends", UTCDateTime(timezone=True), nullable=False),
        sa.Column("found_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("told_days", sa.Integer(), nullable=True),
        sa.Column("told_id", sa.Integer(), nullable=True),
        sa.Column("cleared_at", UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("starts < ends", name=op.f("ck_duty_warning_interval")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_duty_warning_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_duty_warning_officer_id_officer")
        ),
        sa.ForeignKeyConstraint(["told_id"], ["officer.id"], name=op.f("fk_duty_warning_told_id_officer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_warning")),
    )
    with op.batch_alter_table("duty_warning", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_warning_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(
            "uq_duty_warning_open",
            ["subject"],
            unique=True,
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        )

    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_proved_at", UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("phone_proof", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("officer", schema=None) as batch_op:
        batch_op.drop_column("phone_proof")
        batch_op.drop_column("phone_proved_at")

    op.drop_table("duty_warning")
    op.drop_table("duty_reminder")
    op.drop_table("duty_owner")
