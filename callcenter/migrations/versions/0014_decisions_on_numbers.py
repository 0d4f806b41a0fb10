"""Keep for which number, and for which stay of it with its provider, a line was switched on or off.

The number is the one that was logged with the decision. Whether a line left its provider and came back
before this was kept nowhere: such a line stays as it was decided.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = (
    "UPDATE line_decision SET number = COALESCE("
    "(SELECT substr(access_log.subject, length('line:' || line_decision.line_id || ':') + 1) FROM access_log"
    " WHERE access_log.action IN ('line_on', 'line_off') AND access_log.at = line_decision.at"
    " AND access_log.subject LIKE 'line:' || line_decision.line_id || ':%' ORDER BY access_log.id LIMIT 1),"
    " (SELECT line.number FROM line WHERE line.id = line_decision.line_id))"
)
"""Each decision was logged as of ``line:ID:NUMBER`` at its own time; one that was not is of the present number."""


def upgrade() -> None:
    """Go forward."""
    op.add_column("line", sa.Column("stay", sa.Integer(), server_default="0", nullable=False))
    op.add_column("line_decision", sa.Column("number", sa.String(), server_default="", nullable=False))
    op.add_column("line_decision", sa.Column("stay", sa.Integer(), server_default="0", nullable=False))
    op.execute(NUMBER)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("line_decision", schema=None) as batch_op:
        batch_op.drop_column("stay")
        batch_op.drop_column("number")
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.drop_column("stay")
