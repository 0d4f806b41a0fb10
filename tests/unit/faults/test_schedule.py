"""A seed's faults: the same again, spread out, every kind in its turn."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults import schedule
from tests.faults.schedule import BOTH, SLOWEST

SEEDS = st.integers(0, 10**6)
DATABASES = st.sampled_from(BOTH)


@given(SEEDS, DATABASES)
def test_a_seed_draws_the_same_again(seed: int, database: str) -> None:
    kinds = schedule.of(database)
    assert schedule.draw(seed, kinds, 40, 500) == schedule.draw(seed, kinds, 40, 500)
    assert schedule.draw_short(seed, kinds, 80) == schedule.draw_short(seed, kinds, 80)


@given(SEEDS, DATABASES, st.integers(1, 120))
def test_kinds_come_equally_often(seed: int, database: str, faults: int) -> None:
    kinds = schedule.of(database)
    plan = schedule.draw(seed, kinds, faults, 2000)
    times = Counter(one.kind for one in plan)
    assert len(plan) == faults
    assert max(times.values()) - min(times[kind] for kind in kinds) <= 1


@given(SEEDS, DATABASES)
def test_faults_begin_one_after_the_other_while_people_call(seed: int, database: str) -> None:
    plan = schedule.draw(seed, schedule.of(database), 100, 1500)
    begins = [one.at for one in plan]
    assert begins == sorted(begins)
    assert begins[0] >= schedule.BEGIN
    assert begins[-1] < 1500


@given(SEEDS, DATABASES)
def test_a_fault_lasts_as_long_as_its_kind_may(seed: int, database: str) -> None:
    for one in schedule.draw(seed, schedule.of(database), 60, 1000):
        shortest, longest = one.kind.seconds
        assert shortest - 0.01 <= one.until - one.at <= longest + 0.01


@given(SEEDS, DATABASES)
def test_a_short_run_meets_every_target_once(seed: int, database: str) -> None:
    kinds = schedule.of(database)
    plan = schedule.draw_short(seed, kinds, 80)
    targets = [one.kind.target for one in plan]
    assert sorted(targets) == sorted({kind.target for kind in kinds})
    assert set(targets[: len(SLOWEST)]) == set(SLOWEST)


@pytest.mark.parametrize("database", BOTH)
def test_every_process_is_killed_frozen_and_restarted(database: str) -> None:
    names = {kind.name for kind in schedule.of(database)}
    wanted = {f"{action} {one}" for action in ("kill", "freeze", "restart") for one in schedule.PROCESSES}
    assert wanted <= names
    assert ("kill postgresql" in names) == (database == "postgresql")
