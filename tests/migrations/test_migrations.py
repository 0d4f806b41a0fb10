"""The schema's way up and down, step by step, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

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


def test_an_upgrade_of_a_current_schema_changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    first = shape(engine)
    schema.upgrade(engine)
    assert shape(engine) == first
