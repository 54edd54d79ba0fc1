"""The wheel, installed outside of any checkout, begins a site, issues the demo's first report and serves the lab."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel, and with the libraries of this one."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [wheel] = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True, timeout=180)
    [place] = (folder / "venv").glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:  # a wheel of pure Python is unpacked, and nothing else
        archive.extractall(place)
    # the folder alone: what it installs of this checkout by a path file is not followed
    (place / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder / "venv" / "bin" / "python"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@contextmanager
def started(python: Path, home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the program in a folder of its own, and interrupt it at the end."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "NTANALYTICS_CONFIG"}}
    environment = {**inherited, "HOME": str(home), "COLUMNS": "200", "NTANALYTICS_CHROMIUM": ""}
    command = [str(python), "-m", "ntanalytics", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "start_new_session": True}
    with subprocess.Popen(command, cwd=home, env=environment, **pipes) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.communicate(timeout=180)


def run(python: Path, home: Path, *arguments: str) -> tuple[int, str]:
    with started(python, home, *arguments) as process:
        said = process.communicate(timeout=300)[0]
    return process.returncode, said


def test_it_is_not_the_checkout_that_runs(python: Path, home: Path):
    where = "import ntanalytics; print(ntanalytics.__file__)"
    printed = subprocess.check_output([python, "-c", where], cwd=home, env={}, text=True, timeout=180)
    assert Path(printed.strip()).is_relative_to(python.parents[1])


def test_it_begins_a_site_in_both_languages(python: Path, home: Path):
    assert run(python, home, "init", "site")[0] == 0
    assert (home / "site" / "运维台账.xlsx").is_file()
    assert (home / "site" / "scheduled" / "jobs.yml").is_file()
    config = home / "site" / "ntanalytics.yml"
    config.write_text(config.read_text(encoding="utf-8").replace("language: en", "language: zh"), encoding="utf-8")
    code, said = run(python, home, "--config", str(config), "schedule", "--days", "7")
    assert (code, "weekly_service_report" in said, "最迟出具" in said) == (0, True, True), said


def test_it_writes_the_demo_city_and_issues_its_first_report(python: Path, home: Path):
    said = []
    with started(python, home, "demo", "--dir", "city", "--days", "14", "--scale", "0.0005") as process:
        for line in process.stdout or ():
            said.append(line)
            if line.rstrip().endswith("report.html"):
                break  # the others come by the same way
    assert said[-1].rstrip().endswith("report.html"), "".join(said)
    assert any(line.startswith("1/") for line in said)  # who waits is told
    report = home / "outputs" / "sms_volume" / "2026-W47"
    assert {"report.html", "report.xlsx", "report.ipynb"} <= {path.name for path in report.iterdir()}
    code, verdict = run(python, home, "verify", str(report))
    assert code == 0, verdict


def test_it_serves_the_lab(python: Path, home: Path):
    with started(python, home, "--config", "site/ntanalytics.yml", "lab", "--no-browser") as process:
        said = []
        for line in process.stdout or ():
            said.append(line)
            if match := re.search(r"(http://127\.0\.0\.1:\d+/)lab\?token=(\w+)", line):
                break
        else:
            raise AssertionError("".join(said))
        # Jupyter tells its address before it listens there
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=180) as client:
            answer = client.get(f"{match[1]}api/status", params={"token": match[2]})
        assert answer.status_code == 200
    assert list((home / "site" / "lab").glob("*.ipynb"))
