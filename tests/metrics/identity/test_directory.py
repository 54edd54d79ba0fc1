"""Order of the unit directory."""

from __future__ import annotations

import ibis
import pyarrow as pa

from ntanalytics.metrics.identity.directory import directory_order

_SCHEMA = pa.schema([(name, pa.string()) for name in ("source", "unit_id", "unit", "parent")])


def _order(*rows: tuple[str, str, str | None]) -> list[str]:
    made = [{"source": "a", "unit_id": id_, "unit": unit, "parent": parent} for id_, unit, parent in rows]
    return list(directory_order(ibis.memtable(pa.Table.from_pylist(made, schema=_SCHEMA))))


def test_numbers_sort_by_value_and_codes_as_text() -> None:
    assert _order(("10", "丙", None), ("9", "乙", None), ("1", "甲", None)) == ["甲", "乙", "丙"]
    assert _order(("02", "丁", None), ("0101", "乙", None), ("01", "甲", None), ("0110", "丙", None)) == list(
        "甲乙丙丁"
    )


def test_a_unit_is_followed_by_those_below_it_and_a_circle_ends() -> None:
    assert _order(("3", "甲/一科", "甲"), ("2", "乙", None), ("1", "甲", None)) == ["甲", "甲/一科", "乙"]
    assert sorted(_order(("1", "甲", "乙"), ("2", "乙", "甲"))) == ["乙", "甲"]
    assert _order() == []
