"""Keep which Twilio call an officer's leg is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("leg", sa.Column("provider_key", sa.String(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("leg", schema=None) as batch_op:
        batch_op.drop_column("provider_key")
