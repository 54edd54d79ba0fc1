"""The sample record, and the programs that show renderings."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, sync_playwright

from ntanalytics.reports.exporters import render

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module ``sample.py`` beside this file; test folders are no packages."""
    spec = importlib.util.spec_from_file_location("reports_sample", Path(__file__).with_name("sample.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def issued(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample's record and both renderings; do not change it."""
    folder = tmp_path_factory.mktemp("issued")
    render(sample.write(folder), folder)
    return folder


@pytest.fixture
def copied(issued: Path, tmp_path: Path) -> Path:
    """The same folder, to be tampered with."""
    return Path(shutil.copytree(issued, tmp_path / "report"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real Chromium that may call nobody."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice's program."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("soffice (LibreOffice) is not installed")
    return program
