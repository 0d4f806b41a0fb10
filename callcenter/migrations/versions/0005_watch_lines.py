"""Watch lines: test calls, members, who is out of reach."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "line_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("call_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_line_check_line_id_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_check")),
        sa.UniqueConstraint("call_key", name=op.f("uq_line_check_call_key")),
    )
    with op.batch_alter_table("line_check", schema=None) as batch_op:
        batch_op.create_index("ix_line_check_line_id_node", ["line_id", "node", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_line_check_passed"), ["passed"], unique=False)
    op.create_table(
        "node_state",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_node_state")),
    )
    op.create_table(
        "member_state",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("interface", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("node", "interface", name=op.f("pk_member_state")),
    )
    op.create_table(
        "unreachable",
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_unreachable_agency_id_agency")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_unreachable")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("unreachable")
    op.drop_table("member_state")
    op.drop_table("node_state")
    with op.batch_alter_table("line_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_line_check_passed"))
        batch_op.drop_index("ix_line_check_line_id_node")
    op.drop_table("line_check")
