"""The process that starts before the settings are read knows no secret, and is replaced where it could."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntanalytics.cli import app
from ntanalytics.errors import SettingsError

PROGRAM = """
import json, os, sys
from pathlib import Path
from ntanalytics.runner.early_start import start_early
config, is_asked = Path(sys.argv[1]), sys.argv[2] == "asked"
start_early(config)
from ntanalytics.kernels import pool
early = pool._current
known = [] if early is None else [""]
while known == [""]:  # Linux shows it empty until the new program is set up
    known = Path(f"/proc/{early.pid}/environ").read_text().split("\\0")
answer = {"known": [line.partition("=")[0] for line in known], "same": None, "is_gone": None}
if is_asked:
    from ntanalytics.runner.report_kernels import shared_kernel_pool
    from ntanalytics.settings import load
    answer["same"] = shared_kernel_pool(load(config)) is early
    answer["is_gone"] = early is not None and early._process.poll() is not None
print(json.dumps(answer), flush=True)
"""


def started(config: Path, asked: str = "", program: str = PROGRAM) -> dict[str, object]:
    environment = {**os.environ, "PEPPER_WORD": "hot", "SMS-DB.PASSWORD": "hot", "HARMLESS": "1"}
    command = [sys.executable, "-c", program, str(config), asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def settings(folder: Path, pepper: str) -> Path:
    file = folder / "ntanalytics.yml"
    file.write_text(f"pepper: {pepper}\n", encoding="utf-8")
    return file


@pytest.mark.parametrize("secret", ["PEPPER_WORD", "SMS-DB.PASSWORD"])
def test_it_is_the_process_of_the_reports_and_knows_no_secret(tmp_path: Path, secret: str) -> None:
    answer = started(settings(tmp_path, f"env:{secret}"), "asked")
    known = answer["known"]
    assert isinstance(known, list)
    assert ("HARMLESS" in known, secret in known) == (True, False)
    assert (answer["same"], answer["is_gone"]) == (True, False)


def test_one_that_knows_a_secret_is_ended_before_the_first_kernel(tmp_path: Path) -> None:
    config = settings(tmp_path, "env:PEPPER_WORD")
    program = PROGRAM.replace("start_early(config)", f"start_early(Path({str(tmp_path / 'other.yml')!r}))", 1)
    (tmp_path / "other.yml").write_text("pepper: env:ANOTHER\n", encoding="utf-8")
    answer = started(config, "asked", program)
    assert (answer["same"], answer["is_gone"]) == (False, True)


@pytest.mark.parametrize("content", [None, b"\xff", rb'pepper: "env\x3APEPPER_WORD"'])
def test_without_readable_settings_nothing_is_started(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "ntanalytics.yml"
    if content is not None:
        file.write_bytes(content)
    assert started(file)["known"] == []


def test_a_command_that_needs_no_kernel_does_not_wait_for_it(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(600)\n", encoding="utf-8")
    program = "from ntanalytics.kernels.pool import KernelPool; KernelPool({'PYTHONPATH': '.'}, ['slow']).close()"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, timeout=30)


@pytest.mark.parametrize(("options", "starts"), [([], True), (["--each-unit"], False)])
def test_the_command_starts_it_before_it_reads_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], starts: bool
) -> None:
    began: list[Path] = []
    monkeypatch.setattr("ntanalytics.cli.run.start_early", began.append)
    config = tmp_path / "none.yml"
    command = ["--config", str(config), "run", "oa_adoption", "--period", "2026-W47", *options]
    assert isinstance(CliRunner().invoke(app, command).exception, SettingsError)
    assert began == [config] * starts
