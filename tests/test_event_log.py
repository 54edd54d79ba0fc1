"""The site's log: whole lines of several processes, with the run's id, without secrets, a bounded number of files."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from ntanalytics import event_log
from ntanalytics.cli import app
from ntanalytics.redaction import register_secret
from tests.faults.town import Town

#: Writes long events as fast as it can.
WRITES = """
import sys
from pathlib import Path
from ntanalytics import event_log
event_log.begin(lambda: Path(sys.argv[1]))
for number in range(200):
    with event_log.bound(run_id=sys.argv[2]):
        event_log.record("written", number=number, text=sys.argv[2] * 5000)
"""


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    yield
    event_log.begin(lambda: None)
    structlog.reset_defaults()


def events(outputs: Path) -> list[dict[str, Any]]:
    lines = [line for path in (outputs / ".logs").glob("*.jsonl") for line in path.read_text("utf-8").split("\n")[:-1]]
    return [json.loads(line) for line in lines]


def test_the_lines_of_several_processes_stay_whole(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITES, tmp_path, name]) for name in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    found = events(tmp_path)
    for name in "ab":
        own = [event for event in found if event["run_id"] == name]
        assert [event["number"] for event in own] == list(range(200))
        assert {event["text"] for event in own} == {name * 5000}
    [file] = (tmp_path / ".logs").iterdir()
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_hostile_event_is_one_line_without_secrets_that_no_terminal_obeys(tmp_path: Path) -> None:
    register_secret("hunter2-hunter2")
    event_log.begin(lambda: tmp_path)
    event_log.record("failed", "error", error='x\n{"event": "forged"}\x1b[2J\u202e\u2028市 hunter2-hunter2')
    [event] = events(tmp_path)
    assert event["error"] == 'x\n{"event": "forged"}\x1b[2J\u202e\u2028市 ***'
    [path] = (tmp_path / ".logs").iterdir()
    assert path.read_text(encoding="utf-8")[:-1].isprintable()


def test_a_log_that_cannot_be_written_stops_nothing_and_no_link_is_followed(tmp_path: Path) -> None:
    event_log.begin(lambda: tmp_path / "outputs")
    event_log.record("no outputs yet")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / ".logs").symlink_to(tmp_path / "elsewhere")
    event_log.record("a link")
    (tmp_path / "outputs" / ".logs").unlink()
    (tmp_path / "outputs" / ".logs").write_text("a file", encoding="utf-8")
    event_log.record("a file")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_full_file_takes_no_more_and_old_files_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "_MOST_BYTES", 300)
    event_log.begin(lambda: tmp_path)
    for _ in range(50):
        event_log.record("again and again")
    [file] = (tmp_path / ".logs").iterdir()
    assert file.stat().st_size < 500
    today = dt.date.fromisoformat(file.name[:10])
    (tmp_path / ".logs" / "notes.txt").touch()
    assert event_log.remove_old_files(tmp_path, today + dt.timedelta(days=184)) == 0
    assert event_log.remove_old_files(tmp_path, today + dt.timedelta(days=185)) == 1
    assert [path.name for path in (tmp_path / ".logs").iterdir()] == ["notes.txt"]


def test_a_command_logs_its_begin_its_warnings_and_its_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    town = Town(tmp_path)
    town.settings.outputs.mkdir()
    CliRunner().invoke(app, ["--config", str(town.config), "history"])
    town.by_hand("2026-11-24", dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    [run] = town.ledger.runs.history()
    found = events(town.settings.outputs)
    assert [event["event"] for event in found if "run_id" not in event] == ["command begins"]
    own = [event["event"] for event in found if event.get("run_id") == run.id]
    assert (own[0], own[-1]) == ("run begins", "report published")
    assert "extraction failed" in own  # the shop has no database
