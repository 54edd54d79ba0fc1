"""What every test shares: in continuous integration nothing is skipped for want of a server or a browser."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from filelock import FileLock

from tests.city import City, copy_city, write_city

# What a shell starts in the background ignores an interruption, and so would the programs that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Messages are asserted in English, whatever the language of the machine; tests of the other one set it themselves.
os.environ["LANGUAGE"] = "en"

#: The second computation of every figure takes long: ``make truth`` runs it.
collect_ignore = [] if os.environ.get("TRUTH") else ["truth"]

pytest_plugins = ["tests.browser", "tests.desk", "tests.servers.plugin"]


@pytest.fixture(scope="session")
def written_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo city as it was written, for all processes of a run: nothing in it is changed."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    with FileLock(folder / "city.lock"):
        if not (folder / "written" / "complete").exists():
            write_city(folder / "written")
            (folder / "written" / "complete").touch()
    return folder / "written"


@pytest.fixture(scope="session")
def city(written_city: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The demo city, small, with its whole past in the lake; tests add to it and change nothing."""
    return copy_city(written_city, tmp_path_factory.mktemp("city"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    needs = [mark for mark in ("servers", "browser") if item.get_closest_marker(mark)]
    if report.skipped and needs and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
        report.outcome = "failed"
        report.longrepr = f"CI must have what a {needs[0]} test needs (.ci/run installs it). {reason}"
    return report
