"""Keep the numbers that exchanges gave alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("provisional", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("provisional_pin_hash", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_ticket_provisional"), ["provisional"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_provisional"))
        batch_op.drop_column("provisional_pin_hash")
        batch_op.drop_column("provisional")
