"""A site whose report of a day is issued and delivered, and its backup."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from ntanalytics.extraction.pseudonym import site_key
from ntanalytics.operations.backup.backing_up import BackupResult, back_up
from tests.faults.town import Town

DAY = dt.date(2026, 11, 24)
NEXT = DAY + dt.timedelta(days=1)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
A_DAY = dt.timedelta(days=1)


@pytest.fixture(scope="session")
def living_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("living")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTANALYTICS_CHROMIUM", "")
        town = Town(folder)
        town.fill([DAY])
        town.fill([NEXT], 2)
        assert [each.status for each in town.due(EIGHT)] == ["issued"]
        site_key(town.settings.lake)
    return folder


@pytest.fixture
def town(living_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    shutil.copytree(living_site, tmp_path / "first" / "town")
    town = Town(tmp_path / "first" / "town")
    # as if it had always been there
    moved = f"UPDATE runs SET path = replace(path, '{living_site}', '{town.home}')"
    with town.ledger._engine.begin() as connection:
        connection.exec_driver_sql(moved)
    return town


def backed_up(town: Town, address: Path | str) -> BackupResult:
    """Back the site up, with its keys beside."""
    return back_up(town.context(EIGHT), str(address), keys=town.home.parent / "keys")


def furnish(living_site: Path, home: Path) -> Town:
    """Give a restored site what is not its own: the shop, the notebooks, the shares; empty ones."""
    shutil.copytree(living_site / "notebooks", home / "notebooks")
    shutil.copy(living_site / "shop.sqlite", home / "shop.sqlite")
    for share in ("share", "duty"):
        (home / share).mkdir()
    return Town(home)
