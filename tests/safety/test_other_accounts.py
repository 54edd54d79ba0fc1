"""What another account of the host may write is not executed, and it may enter nothing of ours."""

from __future__ import annotations

import os
import subprocess
import time
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
    folder = socket_folder(20)
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.rmdir()


def test_the_folder_of_a_killed_process_is_swept_a_day_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    process = subprocess.Popen(["true"])
    process.wait()
    old = time.time() - 2 * 86_400
    names = {
        f"nta-{process.pid}-abandoned": True,
        f"nta-{os.getpid()}-alive": False,
        f"nta-{process.pid}x-other": False,
        "nta-figures-x": False,
    }
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "k-ipc-1").touch()
        os.utime(tmp_path / name, (old, old))
    (tmp_path / f"nta-{process.pid}-young").mkdir()
    new = socket_folder(20)
    kept = {path.name for path in tmp_path.iterdir()} - {new.name}
    assert kept == {name for name, is_swept in names.items() if not is_swept} | {f"nta-{process.pid}-young"}
