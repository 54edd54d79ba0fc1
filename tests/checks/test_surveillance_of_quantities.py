"""Surveillance of values: what is measured in one dataset has no common level, and is told by its name."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.subjects import members_of
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, Row, at, days, evaluation, table_of

RULE = "infra.surveillance"
LEVELS = {"cpu_rate": 0.2, "load": 0.25, "memory_rate": 0.6}


def _metrics(today: dict[tuple[str, str], float]) -> dict[str, pa.Table]:
    """Return levels of six hosts by hour over six weeks, and times as much today of a host's metric from nine on."""
    draw, rows = random.Random(7), list[Row]()
    for day in (row["day"] for row in days(42)):
        for host in (f"h{number}" for number in range(6)):
            for metric, level in LEVELS.items():
                for hour in range(24):
                    times = today.get((host, metric), 1.0) if day == ON and hour >= 9 else 1.0
                    mean = level * times * (1 + draw.uniform(-0.05, 0.05))
                    rows.append({
                        "hour_at": at(day, hour), "host": host, "metric": metric, "part": "", "mean": mean,
                        "peak": mean * 1.2, "samples": 60, "day": day,
                    })  # fmt: skip
    return {"infra.metrics": table_of("infra.metrics", rows)}


def _found(today: dict[tuple[str, str], float]) -> list[Finding]:
    made = evaluation(subsystem("infra"), {RULE}, _metrics(today))
    return [finding for finding in made.findings if finding.is_violation]


def test_a_level_is_told_with_what_is_measured_once_for_a_host() -> None:
    [finding] = _found({("h2", "cpu_rate"): 0.1, ("h2", "load"): 0.2})
    assert members_of(finding) == {"host": "h2", "metric": "cpu_rate"}
    assert finding.window is not None
    assert finding.window.from_s >= 9 * 3600.0
    assert "处理器使用率" in word(finding).sentence


def test_hosts_that_move_opposite_ways_are_both_told_and_an_ordinary_day_is_not() -> None:
    found = _found({("h1", "cpu_rate"): 2.0, ("h2", "cpu_rate"): 0.1})
    assert {tuple(members_of(finding).values()) for finding in found} == {("h1", "cpu_rate"), ("h2", "cpu_rate")}
    assert _found({}) == []


def test_the_level_that_is_told_is_that_of_the_metric() -> None:
    [finding] = _found({("h2", "memory_rate"): 1.5})
    assert members_of(finding) == {"host": "h2", "metric": "memory_rate"}
    seen, expected = (float(finding.figures[name] or 0) for name in ("seen", "expected"))
    assert seen / expected == pytest.approx(1.5, abs=0.05)
    assert expected == pytest.approx(0.6 * (1.2 if "峰值" in str(finding.details["value"]) else 1.0), abs=0.02)


def test_a_host_of_which_half_of_the_measurements_are_missing_is_told() -> None:
    data = _metrics({})
    table = data["infra.metrics"]
    fewer = [
        30 if (day, host) == (ON, "h2") else 60
        for day, host in zip(table["day"].to_pylist(), table["host"].to_pylist(), strict=True)
    ]
    place = table.schema.get_field_index("samples")
    table = table.set_column(place, table.schema.field(place), pa.array(fewer, table["samples"].type))
    made = evaluation(subsystem("infra"), {RULE}, {"infra.metrics": table})
    [finding] = [finding for finding in made.findings if finding.is_violation]
    assert members_of(finding) == {"host": "h2"}
    assert "采样数典型值 30，通常约 60，低 50%" in word(finding).evidence


def test_more_measurements_than_usual_harm_nobody() -> None:
    data = _metrics({})
    table = data["infra.metrics"]
    more = [120 if day == ON else 60 for day in table["day"].to_pylist()]
    place = table.schema.get_field_index("samples")
    table = table.set_column(place, table.schema.field(place), pa.array(more, table["samples"].type))
    made = evaluation(subsystem("infra"), {RULE}, {"infra.metrics": table})
    assert not [finding for finding in made.findings if finding.is_violation]
