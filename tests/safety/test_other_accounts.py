"""What another account of the host may write is not executed, and it may enter nothing of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntanalytics.catalog import site_catalog
from ntanalytics.errors import SettingsError
from ntanalytics.kernels.sockets import socket_folder
from ntanalytics.runner.notebooks import load_report
from tests.faults.town import Town


@pytest.mark.parametrize("path", ["queries", "queries/shop", "queries/shop/sms.messages.sql"])
def test_mappings_that_every_account_may_write_are_refused(tmp_path: Path, path: str) -> None:
    town = Town(tmp_path)
    assert "shop" in site_catalog(town.settings.queries)
    place = tmp_path / path
    place.chmod(place.stat().st_mode | 0o002)
    with pytest.raises(SettingsError, match="every account") as refused:
        site_catalog(town.settings.queries)
    assert refused.value.where == str(place)


@pytest.mark.parametrize("path", ["notebooks", "notebooks/probe.ipynb"])
def test_notebooks_that_every_account_may_write_are_refused(tmp_path: Path, path: str) -> None:
    town = Town(tmp_path)
    assert load_report("probe", town.notebooks).title
    place = tmp_path / path
    place.chmod(place.stat().st_mode | 0o002)
    with pytest.raises(SettingsError, match="every account"):
        load_report("probe", town.notebooks)


def test_the_sockets_of_kernels_are_in_a_folder_of_this_account_alone() -> None:
    with socket_folder(20) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
