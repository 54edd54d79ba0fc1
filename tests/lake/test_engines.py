"""The engine of a site: that of its lake computes what is in memory, too."""

from __future__ import annotations

from pathlib import Path

import duckdb
import ibis
import pytest

from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.compiled_sql import FILE
from ntanalytics.lake.engines import open_reader
from ntanalytics.settings import load


def test_rows_in_memory_are_asked_by_the_locked_engine_of_the_first_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ibis.options, "default_backend", None)
    (tmp_path / "ntanalytics.yml").write_text("site: {name: 试点}\n", encoding="utf-8")
    settings = load(tmp_path / "ntanalytics.yml")
    settings.lake.mkdir()
    first, _second = (open_reader(DeltaLake(settings.lake), settings) for _ in range(2))
    assert ibis.memtable({"a": [1, 2]}).a.sum().to_pyarrow().as_py() == 3
    assert ibis.options.default_backend is first.connection
    assert (settings.lake / FILE).stat().st_size
    with pytest.raises(duckdb.Error, match="disabled"):
        first.connection.con.sql("FROM read_csv('/etc/passwd')")
