"""Let a number be one line's, on whichever provider: also when two people add it at the same moment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from callcenter.schema import UpgradeError

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TAKEN_TWICE = sa.text(
    "SELECT line.id, line.number, line.provider, agency.code FROM line JOIN agency ON agency.id = line.agency_id"
    " WHERE line.number IN (SELECT number FROM line GROUP BY number HAVING COUNT(*) > 1)"
    " ORDER BY line.number, line.id"
)

REFUSED = """\
a number can be one line's only, and these share theirs:
{lines}
A call to it comes by one provider. Of each number keep the line that is right, and give every other one
another number: UPDATE line SET number = '<number>' WHERE id = <line>; then upgrade again.
Nothing was changed by this step."""


def upgrade() -> None:
    """Go forward; raises ``UpgradeError`` that names the lines which share a number."""
    rows = op.get_bind().execute(TAKEN_TWICE).all()
    if rows:
        lines = "\n".join(
            f"  line {id_}: {number} on {provider}, agency {code}" for id_, number, provider, code in rows
        )
        raise UpgradeError(REFUSED.format(lines=lines))
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.drop_constraint("uq_line_provider_number", type_="unique")
        batch_op.create_unique_constraint("uq_line_number", ["number"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.drop_constraint("uq_line_number", type_="unique")
        batch_op.create_unique_constraint("uq_line_provider_number", ["provider", "number"])
