"""The schema's way up and down, step by step, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError

from callcenter import schema
from callcenter.db import Base, Database

SCRIPTS = ScriptDirectory.from_config(Config(schema.INI))
STEPS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    database = Database(empty_database_url)
    yield database.engine
    database.dispose()


def shape(engine: Engine) -> dict[str, object]:
    """Each table's columns, keys and indexes, in words that can be compared."""
    look = inspect(engine)
    return {
        table: (
            sorted((one["name"], str(one["type"]), one["nullable"]) for one in look.get_columns(table)),
            sorted((one["name"] or "") for one in look.get_foreign_keys(table)),
            sorted((one["name"] or "") for one in look.get_unique_constraints(table)),
            sorted((one["name"] or "") for one in look.get_check_constraints(table)),
            sorted((one["name"] or "") for one in look.get_indexes(table)),
        )
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def test_there_is_one_line_of_migrations() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1


def test_each_step_goes_up_down_and_up_again(engine: Engine) -> None:
    before = shape(engine)
    for revision, former in zip(STEPS, ["base", *STEPS], strict=False):
        schema.upgrade(engine, revision)
        after = shape(engine)
        schema.downgrade(engine, former)
        assert shape(engine) == before, f"{revision} does not undo itself"
        schema.upgrade(engine, revision)
        assert shape(engine) == after, f"{revision} is another one the second time"
        before = after
    assert schema.is_current(engine)


def test_all_the_way_down_leaves_no_table(engine: Engine) -> None:
    schema.upgrade(engine)
    schema.downgrade(engine, "base")
    assert shape(engine) == {}
    assert not schema.is_current(engine)


def test_the_migrated_schema_is_the_models(engine: Engine) -> None:
    """What production migrates to is what the tests create."""
    Base.metadata.create_all(engine)
    created = shape(engine)
    Base.metadata.drop_all(engine)
    schema.upgrade(engine)
    assert shape(engine) == created
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_open_call_backs_of_one_number_become_one(engine: Engine) -> None:
    """0003 keeps the oldest with what is most urgent of all of them."""
    schema.upgrade(engine, "0002")
    with engine.begin() as connection:
        for statement in _CALL_BACKS:
            connection.exec_driver_sql(statement)
    schema.upgrade(engine, "0003")
    with engine.connect() as connection:
        owed = connection.exec_driver_sql(
            "SELECT id, attempts, emergency, status FROM obligation ORDER BY id"
        )
        assert [tuple(row) for row in owed] == [
            (1, 2, True, "open"),
            (3, 1, False, "open"),
            (4, 1, False, "done"),
        ]
        times = "SELECT due_at = escalate_at, last_tried_at > opened_at FROM obligation WHERE id = 1"
        assert tuple(connection.exec_driver_sql(times).one()) == (True, True)
        links = connection.exec_driver_sql("SELECT call_id, obligation_id FROM obligation_call ORDER BY 1")
        assert [tuple(row) for row in links] == [(1, 1), (2, 1), (3, 3), (4, 4)]
        facts = connection.exec_driver_sql("SELECT fact FROM outbox").scalars().all()
        assert facts == ["obligation-opened:1:officer:none"]


_AT = "2026-03-02 08:0{}:00+00:00"
_CALL = (
    "INSERT INTO call (id, provider, key, node, channel, dialled, agency_id, caller_kind, caller_number,"
    " language, emergency, unrecorded, flow, cursor, turn, offered_at) VALUES ({0}, 'asterisk', 'k{0}',"
    " 'n', 'c', 'd', 1, 'e164', '{1}', 'id', false, false, 'hotline', '{{}}', '{{}}', '{2}')"
)
_OWED = (
    "INSERT INTO obligation (id, call_id, agency_id, caller_number, reason, emergency, opened_at, due_at,"
    " status) VALUES ({0}, {0}, 1, '{1}', 'abandoned', {2}, '{3}', '{4}', '{5}')"
)
_OWED_JOB = (
    "INSERT INTO outbox (kind, fact, payload, created_at, due_at, attempts) VALUES ('notify_obligation',"
    " 'obligation-opened:{0}:officer:none', '{{}}', '{1}', '{1}', 0)"
)
_CALL_BACKS = (
    "INSERT INTO agency (id, code, name, tier, active_from) VALUES (1, 'a', 'A', 'dinas', '2020-01-01')",
    *(_CALL.format(one, f"+62{one // 3}", _AT.format(one)) for one in (1, 2, 3, 4)),
    _OWED.format(1, "+620", "false", _AT.format(1), _AT.format(8), "open"),
    _OWED.format(2, "+620", "true", _AT.format(2), _AT.format(6), "open"),
    _OWED.format(3, "+621", "false", _AT.format(3), _AT.format(8), "open"),
    _OWED.format(4, "+621", "false", _AT.format(4), _AT.format(8), "done"),
    *(_OWED_JOB.format(one, _AT.format(1)) for one in (1, 2)),
)


def test_a_decision_keeps_the_number_that_was_logged_with_it(engine: Engine) -> None:
    """0014: a line that was renumbered since is not what was decided."""
    schema.upgrade(engine, "0013")
    with engine.begin() as connection:
        for statement in _DECISIONS:
            connection.exec_driver_sql(statement)
    schema.upgrade(engine, "0014")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, number, stay FROM line_decision ORDER BY id")
        assert [tuple(row) for row in rows] == [(1, "+621", 0), (2, "+621", 0), (3, "+622", 0)]
        assert connection.exec_driver_sql("SELECT stay FROM line").scalars().all() == [0, 0]


_LINE = (
    "INSERT INTO line (id, agency_id, number, provider, flow, active_from)"
    " VALUES ({}, 1, '{}', '{}', 'hotline', '2020-01-01')"
)
_DECIDED = "INSERT INTO line_decision (id, line_id, \"on\", reason, at) VALUES ({0}, {1}, true, 'SK', '{2}')"
_LOGGED = (
    "INSERT INTO access_log (at, action, subject, address) VALUES ('{1}', 'line_on', 'line:{0}:{2}', 'x')"
)
_DECISIONS = (
    _CALL_BACKS[0],
    _LINE.format(1, "+621", "twilio"),
    _LINE.format(11, "+622", "twilio"),
    _DECIDED.format(1, 1, _AT.format(1)),
    _DECIDED.format(2, 11, _AT.format(2)),
    _DECIDED.format(3, 11, _AT.format(3)),
    _LOGGED.format(1, _AT.format(1), "+621"),
    _LOGGED.format(1, _AT.format(2), "+629"),
    _LOGGED.format(11, _AT.format(2), "+621"),
)


def test_lines_that_share_a_number_are_named_and_kept(engine: Engine) -> None:
    """0015 leaves it to a person which one is right."""
    schema.upgrade(engine, "0014")
    shared = [_LINE.format(1, "70001", "asterisk"), _LINE.format(2, "70001", "twilio")]
    with engine.begin() as connection:
        for statement in (_CALL_BACKS[0], *shared, _LINE.format(3, "70003", "twilio")):
            connection.exec_driver_sql(statement)
    with pytest.raises(schema.UpgradeError) as refused:
        schema.upgrade(engine, "0015")
    assert "line 1: 70001 on asterisk, agency a" in str(refused.value)
    assert "line 2: 70001 on twilio, agency a" in str(refused.value)
    assert "70003" not in str(refused.value)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM line").scalar_one() == 3
        connection.exec_driver_sql("UPDATE line SET number = '70002' WHERE id = 2")  # as it says
    schema.upgrade(engine, "0015")
    with engine.begin() as connection, pytest.raises(IntegrityError):
        connection.exec_driver_sql(_LINE.format(4, "70001", "twilio"))


def test_an_upgrade_of_a_current_schema_changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    first = shape(engine)
    schema.upgrade(engine)
    assert shape(engine) == first
