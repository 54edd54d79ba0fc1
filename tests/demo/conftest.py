import datetime as dt
from collections.abc import Callable

import pytest

from ntanalytics.demo import Estate, write_estate
from tests.demo.taken import Lake

UNTIL = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def estate(once: Callable[..., Estate]) -> Estate:
    """The last twelve days of the demo city, at 0.75 % of a real city's volume."""
    return once("demo", lambda folder: write_estate(folder / "city", until=UNTIL, days=12, scale=0.0075))


@pytest.fixture(scope="session")
def lake(estate: Estate, once: Callable[..., Lake]) -> Lake:
    """All of it, extracted."""
    return once("demo-lake", lambda folder: Lake(estate, folder))
