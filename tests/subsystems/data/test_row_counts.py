"""Far fewer rows than usual, silent sources, metrics at a standstill; by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ntanalytics.checks.check import DAY as DAY_SPAN
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.subjects import members_of
from ntanalytics.findings.topology import place
from ntanalytics.subsystems.data.checks import CHECKS
from ntanalytics.subsystems.data.row_counts import RowCounts, fallen_findings, silent_findings
from ntanalytics.subsystems.data.standstill import still_findings
from tests.subsystems.data.given import RULES, counts, still
from tests.subsystems.made import ON, view

MESSAGES, SOURCE = "dataset/sms/sms.messages", "source/sms"


def _judge(*series: RowCounts, on: dt.date = ON) -> list[Finding]:
    silent = silent_findings(RULES["data.silent_days"], series, on)
    told, _ = suppress([*silent, *fallen_findings(RULES["data.rows_fall"], series, on)], CHECKS, [DAY_SPAN])
    return told


def _told(*series: RowCounts, on: dt.date = ON) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.entity.identity, finding.status) for finding in _judge(*series, on=on)]


def test_a_day_with_a_fifth_of_its_rows_is_told_and_a_quiet_one_is_not() -> None:
    assert _told(counts(180)) == [("data.rows_fall", MESSAGES, "warning")]
    assert _told(counts(40)) == [("data.rows_fall", MESSAGES, "critical")]
    assert _told(counts(300)) == _told(counts(1000)) == []  # the eve of a holiday is that quiet


def test_a_weekend_is_held_against_weekends_and_small_numbers_say_nothing() -> None:
    sunday = ON + dt.timedelta(days=2)
    assert _told(counts(1000, 45, 48, on=sunday), on=sunday) == []
    assert _told(counts(1, usual=6, free=1)) == []


def test_a_silent_source_is_told_with_how_long_it_is_silent() -> None:
    [finding] = _judge(counts(0))
    assert (finding.code, finding.status, finding.since) == ("data.silent_days", "warning", ON)
    assert (finding.value, finding.figures["expected"], finding.details["subsystem"]) == (1.0, 1000.0, "sms")
    [worse] = _judge(counts(0, 0, 0))
    assert (worse.status, worse.value, worse.since) == ("critical", 3.0, dt.date(2026, 11, 18))


def test_a_source_of_few_rows_is_silent_only_after_days_and_a_gap_is_unknown() -> None:
    assert _told(counts(0, 0, usual=5, free=0)) == []
    assert _told(counts(0, 0, 0, 0, usual=5, free=0)) == [("data.silent_days", MESSAGES, "critical")]
    assert _told(counts(None)) == []
    assert _told(counts(0, usual=0, free=0)) == []  # a workbook that is filled now and then


def test_a_workbook_that_is_filled_on_saturdays_is_not_missed_on_a_holiday() -> None:
    weekly = counts(usual=0, free=0)
    rows = [
        {**row, "source_rows": 22 if row["day"].weekday() == 5 else 0, "is_working_day": row["day"].weekday() < 5}
        for row in weekly.days
    ]
    rows[-2:] = [{**row, "is_working_day": False} for row in rows[-2:]]  # a holiday on Thursday and Friday
    assert _told(replace(weekly, days=tuple(rows))) == []
    saturday = ON + dt.timedelta(days=1)
    empty = {**rows[-1], "day": saturday, "is_working_day": False, "source_rows": 0}
    assert _told(replace(weekly, days=(*rows, empty)), on=saturday) == [("data.silent_days", MESSAGES, "critical")]


def test_a_source_that_lacks_several_datasets_is_one_finding() -> None:
    bills = counts(0, dataset="sms.bills", label="账单")
    [finding] = _judge(counts(0), bills)
    assert (finding.code, finding.entity.identity) == ("data.silent_days", SOURCE)
    assert (finding.details["datasets"], finding.details["dataset"]) == (("短信", "账单"), "sms.messages")
    assert place(finding, {}) == "sms"


def test_a_silent_dataset_is_not_counted_among_those_with_fewer_rows() -> None:
    bills = counts(180, dataset="sms.bills", label="账单")
    assert _told(counts(0), bills) == [
        ("data.silent_days", MESSAGES, "warning"),
        ("data.rows_fall", "dataset/sms/sms.bills", "warning"),
    ]
    fallen = fallen_findings(RULES["data.rows_fall"], [counts(0)], ON)  # where the site asks for no silence
    assert [(finding.entity.identity, finding.status) for finding in fallen] == [(MESSAGES, "critical")]


def test_a_standstill_is_told_of_the_metric_of_a_host_of_the_host_or_of_the_source_where_all_stand_still() -> None:
    rule = RULES["data.stood_still"]
    [finding] = still_findings(rule, [still("a", 1), still("b", 0)], view([]))
    assert (finding.entity.identity, finding.status) == ("subject/infra.metrics/host=a/metric=cpu_rate", "warning")
    assert place(finding, {"a": "oa"}) == "oa"
    disk = {"metric": "disk_rate", "part": "/data"}
    [part] = still_findings(rule, [still("a", 1) | disk, still("b", 0)], view([]))
    assert members_of(part) == {"host": "a", **disk}
    [disks] = still_findings(rule, [still("a", 2, metrics=1) | disk, still("b", 0)], view([]))
    assert members_of(disks) == {"host": "a", "metric": "disk_rate"}  # more than one part of it
    [host] = still_findings(rule, [still("a", 2), still("b", 0)], view([]))
    assert (host.entity.identity, host.details["metric"], host.value) == ("host/a", "cpu_rate", 2.0)
    [whole] = still_findings(rule, [still("a", 3), still("b", 4)], view([]))
    assert (whole.entity.identity, whole.status, whole.value) == ("dataset/zabbix/infra.metrics", "critical", 7.0)
    [metric] = still_findings(rule, [still("a", 1), still("b", 2, metrics=1)], view([]))
    assert (metric.entity.identity, metric.value) == ("subject/infra.metrics/metric=cpu_rate", 3.0)
    other = still("b", 1) | {"metric": "load"}
    [both] = still_findings(rule, [still("a", 1), other], view([]))
    assert both.entity.identity == "dataset/zabbix/infra.metrics"
    assert still_findings(rule, [still("a", 0)], view([])) == []
