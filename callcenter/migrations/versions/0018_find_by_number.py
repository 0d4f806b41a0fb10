"""Find tickets by a citizen's number, messages by their officer, texts by their time."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_caller_number_id", ["caller_number", "id"], unique=False)
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notification_officer_id_started_at", ["officer_id", "started_at"], unique=False
        )
    with op.batch_alter_table("text_message", schema=None) as batch_op:
        batch_op.create_index("ix_text_message_at_id", ["at", "id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("text_message", schema=None) as batch_op:
        batch_op.drop_index("ix_text_message_at_id")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_officer_id_started_at")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_caller_number_id")
