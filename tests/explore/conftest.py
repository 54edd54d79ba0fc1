"""A small demo city with the explorers' data in its lake, and a workspace over it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.demo import write_estate
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load
from ntanalytics.workspace import Workspace, open_workspace

UNTIL = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    estate = write_estate(tmp_path_factory.mktemp("city"), until=UNTIL, days=28, scale=0.002)
    settings = load(estate.config)
    extractor = Extractor(settings, Ledger(settings.ledger), clock=estate.clock)
    for dataset in ("oa.activities", "sms.messages"):
        extractor.extract([dataset], estate.first, UNTIL)
    extractor.extract(["identity.units", "oa.members"], UNTIL + dt.timedelta(days=1), UNTIL + dt.timedelta(days=1))
    return estate.config


@pytest.fixture
def workspace(config: Path) -> Workspace:
    return open_workspace(config)
