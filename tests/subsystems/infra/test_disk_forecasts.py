"""One forecast of a disk for the finding, the summary and the table of capacity."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.periods import Period
from ntanalytics.report_content.capacity import disks
from ntanalytics.subsystems.infra import SUBSYSTEM
from ntanalytics.subsystems.infra.load_checks import disk_figures
from tests.subsystems.made import ON, Row, at, evaluation, table_of

RULE = "infra.days_until_full"
WEEK = Period.week(ON)
LAST = WEEK.last


def _peaks(host: str, values: list[float]) -> list[Row]:
    """Return the peaks of a disk of the hours of the days up to the Friday."""
    first = ON - dt.timedelta(days=len(values) - 1)
    return [
        {
            "host": host, "part": "/", "metric": "disk_rate", "peak": value, "mean": value, "samples": 60,
            "day": first + dt.timedelta(days=place), "hour_at": at(first + dt.timedelta(days=place), hour),
        }
        for place, value in enumerate(values)
        for hour in range(24)
    ]  # fmt: skip


def test_the_finding_the_summary_and_the_table_of_a_disk_say_the_same() -> None:
    """A disk grows by 0.01 a day, at 0.905 on the Friday; another jumped from 0.5 to 0.97 five days ago; one is still.

    One grows by 0.0005 a day, which fills it long after its trend carries: it is judged by that pace.
    """
    rows = _peaks("grows", [0.615 + 0.01 * day for day in range(30)]) + _peaks("jumped", [0.5] * 40 + [0.97] * 5)
    rows += _peaks("still", [0.4] * 40) + _peaks("slow", [0.3 + 0.0005 * day for day in range(41)])
    judged = evaluation(SUBSYSTEM, [RULE], {"infra.metrics": table_of("infra.metrics", rows)})
    finding, slow = [finding for finding in judged.findings if finding.rule.code == RULE]
    assert (finding.entity.key, finding.value) == ("grows/", pytest.approx(9.5))
    assert finding.details["full_on"] == "2026-11-30"
    assert (slow.entity.key, slow.status, slow.value) == ("slow/", "ok", pytest.approx(0.68 / 0.0005))
    growth = {row["host"]: (row["days_until_full"], row["disk_per_day"]) for row in disk_figures(judged.context)}
    assert growth["grows"] == (pytest.approx(9.5), pytest.approx(0.01))
    assert growth["jumped"] == growth["still"] == (None, pytest.approx(0.0))
    listed = {disk.host: disk.forecast for disk in disks(judged.context.report, 70)}
    assert listed["grows"].full_on == dt.date(2026, 11, 30)
    assert listed["jumped"].full_on is listed["still"].full_on is None
    assert listed["jumped"].per_day == growth["jumped"][1]


def test_a_full_disk_is_full_today_and_one_that_was_not_measured_today_has_no_level() -> None:
    """Sources round: a full disk has 100.25 % here. The other one was measured until Thursday, at 0.9."""
    filled = [1.0025 - 0.01 * back for back in range(20)][::-1]
    rows = _peaks("full", filled) + _peaks("lost", [0.71 + 0.01 * day for day in range(20)] + [0.0])
    rows = [row for row in rows if row["host"] == "full" or row["day"] < ON]
    judged = evaluation(SUBSYSTEM, [RULE], {"infra.metrics": table_of("infra.metrics", rows)})
    growth = {row["host"]: row for row in disk_figures(judged.context)}
    assert (growth["full"]["disk_used"], growth["full"]["days_until_full"]) == (1.0025, 0.0)
    assert growth["lost"]["disk_used"] is None
    assert not growth["lost"].is_complete


def test_a_disk_that_is_no_more_is_neither_unknown_nor_an_error() -> None:
    """The week begins on 16 November: four weeks before it is 19 October, and ten weeks before its Friday 11 September.

    A disk that was last measured before the ten weeks has no forecast.
    """
    rows = _peaks("kept", [0.4] * 20)
    for host, last in (("gone", dt.date(2026, 10, 18)), ("lost", dt.date(2026, 10, 19)), ("old", dt.date(2026, 9, 9))):
        back = ON - last
        rows += [{**row, "day": row["day"] - back, "hour_at": row["hour_at"] - back} for row in _peaks(host, [0.4] * 3)]
    judged = evaluation(SUBSYSTEM, ["infra.disk_used"], {"infra.metrics": table_of("infra.metrics", rows)}, period=WEEK)
    disks_told = {f.entity.key: f.status for f in judged.findings if f.rule.code == "infra.disk_used"}
    assert disks_told == {"kept/": "unknown", "lost/": "unknown"}  # neither was measured on the Sunday


@pytest.mark.parametrize(("stuck", "status"), [(0.35, "unknown"), (0.95, "critical")])
def test_a_level_that_stands_still_was_not_measured_and_is_told_where_it_is_wrong(stuck: float, status: str) -> None:
    """The disk grows hour by hour until the Wednesday, and has one level since the Thursday."""
    rows = _peaks("dead", [0.5 + 0.005 * day for day in range(22)])
    for row in rows:
        row["mean"] += 0.0002 * (row["hour_at"] - rows[0]["hour_at"]).seconds / 3600
        row["peak"] = row["mean"] = stuck if row["day"] >= ON - dt.timedelta(days=1) else row["mean"]
    judged = evaluation(SUBSYSTEM, ["infra.disk_used"], {"infra.metrics": table_of("infra.metrics", rows)})
    [finding] = [finding for finding in judged.findings if finding.rule.code == "infra.disk_used"]
    [row] = disk_figures(judged.context)
    assert (finding.status, row["disk_used"], row.is_complete) == (status, None, False)
    [disk] = disks(judged.context.report, 70)
    assert (disk.used_now, disk.measured_on) == (None, ON - dt.timedelta(days=2))
