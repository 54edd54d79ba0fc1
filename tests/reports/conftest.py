"""The sample record and its renderings."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from tests.reports.rendered import render


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
