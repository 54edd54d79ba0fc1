"""Every rule over a seasonal baseline: within its range it is ok, at its critical limit it is a violation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ntanalytics.checks.by_detector import seasonal_baseline
from ntanalytics.findings.finding import Entity
from ntanalytics.findings.text import word
from ntanalytics.metrics import measure
from ntanalytics.subsystems import RULES
from tests.subsystems.made import ON

SOMEWHERE = Entity("unit", "somewhere", "某处")

#: A rate without a count of its own is judged by the hour or the unit (failure_rate_rise, share_shift).
CODES = [
    code
    for code, rule in RULES.items()
    if rule.kind == "usual" and not (measure(rule.measure).is_rate and rule.min_count and not rule.count_measure)
]


@pytest.mark.parametrize("code", CODES)
def test_a_rule_is_broken_far_beyond_its_range_and_kept_within(code: str) -> None:
    """Whatever is measured: 70 days of one level, then the day at that level, or as far away as its critical limit."""
    rule = RULES[code]
    is_rate, is_fall = measure(rule.measure).is_rate, rule.threshold.good == "up"
    level = 0.4 if is_rate else float(max(1000, 4 * rule.min_count))

    def days(today: float) -> list[dict[str, Any]]:
        values = [level + level / 100 * (back % 3 - 1) for back in range(70, 0, -1)] + [today]
        rows = []
        for back, value in zip(range(70, -1, -1), values, strict=True):
            day = ON - timedelta(days=back)
            calendar = {"day": day, "is_covered": True, "is_working_day": day.weekday() < 5, "label": ""}
            rows.append({**calendar, rule.measure: value if is_rate else round(value)})
        return [*rows[:-1], {**rows[-1], **({rule.count_measure: 10_000} if rule.count_measure else {})}]

    [within] = seasonal_baseline(rule, days(level), ON, entity=SOMEWHERE)
    assert within.status == "ok", word(within)
    step = abs(rule.threshold.critical) * 1.05 + 0.01
    fallen = level - step if is_rate else level * (1 - step)
    risen = level + step if is_rate else level * (1 + step)
    [beyond] = seasonal_baseline(rule, days(max(0.0, fallen) if is_fall else risen), ON, entity=SOMEWHERE)
    assert beyond.is_violation, word(beyond)
    assert word(beyond).advice == rule.advice
