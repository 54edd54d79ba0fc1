"""What another account of the host may write is not executed, and it may enter nothing of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
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


def _opened_by_nobody(folder: Path) -> list[str]:
    """Return what an account outside of the group can read below a folder: names in folders, and contents."""
    script = """
import os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
for folder, folders, files in os.walk(sys.argv[1]):
    for name in files:
        try:
            open(os.path.join(folder, name), "rb").read(1)
        except OSError:
            continue
        print(os.path.join(folder, name))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(folder)], capture_output=True, text=True, check=True, cwd="/"
    )
    return done.stdout.splitlines()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another account")
def test_another_account_reads_nothing_of_a_site_that_was_filled(tmp_path: Path) -> None:
    script = """
import datetime as dt, os, sys
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
os.umask(0o027)  # as the program sets it
from ntanalytics import event_log
from ntanalytics.extraction import Extractor
from ntanalytics.temporary_files import temporary_folder
from tests.faults.town import Town
town, day = Town(Path(sys.argv[1])), dt.date(2026, 11, 24)
town.fill([day])
town.settings.outputs.mkdir()
event_log.begin(lambda: town.settings.outputs)
event_log.record("begun")
Extractor(town.settings, town.ledger).extract(["sms.messages"], day, day)
with temporary_folder(town.home) as folder:
    (folder / "k.json").touch()
    os.kill(os.getpid(), 9)
"""
    home = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        home.chmod(0o755)
        subprocess.run([sys.executable, "-c", script, str(home)], check=False)
        own = {path.relative_to(home).parts[0] for path in home.rglob("*") if path.is_file()}
        assert {"lake", "ledger.sqlite", "outputs", "shop.sqlite"} <= own
        assert any(name.startswith("nta-run-") for name in own)
        assert (home / "lake" / ".pseudonym.key").is_file()
        assert _opened_by_nobody(home) == []
    finally:
        shutil.rmtree(home)
