"""What the tests of services begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from callcenter.db import Database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A transaction on a fresh database of each kind."""
    with database.transaction() as session:
        yield session
