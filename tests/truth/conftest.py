"""The demo cities of two seeds, each written and extracted once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache

import pytest

from ntanalytics.demo.incidents.default_script import DEFAULT_SEED
from tests.truth.city import City, Plan
from tests.truth.old_cases import with_old_cases

PLANS = (
    Plan(DEFAULT_SEED, dt.date(2026, 11, 22), 49, "2026-W47", "2026-11-20"),
    # from the first of October on, so that a whole month is there
    Plan(7, dt.date(2026, 11, 29), 60, "2026-W48", "2026-11-27"),
)

SCALE = 0.005


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Plan], City]:
    """Return the function from a plan to its city, which is written once."""
    return cache(lambda plan: City.write(tmp_path_factory.mktemp("truth") / "city", plan, SCALE))


@pytest.fixture(scope="session", params=PLANS, ids=lambda plan: f"seed-{plan.seed}")
def two_cities(request: pytest.FixtureRequest, written: Callable[[Plan], City]) -> City:
    """Each of the two cities."""
    return written(request.param)


@pytest.fixture(scope="session")
def old_city(written: Callable[[Plan], City], tmp_path_factory: pytest.TempPathFactory) -> City:
    """The first city with cases that are older than any report looks back."""
    return with_old_cases(written(PLANS[0]), tmp_path_factory.mktemp("truth") / "old")
