"""Of two sources of the checks one measures no duration: that of the other is used, and what the first had is not."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pytest

from ntanalytics.checks.known_columns import known_columns, with_known_values
from ntanalytics.metrics.rows import rows
from tests.subsystems.made import ON, view


def _checks() -> ir.Table:
    return ibis.memtable(
        [
            {"source": "probe", "day": ON, "target": "portal", "duration_ms": 80.0},
            {"source": "zabbix", "day": ON, "target": "portal", "duration_ms": 3.0},
        ]
    )


@pytest.mark.parametrize(
    ("lacking", "known"),
    [((), ["target", "duration_ms"]), (("zabbix",), ["target", "duration_ms"]), (("probe", "zabbix"), ["target"])],
)
def test_a_column_is_known_that_one_source_has(lacking: tuple[str, ...], known: list[str]) -> None:
    checks = view([])
    checks.sources = ("probe", "zabbix")
    checks.sources_without = lambda name: [*lacking] if name == "duration_ms" else []
    assert known_columns(checks, ["target", "duration_ms"]) == known
    values = {row["source"]: row["duration_ms"] for row in rows(with_known_values(_checks(), checks, known))}
    if "duration_ms" in known:
        assert values == {"probe": 80.0, "zabbix": None if lacking else 3.0}
