"""Keep the rosters that agencies are given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from callcenter.db import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "roster_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_roster_version_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_roster_version_agency_id_agency")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_version")),
    )
    with op.batch_alter_table("roster_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_version_agency_id"), ["agency_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_table("roster_version")
