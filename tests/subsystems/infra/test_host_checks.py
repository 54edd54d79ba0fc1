"""Hosts and monitoring on a day: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ntanalytics.checks.check import DAY as DAY_SPAN
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.threshold import Threshold
from ntanalytics.metrics.figures import case_list
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra import host_checks
from ntanalytics.subsystems.infra.availability_checks import gap_findings, with_outages
from ntanalytics.subsystems.infra.host_checks import alarm_findings, reachable_findings, repeated_findings
from tests.subsystems.infra.given import DAY, RULES, gap, outage, problem
from tests.subsystems.made import ON, Row, view


def _host(name: str, *, up: bool | None = True, watched: bool = True) -> Row:
    return {"host": name, "is_monitored": watched, "is_available": up}


def _reachable(hosts: list[Row], *outages: Row, snapshot: bool = True, checks: bool = True) -> list[Finding]:
    views = view(hosts, is_complete=snapshot), view([], is_complete=checks)
    return reachable_findings(DAY, RULES["infra.reachable"], *views, outages)


def test_a_host_answers_or_does_not_or_is_unknown() -> None:
    hosts = [_host("a"), _host("b", up=False), _host("c", up=None), _host("d", up=False, watched=False)]
    assert [(finding.entity.identity, finding.status) for finding in _reachable(hosts)] == [
        ("host/a", "ok"),
        ("host/b", "critical"),
        ("host/c", "unknown"),
    ]
    [unknown] = _reachable([], snapshot=False)
    assert (unknown.entity.identity, unknown.status, unknown.unknown) == ("hosts/all", "unknown", "missing")


@pytest.mark.parametrize(("minutes", "status"), [(10, "ok"), (15, "warning"), (30, "warning"), (112, "critical")])
def test_a_host_that_was_down_is_judged_by_the_length_though_it_answers_again(minutes: int, status: str) -> None:
    [finding] = _reachable([_host("im-app-1")], outage("im-app-1", 892, minutes))
    assert (finding.status, finding.value) == (status, minutes * 60.0)
    assert finding.window is not None
    assert (finding.window.from_s, finding.window.until_s) == (892 * 60.0, (892 + minutes) * 60.0)


def test_of_several_outages_of_a_host_the_longest_is_told() -> None:
    [finding] = _reachable([_host("im-app-1")], outage("im-app-1", 60, 5), outage("im-app-1", 892, 112))
    assert (finding.value, finding.since) == (112 * 60.0, ON)
    assert finding.details["answers_at_end"] is True


def test_without_a_snapshot_the_checks_still_tell_which_host_was_down() -> None:
    unknown, down = _reachable([], outage("im-app-1", 892, 112), snapshot=False)
    assert (unknown.entity.key, unknown.status) == ("all", "unknown")
    assert (down.entity.key, down.status) == ("im-app-1", "critical")


def test_over_a_gap_of_the_checks_a_host_is_told_only_where_it_was_down() -> None:
    hosts = [_host("a"), _host("b", up=False), _host("c", up=None)]
    findings = _reachable(hosts, outage("a", 892, 5), checks=False)
    assert [(finding.entity.identity, finding.status) for finding in findings] == [
        ("hosts/all", "unknown"),
        ("host/b", "critical"),
    ]


def _alarms(*rows: Row, is_complete: bool = True) -> list[Finding]:
    return alarm_findings(DAY, RULES["infra.problems"], view(rows, is_complete=is_complete))


def test_alarms_of_a_source_without_hosts_stand_and_the_hosts_are_unknown() -> None:
    problems = view([problem("high", 2, host=None)])
    problems.sources_without = lambda column: ["zabbix"] if column == "host" else []
    alarm, others = alarm_findings(DAY, RULES["infra.problems"], problems)
    assert (alarm.entity.identity, alarm.status) == ("monitoring/monitoring", "critical")
    assert (others.entity.identity, others.unknown) == ("hosts/all", "not_in_source")
    assert "主机未知" in word(alarm).evidence
    [known] = _alarms(problem("high", 2, host=None))
    assert "未知" not in word(known).evidence


def test_a_lasting_alarm_is_judged_by_its_severity_once_a_host() -> None:
    findings = _alarms(
        problem("warning", 30),
        problem("high", 2),
        problem("average", 2, host="b"),
        problem("warning", 9, ended=1, host="c"),
        problem("information", 9),
        problem("warning", 1, host=None),
    )
    assert [(finding.entity.identity, finding.status, finding.since) for finding in findings] == [
        ("host/a", "critical", dt.date(2026, 11, 19)),
        ("host/b", "warning", ON),
        ("monitoring/monitoring", "warning", ON),
    ]
    first = findings[0]
    assert (first.value, first.details["problem"], first.details["is_over"]) == (2.0, "磁盘低", False)
    assert first.figures == {"raised_s": 22 * 3600.0, "cleared_s": None}


def test_a_grave_alarm_of_the_day_is_told_though_it_is_over() -> None:
    [finding] = _alarms(problem("high", 9, ended=7))
    assert (finding.status, finding.details["is_over"]) == ("critical", True)
    assert finding.figures == {"raised_s": 15 * 3600.0, "cleared_s": 17 * 3600.0}
    [none] = _alarms(problem("high", 40, ended=30))  # of the day before
    assert (none.status, none.value, none.entity.kind) == ("ok", 0.0, "monitoring")
    assert [finding.unknown for finding in _alarms(is_complete=False)] == ["incomplete"]


def test_an_alarm_that_is_over_is_not_told_of_a_host_that_was_down() -> None:
    down = _reachable([_host("a", up=False), _host("b")])
    over, lasting, other = problem("high", 9, ended=7), problem("high", 9), problem("high", 9, ended=7, host="b")
    for alarm, is_told in ((over, False), (lasting, True), (other, True)):
        left, _ = suppress([*down, *_alarms(alarm)], host_checks.CHECKS, [DAY_SPAN])
        assert ("infra.problems" in {finding.code for finding in left}) is is_told


def test_the_limits_of_a_site_hold_for_the_number_of_alarms() -> None:
    rule = replace(RULES["infra.problems"], threshold=Threshold(1, 5, "down"))
    [one] = alarm_findings(DAY, rule, view([problem("high", 2)]))
    [two] = alarm_findings(DAY, rule, view([problem("high", 2), problem("warning", 3)]))
    assert (one.status, two.status) == ("ok", "warning")


def test_an_alarm_that_comes_for_the_third_time_in_a_week_has_a_cause() -> None:
    rule = RULES["infra.repeated_problems"]
    rows = [{"host": "a", "problem": "CPU 高", "repeats": 3}, {"host": "b", "problem": "CPU 高", "repeats": 2}]
    [finding] = repeated_findings(rule, case_list(rows), 7, {"a", "b"})
    assert (finding.entity.key, finding.status, finding.value) == ("a", "warning", 3.0)
    assert (finding.details["problem"], finding.figures["days"]) == ("CPU 高", 7.0)
    assert repeated_findings(rule, case_list(rows), 7, {"b"}) == []  # a has been quiet today


def test_of_a_quarter_the_alarm_that_came_most_often_is_told_of_each_host() -> None:
    rows = [
        {"host": "a", "problem": "CPU 高", "repeats": 12},
        {"host": "a", "problem": "磁盘低", "repeats": 4},
        {"host": None, "problem": "队列", "repeats": 3},
    ]
    findings = repeated_findings(RULES["infra.repeated_problems"], case_list(rows), 91)
    assert [(finding.entity.identity, finding.status) for finding in findings] == [
        ("host/a", "critical"),
        ("monitoring/monitoring", "warning"),
    ]


def _gaps(*rows: Row) -> list[Finding]:
    return gap_findings(DAY, RULES["infra.checks_gap"], case_list(rows))


def test_sources_of_checks_that_were_silent_together_are_one_finding() -> None:
    [finding] = _gaps(gap("probe", 65, 140), gap("zabbix", 67, 135))
    assert (finding.entity.identity, finding.status, finding.since) == ("monitoring/monitoring", "warning", ON)
    assert (finding.window.from_s, finding.window.until_s) == (65 * 60.0, 205 * 60.0)  # type: ignore[union-attr]


def test_one_source_of_checks_is_silent_and_the_other_is_not() -> None:
    findings = _gaps(gap("probe", 0, 5), gap("zabbix", 60, 300))
    assert [(finding.entity.identity, finding.status) for finding in findings] == [
        ("dataset/probe/infra.checks", "ok"),
        ("dataset/zabbix/infra.checks", "critical"),
    ]


def test_checks_every_five_minutes_have_no_gap() -> None:
    assert [finding.status for finding in _gaps(gap("probe", 20, 5), gap("zabbix", 3, 15))] == ["ok", "ok"]


def test_availability_of_a_day_tells_its_outages_and_the_longest_of_them() -> None:
    [finding] = _gaps(gap("probe", 60, 300))
    outages = [outage("https://im/", 60, 5), outage("https://im/app", 892, 30)]
    finding = with_outages(DAY, finding, outages)
    assert finding.window is not None
    assert (finding.window.from_s, finding.window.until_s) == (3600.0, 922 * 60.0)
    assert (finding.details["target"], finding.figures["outages"]) == ("https://im/app", 2.0)
    assert (finding.figures["longest_from_s"], finding.since) == (892 * 60.0, ON)
