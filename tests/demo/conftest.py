import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.demo import Estate, write_estate
from tests.demo.taken import Lake

UNTIL = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """The last twelve days of the demo city, at 0.75 % of a real city's volume."""
    return write_estate(Path(tmp_path_factory.mktemp("city")) / "demo", until=UNTIL, days=12, scale=0.0075)


@pytest.fixture(scope="session")
def lake(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """All of it, extracted."""
    return Lake(estate, Path(tmp_path_factory.mktemp("city")))
