"""Hand-made rows for the tests of the data slice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.findings.rule import Rule
from ntanalytics.subsystems.data.row_counts import RowCounts
from ntanalytics.subsystems.data.rules import RULES as DATA
from tests.subsystems.made import ON, Row

RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in DATA})


def counts(
    *last: int | None,
    usual: int = 1000,
    free: int = 50,
    dataset: str = "sms.messages",
    label: str = "短信",
    on: dt.date = ON,
) -> RowCounts:
    """Return ten weeks of ``usual`` rows a working day and ``free`` a day off; the last days as given, None a gap."""
    days = []
    for back in range(70, -1, -1):
        day = on - dt.timedelta(days=back)
        is_worked = day.weekday() < 5
        rows: int | None = usual if is_worked else free
        if back < len(last):
            rows = last[len(last) - 1 - back]
        days.append(
            {"day": day, "is_covered": rows is not None, "is_working_day": is_worked, "label": "", "source_rows": rows}
        )
    return RowCounts(dataset, label, "sms", tuple(days))


def still(host: str, series: int, metrics: int | None = None) -> Row:
    """Return how many series of a host stand still, and of how many metrics: as many where nothing else is given."""
    named = {"metric": "cpu_rate", "part": "", "still_hours": 24}
    named = named if series else dict.fromkeys(named)
    counted = {"still_series": series, "still_metrics": series if metrics is None else metrics}
    return {"source": "zabbix", "host": host, **counted, **named}
