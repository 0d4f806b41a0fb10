"""Owe one call-back a caller and agency, escalate it, and mark nuisance numbers."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OPEN = sa.text("status = 'open'")
_LIVE = sa.text("status IN ('proposed', 'active')")
_OBLIGATION = sa.table(
    "obligation",
    *[
        sa.column(name)
        for name in (
            "id",
            "call_id",
            "agency_id",
            "caller_number",
            "emergency",
            "attempts",
            "opened_at",
            "last_tried_at",
            "due_at",
            "escalate_at",
            "status",
        )
    ],
)
_LINK = sa.table("obligation_call", sa.column("call_id"), sa.column("obligation_id"))
_OUTBOX = sa.table("outbox", sa.column("fact"), sa.column("done_at"))


def upgrade() -> None:
    """Go forward; several open call-backs of one number become its oldest one."""
    _widen_obligation()
    op.create_table(
        "obligation_call",
        sa.Column("call_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("obligation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_obligation_call_call_id_call")),
        sa.ForeignKeyConstraint(
            ["obligation_id"], ["obligation.id"], name=op.f("fk_obligation_call_obligation_id_obligation")
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_obligation_call")),
    )
    with op.batch_alter_table("obligation_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_obligation_call_obligation_id"), ["obligation_id"], unique=False)
    _fill()
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.alter_column("last_tried_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.create_index(
            "uq_obligation_open",
            ["agency_id", "caller_number"],
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.add_column(sa.Column("obligation_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_notification_obligation_id"), ["obligation_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_notification_obligation_id_obligation"), "obligation", ["obligation_id"], ["id"]
        )
    _create_marks()


def downgrade() -> None:
    """Go back; only the first call of each call-back stays with it."""
    op.drop_table("nuisance_mark")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_notification_obligation_id_obligation"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_notification_obligation_id"))
        batch_op.drop_column("obligation_id")
    op.drop_table("obligation_call")
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_obligation_fulfilled_by_id_call"), type_="foreignkey")
        batch_op.drop_index("uq_obligation_open", sqlite_where=_OPEN, postgresql_where=_OPEN)
        batch_op.drop_index(batch_op.f("ix_obligation_escalate_at"))
        for name in ("fulfilled_by_id", "escalate_at", "escalated_at", "level", "last_tried_at"):
            batch_op.drop_column(name)
        batch_op.drop_column("attempts")
        batch_op.drop_column("lowered")


def _widen_obligation() -> None:
    time = sa.DateTime(timezone=True)
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lowered", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("attempts", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("last_tried_at", time, nullable=True))
        batch_op.add_column(sa.Column("level", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("escalated_at", time, nullable=True))
        batch_op.add_column(sa.Column("escalate_at", time, nullable=True))
        batch_op.add_column(sa.Column("fulfilled_by_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_obligation_escalate_at"), ["escalate_at"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_obligation_fulfilled_by_id_call"), "call", ["fulfilled_by_id"], ["id"]
        )


def _fill() -> None:
    connection, at = op.get_bind(), _OBLIGATION.c
    connection.execute(sa.update(_OBLIGATION).values(last_tried_at=at.opened_at))
    connection.execute(sa.update(_OBLIGATION).where(at.status == "open").values(escalate_at=at.due_at))
    copied = sa.select(at.call_id, at.id)
    connection.execute(sa.insert(_LINK).from_select(["call_id", "obligation_id"], copied))
    for first, others in _doubled(connection):
        _merge(connection, first, others)


def _doubled(connection: sa.Connection) -> Iterator[tuple[int, list[int]]]:
    """Find the numbers to which an agency owes more than one call-back."""
    at = _OBLIGATION.c
    open_ones = sa.select(at.id, at.agency_id, at.caller_number).where(
        at.status == "open", at.caller_number.is_not(None)
    )
    found: dict[tuple[int, str], list[int]] = {}
    for one, agency, number in connection.execute(open_ones.order_by(at.id)).all():
        found.setdefault((agency, number), []).append(one)
    return ((ids[0], ids[1:]) for ids in found.values() if len(ids) > 1)


def _merge(connection: sa.Connection, first: int, others: list[int]) -> None:
    at = _OBLIGATION.c
    urgent = sa.select(at.id).where(at.id.in_([first, *others]), at.emergency)
    bounds = sa.select(sa.func.min(at.due_at), sa.func.max(at.opened_at)).where(at.id.in_([first, *others]))
    due_at, last_tried_at = connection.execute(bounds).one()
    merged = {
        "emergency": connection.execute(urgent).first() is not None,
        "attempts": 1 + len(others),
        "last_tried_at": last_tried_at,
        "due_at": due_at,
        "escalate_at": due_at,
    }
    connection.execute(sa.update(_OBLIGATION).where(at.id == first).values(**merged))
    links = sa.update(_LINK).where(_LINK.c.obligation_id.in_(others))
    connection.execute(links.values(obligation_id=first))
    for one in others:  # what was owed for it and is not sent yet would look for it in vain
        fact = _OUTBOX.c.fact.like(f"obligation-opened:{one}:%")
        connection.execute(sa.delete(_OUTBOX).where(fact, _OUTBOX.c.done_at.is_(None)))
    connection.execute(sa.delete(_OBLIGATION).where(at.id.in_(others)))


def _create_marks() -> None:
    time, account = sa.DateTime(timezone=True), ("proposed_by_id", "set_by_id", "reviewed_by_id")
    op.create_table(
        "nuisance_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("proposed_at", time, nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("set_at", time, nullable=True),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", time, nullable=True),
        sa.Column("reviewed_at", time, nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("review_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_nuisance_mark_call_id_call")),
        *[
            sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_nuisance_mark_{name}_account"))
            for name in account
        ],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nuisance_mark")),
    )
    with op.batch_alter_table("nuisance_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nuisance_mark_number"), ["number"], unique=False)
        batch_op.create_index(
            "uq_nuisance_mark_live",
            ["number"],
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        )
