"""Seal each day of duty, and keep the notes that shifts hand over; none of it is ever changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("handover_note", "handover_seen", "duty_record")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "handover_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_handover_note_account_id_account")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_handover_note_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_handover_note_officer_id_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_note")),
    )
    with op.batch_alter_table("handover_note", schema=None) as batch_op:
        batch_op.create_index("ix_handover_note_agency_id_at", ["agency_id", "at", "id"], unique=False)
    op.create_table(
        "handover_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_handover_seen_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["note_id"], ["handover_note.id"], name=op.f("fk_handover_seen_note_id_handover_note")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_seen")),
        sa.UniqueConstraint("note_id", "account_id", name=op.f("uq_handover_seen_note_id_account_id")),
    )
    with op.batch_alter_table("handover_seen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_seen_at"), ["at"], unique=False)
    op.create_table(
        "duty_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_duty_record_agency_id_agency")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_record")),
        sa.UniqueConstraint("agency_id", "day", "version", name=op.f("uq_duty_record_agency_id_day_version")),
        sa.UniqueConstraint("agency_id", "previous", name=op.f("uq_duty_record_agency_id_previous")),
    )
    _protect()


def _protect() -> None:
    """Let the database refuse to change or delete what these tables hold."""
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:
            for deed in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_{deed} BEFORE {deed} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
                )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is written once', TG_TABLE_NAME; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_once BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION written_once()"
        )


def downgrade() -> None:
    """Go back."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION written_once()")
