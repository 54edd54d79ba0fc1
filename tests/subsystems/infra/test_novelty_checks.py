"""Hours of hosts as never before: what is told, and what others tell or a batch explains."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.findings.finding import Finding, Window
from ntanalytics.periods import Period
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import SUBSYSTEM, novelty_checks
from ntanalytics.subsystems.infra.novelty_checks import is_surveilled
from tests.subsystems.made import ON, Row, at, days, judge

CODE = "infra.novel_hours"


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Surveillance tells nothing of the day."""
    monkeypatch.setattr(novelty_checks, "watched_day", lambda *_: None)


def _metrics(today: dict[str, dict[int, float]]) -> dict[str, list[Row]]:
    """Return ten weeks of two hosts by the hour, with some hours of a metric of the first one on the last day."""
    rows = []
    for place, day in enumerate(row["day"] for row in days(70)):
        for hour in range(24):
            usual = 0.3 + 0.1 * math.sin(hour * math.pi / 12) + 0.005 * ((place * 7 + hour * 5) % 11 - 5)
            for host in ("oa-app-1", "oa-app-2"):
                for metric in ("cpu_rate", "memory_rate", "load"):
                    own = today.get(metric, {}) if host == "oa-app-1" and day == ON else {}
                    rows.append({
                        "hour_at": at(day, hour), "host": host, "metric": metric, "part": "", "samples": 60, "day": day,
                        "mean": own.get(hour, usual), "peak": own.get(hour, usual), "source": "zabbix",
                    })  # fmt: skip
    return {"infra.metrics": rows}


def _found(today: dict[str, dict[int, float]]) -> list[Finding]:
    return [item for item in judge(SUBSYSTEM, [CODE], _metrics(today)) if item.is_violation]


@pytest.mark.usefixtures("unwatched")
def test_hours_of_a_metric_are_told_with_the_host_the_hours_and_what_is_usual() -> None:
    [finding] = _found({"memory_rate": {10: 0.9, 11: 0.8}})
    assert (finding.entity.key, finding.status, finding.value) == ("oa-app-1", "warning", 2.0)
    assert finding.window == Window(ON, 36_000.0, 43_200.0)
    assert finding.figures["extreme"] == 0.9
    assert finding.figures["usual"] == pytest.approx(0.35, abs=0.03)  # 0.3 + 0.1 sin(150°)
    assert "内存使用率升至 90.0%" in word(finding).sentence
    assert finding.figures["known_days"] == 60  # the days of the made lake before the Friday


@pytest.mark.usefixtures("unwatched")
def test_of_a_host_that_is_new_fewer_days_are_known() -> None:
    data = _metrics({"memory_rate": {10: 0.9, 11: 0.8}})
    begin = ON - dt.timedelta(days=40)
    data["infra.metrics"] = [row for row in data["infra.metrics"] if row["host"] != "oa-app-1" or row["day"] >= begin]
    [finding] = [item for item in judge(SUBSYSTEM, [CODE], data) if item.is_violation]
    assert finding.figures["known_days"] == 40


@pytest.mark.usefixtures("unwatched")
def test_two_metrics_of_a_host_are_one_finding_of_the_one_that_moved_most() -> None:
    [finding] = _found({"cpu_rate": {10: 0.9, 11: 0.9}, "load": {10: 3.5, 11: 3.6}})
    assert (finding.details["metric"], finding.details["others"]) == ("load", ("cpu_rate",))
    assert "处理器使用率同样异常" in word(finding).evidence


@pytest.mark.usefixtures("unwatched")
def test_a_fall_is_told_as_one() -> None:
    [finding] = _found({"cpu_rate": {14: 0.02, 15: 0.02}})
    assert "降至 2.0%" in word(finding).sentence


@pytest.mark.usefixtures("unwatched")
@pytest.mark.parametrize(
    "today",
    [
        {},
        {"cpu_rate": {2: 0.8, 3: 0.8}, "load": {2: 0.9, 3: 0.9}},  # a batch by night
        {"memory_rate": dict.fromkeys(range(24), 0.31)},  # a sensor that stands still
        {"load": {10: 0.375, 11: 0.38}},  # usual are 0.35 and 0.33
    ],
)
def test_an_ordinary_day_a_batch_and_a_dead_sensor_are_not(today: dict[str, dict[int, float]]) -> None:
    assert _found(today) == []


@pytest.mark.usefixtures("unwatched")
def test_memory_by_night_is_no_batch() -> None:
    [finding] = _found({"memory_rate": {2: 0.9, 3: 0.9}})
    assert finding.details["metric"] == "memory_rate"


def test_what_surveillance_tells_is_not_told_again() -> None:
    assert _found({"memory_rate": {10: 0.9, 11: 0.88}}) == []


def test_a_day_that_is_not_what_its_weekday_says_has_no_past(monkeypatch: pytest.MonkeyPatch) -> None:
    data = _metrics({"memory_rate": {10: 0.9, 11: 0.88}})
    monkeypatch.setattr(CheckContext, "working_days", property(lambda _: []))
    assert judge(SUBSYSTEM, [CODE], data) == []  # a holiday
    monkeypatch.setattr(CheckContext, "working_days", property(lambda self: [self.on]))
    [finding] = judge(SUBSYSTEM, [CODE], data, period=Period.day(ON + dt.timedelta(days=1)))
    assert (finding.status, finding.unknown) == ("unknown", "short_history")


def test_four_weeks_are_too_few_to_learn_from() -> None:
    gaps = tuple(ON - dt.timedelta(days=back) for back in range(28, 71))
    [finding] = judge(SUBSYSTEM, [CODE], _metrics({"memory_rate": {10: 0.9}}), gaps=gaps)
    assert (finding.status, finding.unknown) == ("unknown", "short_history")


@pytest.mark.parametrize(
    ("members", "is_of_host"),
    [
        ((("host", "oa-app-1"),), True),
        ((("host", "oa-app-1"), ("metric", "swap_rate")), True),
        ((("host", "oa-app-2"), ("metric", "cpu_rate")), False),
        ((("metric", "cpu_rate"),), True),
        ((("metric", "swap_rate"),), False),
        ((), True),
    ],
)
def test_what_surveillance_tells_of_the_host_of_its_metric_or_of_all_is_not_told_again(
    members: tuple[tuple[str, str], ...], is_of_host: bool
) -> None:
    departure = Departure(
        members=members, value="", direction=1, strength=9.0, improbable=9.0, hours=(9, 12), seen=9.0, expected=1.0,
        share=0.1,
    )  # fmt: skip
    assert is_surveilled([departure], "oa-app-1", ["cpu_rate"]) is is_of_host
