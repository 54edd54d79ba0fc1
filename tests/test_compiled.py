"""What tests have compiled is kept from run to run, each text once, in a file that does not grow without end."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntanalytics.lake.backends.compiled_sql import FILE
from tests import compiled


def test_texts_are_added_once(tmp_path: Path) -> None:
    origin, target = tmp_path / "run", tmp_path / "kept"
    for place, lines in ((origin, "one\ntwo\n"), (target, "two\nthree\n")):
        place.mkdir()
        (place / FILE).write_text(lines, encoding="utf-8")
    for _ in range(2):
        compiled.add(origin, target)
    assert (target / FILE).read_text(encoding="utf-8").splitlines() == ["two", "three", "one"]


def test_nothing_is_added_of_a_run_without_a_lake(tmp_path: Path) -> None:
    compiled.add(tmp_path / "run", tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


def test_a_file_that_is_too_large_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_home", lambda: tmp_path)
    file = compiled.folder("lakes") / FILE
    file.write_bytes(b"x" * 100)
    assert compiled.folder("lakes") == file.parent
    assert file.exists()
    monkeypatch.setattr(compiled, "_MOST_BYTES", 99)
    compiled.folder("lakes")
    assert not file.exists()
