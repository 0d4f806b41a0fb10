"""Keep text messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from callcenter.db import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "text_stop",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "number", name=op.f("pk_text_stop")),
    )
    op.create_table(
        "text_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("wording", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("begun_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_text_message_account_id_account")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_text_message_agency_id_agency")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_text_message_line_id_line")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_text_message_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_message")),
        sa.UniqueConstraint("fact", name=op.f("uq_text_message_fact")),
        sa.UniqueConstraint("key", name=op.f("uq_text_message_key")),
    )
    op.create_table(
        "enclosure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("store_key", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["text_id"], ["text_message.id"], name=op.f("fk_enclosure_text_id_text_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enclosure")),
        sa.UniqueConstraint("key", name=op.f("uq_enclosure_key")),
    )
    with op.batch_alter_table("enclosure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enclosure_text_id"), ["text_id"], unique=False)
    with op.batch_alter_table("text_message", schema=None) as batch_op:
        batch_op.create_index("ix_text_message_agency_id_at", ["agency_id", "at", "id"], unique=False)
        batch_op.create_index("ix_text_message_number_at", ["number", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_text_message_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_text_message_ticket_id"), ["ticket_id"], unique=False)

    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("texts_for_all", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.drop_column("texts_for_all")

    op.drop_table("enclosure")
    with op.batch_alter_table("text_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_text_message_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_text_message_state"))
        batch_op.drop_index("ix_text_message_number_at")
        batch_op.drop_index("ix_text_message_agency_id_at")

    op.drop_table("text_message")
    op.drop_table("text_stop")
