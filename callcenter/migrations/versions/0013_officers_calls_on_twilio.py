"""Keep which Twilio call an officer's leg is, and when the officer accepted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from callcenter.db import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("leg", sa.Column("provider_key", sa.String(), nullable=True))
    op.add_column("leg", sa.Column("accepted_at", UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("leg", schema=None) as batch_op:
        batch_op.drop_column("accepted_at")
        batch_op.drop_column("provider_key")
