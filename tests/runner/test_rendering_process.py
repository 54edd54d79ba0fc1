"""Renderings by a process of their own: the same files, and nobody waits for one that has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ntanalytics.errors import PublishError
from ntanalytics.reports.verification import verify_renderings
from ntanalytics.runner import rendering_process
from ntanalytics.runner.evidence import RunIdentity
from ntanalytics.runner.executed_notebook import read_notebook
from ntanalytics.runner.rendering import render_all
from ntanalytics.runner.rendering_process import RenderingProcess
from tests.desk import Desk
from tests.process_end import has_ended

RUN = RunIdentity("run-1", "probe", "2026-W47", {}, "2026-W47")
SHOWN = """
import pandas as pd
from ntanalytics.reports import table
table(pd.DataFrame({"unit": ["<b>=1+1</b>"]}), "表", id="own")
"""


@pytest.fixture
def executed(desk: Desk) -> Path:
    """The executed notebook of a published report."""
    desk.write(SHOWN)
    desk.run()
    return desk.published / "report.ipynb"


@pytest.fixture
def renderer() -> Iterator[RenderingProcess]:
    with RenderingProcess() as process:
        yield process


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def _by_process(renderer: RenderingProcess, executed: Path, folder: Path) -> dict[str, bytes]:
    record, left_out = renderer.render_all(read_notebook(executed), folder, RUN)
    verify_renderings(record, folder)
    assert left_out == {}
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _here(executed: Path, folder: Path) -> dict[str, bytes]:
    render_all(read_notebook(executed), folder, RUN, progress=lambda what, amount: None, pending=None)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test fail where the files are written by this process."""
    monkeypatch.setattr(rendering_process, "write_and_verify", lambda *_: pytest.fail("it was rendered here"))


def test_the_files_are_those_that_this_process_writes(
    renderer: RenderingProcess, executed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = _here(executed, _folder(tmp_path, "here"))
    _not_here(monkeypatch)
    assert {"report.ipynb", "report.html", "report.xlsx"} <= here.keys()
    for turn in range(2):
        assert _by_process(renderer, executed, _folder(tmp_path, f"turn {turn}")) == here


def test_of_a_process_that_was_killed_the_files_are_written_here(
    renderer: RenderingProcess, executed: Path, tmp_path: Path
) -> None:
    os.kill(renderer.pid, signal.SIGKILL)
    for turn in range(2):
        assert _by_process(renderer, executed, _folder(tmp_path, f"turn {turn}")) == _here(
            executed, _folder(tmp_path, f"here {turn}")
        )


def test_what_cannot_be_rendered_is_told_and_the_next_report_is_rendered(
    renderer: RenderingProcess, executed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = _folder(tmp_path, "blocked")
    (blocked / "report.html").mkdir()
    with pytest.raises(PublishError, match="Is a directory"):
        renderer.render_all(read_notebook(executed), blocked, RUN)
    _not_here(monkeypatch)
    assert "report.html" in _by_process(renderer, executed, _folder(tmp_path, "next"))


def test_it_ends_with_its_supervisor_and_when_it_is_not_wanted_any_more() -> None:
    with RenderingProcess() as process:
        pass
    assert not psutil.pid_exists(process.pid)
    program = (
        "import sys; from ntanalytics.runner.rendering_process import RenderingProcess;"
        "print(RenderingProcess().pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        pid = int(supervisor.stdout.readline())
        assert psutil.pid_exists(pid)
        supervisor.kill()
    assert has_ended(pid)
