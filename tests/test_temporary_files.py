"""Temporary files of a killed process are removed by the next one, and nobody else's are touched."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ntanalytics.temporary_files import PREFIX, own_temporary_files, sweep, temporary_folder

#: Writes into the temporary files as libraries do, says so, and waits for its end.
WORKS = """
import sys, tempfile
from ntanalytics.temporary_files import own_temporary_files, temporary_folder
with own_temporary_files(), temporary_folder() as sockets:
    tempfile.mkstemp()
    tempfile.mkdtemp()
    (sockets / "k.json").touch()
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def tmpdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _begin() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", WORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_what_a_killed_process_leaves_is_removed_by_the_next_and_a_living_one_keeps_its_own(tmpdir: Path) -> None:
    killed, living = _begin(), _begin()
    assert len(list(tmpdir.glob("*"))) == 2
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    before = set(tmpdir.iterdir())
    with own_temporary_files():
        assert len(before & set(tmpdir.iterdir())) == 1
        assert Path(tempfile.gettempdir()).parent == tmpdir
    assert len(list(next(iter(tmpdir.iterdir())).rglob("k.json"))) == 1
    living.communicate()
    assert living.returncode == 0
    assert list(tmpdir.iterdir()) == []


def test_links_and_files_of_that_name_stay(tmpdir: Path) -> None:
    target = tmpdir / "elsewhere"
    target.mkdir()
    (target / "kept").touch()
    (tmpdir / f"{PREFIX}link").symlink_to(target)
    (tmpdir / f"{PREFIX}file").touch()
    (tmpdir / "nta-other").mkdir()
    sweep(tmpdir)
    assert {path.name for path in tmpdir.iterdir()} == {"elsewhere", f"{PREFIX}link", f"{PREFIX}file", "nta-other"}
    assert (target / "kept").exists()


@pytest.mark.parametrize("is_opened", [False, True], ids=["before it was opened", "before it was locked"])
def test_a_folder_that_was_removed_is_made_again(
    tmpdir: Path, monkeypatch: pytest.MonkeyPatch, is_opened: bool
) -> None:
    made = []
    makes = tempfile.mkdtemp

    def remove(*_: object) -> None:
        if Path(made[0]).exists():
            Path(made[0]).rmdir()

    def mkdtemp(**given: str) -> str:
        made.append(makes(**given))
        if len(made) == 1 and is_opened:
            monkeypatch.setattr("fcntl.flock", remove)
        elif len(made) == 1:
            remove()
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    with temporary_folder(tmpdir) as folder:
        assert [str(folder)] == made[1:]
