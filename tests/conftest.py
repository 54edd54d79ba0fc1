"""What every test shares: in continuous integration nothing is skipped for want of a server or a browser."""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import ibis
import pytest
import stamina
from filelock import FileLock

from ntanalytics.lake.backends.duckdb_ibis import CompilingBackend
from tests import compiled, warm
from tests.city import CACHES, City, IssuedReports, copy_city, write_city

# What a shell starts in the background ignores an interruption, and so would the programs that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Garbage is looked for more seldom: collecting the tests, and a report, makes some million objects, nearly none of them
# in a circle.
gc.set_threshold(50_000, 20, 20)

# Messages are asserted in English, whatever the language of the machine; tests of the other one set it themselves.
os.environ["LANGUAGE"] = "en"

# An example may take any time: on a loaded machine the limit of 200 ms is passed by examples that are well.
hypothesis.settings.register_profile("loaded", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("loaded")

# What is tried again is tried as often as ever, without a pause between.
stamina.set_testing(True, attempts=1000, cap=True)

#: The second computation of every figure takes long: ``make truth`` runs it.
collect_ignore = [] if os.environ.get("TRUTH") else ["truth"]

pytest_plugins = ["tests.browser", "tests.desk", "tests.servers.plugin"]


# Rows of a test in memory are asked by the backend of the reports: one metric of a hundred examples is compiled once.
ibis.set_backend(CompilingBackend(compiled.folder("memory"), threads=1))


#: Files that last longest begin first, so that the run does not end with one of them and an idle process. The first
#: process writes the demo city and issues its inspection; what the others begin with needs neither.
LONGEST = (
    "test_issued_in_browser.py",
    "demo/test_estate.py",
    "soak/test_soak.py",
    "evaluation/test_past_workspace.py",
    "extraction/test_memory.py",
    "safety/test_hostile_text.py",
    "lake/backends/test_spark.py",
    "gaps/test_gap_matrix.py",
    "scaffold/test_new_report.py",
    "report_content/adoption/test_adoption.py",
    "test_reports_issued.py",
    "explore/test_explorers.py",
    "faults/test_killed.py",
    "scaffold/test_new_subsystem.py",
    "safety/test_secrets_stay_secret.py",
    "checks/test_any_values.py",
    "demo/test_backends.py",
    "ledger/test_past_coverage.py",
    "metrics/test_any_values.py",
    "runner/test_correcting.py",
    "faults/test_silence.py",
)
_RANKS = {Path(__file__).parent / name: rank for rank, name in enumerate(LONGEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first (``--no-loadscope-reorder`` keeps this order)."""
    items.sort(key=lambda item: _RANKS.get(item.path, len(_RANKS)))


def pytest_collection_finish() -> None:
    """Freeze what was imported and collected: each full collection of garbage would look at it again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """End the process from which programs of tests were forked."""
    warm.close()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Makes something in a folder once for all processes of a run: a name, and a function of the folder.

    What the function returns is returned to each of them. Nothing in the folder is changed.
    """
    root = tmp_path_factory.getbasetemp()
    root = root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root

    def make(name: str, write: Callable[[Path], Any]) -> Any:
        folder, made = root / name, root / f"{name}.pickle"
        with FileLock(root / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of a test that failed
                folder.mkdir()
                made.write_bytes(pickle.dumps(write(folder)))
        return pickle.loads(made.read_bytes())

    return make


@pytest.fixture(scope="session")
def caches(once: Callable[..., Path]) -> Iterator[Path]:
    """The folder of the files that lakes of this run keep for later (:func:`tests.city.share_caches`).

    What lakes of an earlier run compiled is there.
    """
    kept = compiled.folder("lakes")

    def write(folder: Path) -> Path:
        for name in CACHES:
            (folder / name).touch(mode=0o640)
        compiled.add(kept, folder)
        return folder

    folder: Path = once("caches", write)
    yield folder
    compiled.add(folder, kept)


@pytest.fixture(scope="session")
def written_city(once: Callable[..., Path], caches: Path) -> Path:
    """The folder of the demo city as it was written, for all processes of a run: nothing in it is changed."""

    def write(folder: Path) -> Path:
        write_city(folder, caches)
        return folder

    return once("written", write)


@pytest.fixture(scope="session")
def city(written_city: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    """The demo city, small, with its whole past in the lake; tests add to it and change nothing."""
    return copy_city(written_city, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="session")
def issued(written_city: Path) -> IssuedReports:
    """The reports of the demo city, each issued once for all processes of a run: they are read, and never changed."""
    return IssuedReports(written_city, written_city.with_name("issued"))


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
