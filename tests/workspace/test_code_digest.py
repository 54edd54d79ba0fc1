"""Digest of the code by which days are counted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ntanalytics
from ntanalytics.workspace import code_digest


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package, which the digest of the disk is taken of."""
    shutil.copytree(Path(ntanalytics.__file__).parent, tmp_path / "ntanalytics", ignore=lambda *_: {"__pycache__"})
    monkeypatch.setattr(ntanalytics, "__file__", str(tmp_path / "ntanalytics" / "__init__.py"))
    return tmp_path / "ntanalytics"


@pytest.mark.parametrize(
    ("module", "is_another"),
    [
        ("contract/infra.py", True),
        ("metrics/identity/logins.py", True),
        ("lake/backends/duckdb_compiler.py", True),
        ("workspace/rows_by_hour.py", True),
        ("reports/palette.py", False),
    ],
)
def test_another_text_of_what_counts_is_another_digest(package: Path, module: str, is_another: bool) -> None:
    before = code_digest._on_disk()
    (package / module).write_text("# another one\n", encoding="utf-8")
    assert (code_digest._on_disk() != before) == is_another


def test_a_process_that_lives_on_counts_by_what_it_has_imported(package: Path) -> None:
    imported = code_digest.code_digest()
    assert imported == code_digest._on_disk()
    (package / "metrics" / "rows.py").unlink()
    assert code_digest.code_digest() == imported != code_digest._on_disk()
