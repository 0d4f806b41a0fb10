"""Keep who switched a line on Twilio on or off, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from callcenter.db import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "line_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_line_decision_account_id_account")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_line_decision_line_id_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_decision")),
    )
    with op.batch_alter_table("line_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_decision_line_id"), ["line_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("line_decision")
