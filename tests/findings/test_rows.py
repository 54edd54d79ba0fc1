from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from ntanalytics.metrics.rows import only, rows


def test_ibis_arrow_and_plain_rows_are_the_same() -> None:
    plain = [{"n": 1}, {"n": None}]
    table = pa.Table.from_pylist(plain)
    assert rows(ibis.memtable(table)) == rows(table) == rows(plain) == plain


def test_a_table_that_is_broken_down_has_no_only_row() -> None:
    with pytest.raises(ValueError, match="got 2"):
        only([{"n": 1}, {"n": 2}])
