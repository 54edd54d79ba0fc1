"""The small demo city with four weeks in its lake, and a workspace over it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.workspace import Workspace, open_workspace
from tests.city import copy_city
from tests.gaps.site import GapSite

#: The first day of which the lake holds anything of what the explorers show.
BEGIN = dt.date(2026, 10, 26)


@pytest.fixture(scope="session")
def config(written_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = GapSite(copy_city(written_city, tmp_path_factory.mktemp("explored")).estate.directory)
    for dataset in ("oa.activities", "sms.messages"):
        site.forget(dataset, dt.date(2000, 1, 1), BEGIN - dt.timedelta(days=1))
    return site.config


@pytest.fixture
def workspace(config: Path) -> Workspace:
    return open_workspace(config)
