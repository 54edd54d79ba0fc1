"""Units whose use changed much, and the likely cause of each."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa
import pytest

from ntanalytics.metrics.oa.movement import moved_units


def _unit(before: float | None, now: float, **more: Any) -> dict[str, Any]:
    rate = None if before is None else (now - before) / before
    shared = {"unit": "甲局", "daily_active_before": before, "daily_active": now, "daily_active_change_rate": rate}
    return {**shared, "enabled_change": 0, "active_change": 0, "mobile_share_change": 0.0, **more}


@pytest.mark.parametrize(
    ("unit", "cause"),
    [
        (_unit(20.0, 30.0, enabled_change=6, active_change=11), "opened"),
        (_unit(20.0, 10.0, enabled_change=-6, active_change=-11), "closed"),
        (_unit(20.0, 10.0, enabled_change=-5, active_change=-11, mobile_share_change=-0.2), "mobile_fell"),
        (_unit(20.0, 30.0, mobile_share_change=0.1), "mobile_rose"),
        (_unit(20.0, 10.0, active_change=-11, mobile_share_change=-0.05), "unclear"),
        (_unit(20.0, 10.0, enabled_change=None, active_change=None, mobile_share_change=None), "unclear"),
        (_unit(20.0, 18.0), None),  # a tenth is no movement
        (_unit(4.0, 8.0), None),  # one person on leave is a large change there
        (_unit(None, 8.0), None),
    ],
)
def test_the_likely_cause_of_a_movement(unit: dict[str, Any], cause: str | None) -> None:
    schema = pa.schema([(name, pa.string() if name == "unit" else pa.float64()) for name in unit])
    made = moved_units(ibis.memtable(pa.Table.from_pylist([unit], schema=schema))).to_pyarrow().to_pylist()
    assert [row["likely_cause"] for row in made] == ([cause] if cause else [])
