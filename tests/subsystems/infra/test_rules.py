"""Hosts, services and monitoring on a day: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.detectors.latency_spike import latency_spike
from ntanalytics.findings.rule import evaluate_rules
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.infra.host_checks import gaps, problems, reachable, repeated, with_hours

#: A Friday, and its local midnight.
ON = dt.date(2026, 11, 20)
BEGIN = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
END = BEGIN + dt.timedelta(days=1)
Row = dict[str, Any]


def _minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def _calendar(back: int = 28) -> list[Row]:
    days = [ON - dt.timedelta(days=number) for number in range(back, -1, -1)]
    return [{"day": day, "is_covered": True, "is_working_day": day.weekday() < 5, "label": ""} for day in days]


# hosts


def _host(name: str, *, up: bool | None = True, watched: bool = True) -> Row:
    return {"host": name, "is_monitored": watched, "is_available": up}


def _outage(host: str, begins: float, minutes: float) -> Row:
    begin = BEGIN + _minutes(begins)
    return {"target": host, "down_from_at": begin, "down_until_at": begin + _minutes(minutes), "down_s": minutes * 60}


def _reachable(hosts: list[Row], *outages: Row, is_complete: bool = True) -> list[Any]:
    return reachable(RULES["infra.reachable"], hosts, outages, BEGIN, 8, is_complete=is_complete)


def test_a_host_answers_or_does_not_or_nobody_knows():
    hosts = [_host("a"), _host("b", up=False), _host("c", up=None), _host("d", up=False, watched=False)]
    assert [(each.subject, each.state) for each in _reachable(hosts)] == [
        ("a", "ok"),
        ("b", "critical"),
        ("c", "unknown"),
    ]
    assert [each.state for each in _reachable([], is_complete=False)] == ["unknown"]


@pytest.mark.parametrize(("minutes", "state"), [(10, "ok"), (15, "warning"), (30, "warning"), (112, "critical")])
def test_a_host_that_was_down_is_found_by_how_long_though_it_answers_again(minutes: int, state: str):
    [found] = _reachable([_host("im-app-1")], _outage("im-app-1", 892, minutes))
    assert found.state == state
    assert found.figures == {"from_s": 892 * 60.0, "until_s": (892 + minutes) * 60.0}


def test_of_a_host_that_was_down_it_is_said_from_when_until_when():
    [found] = _reachable([_host("im-app-1")], _outage("im-app-1", 60, 5), _outage("im-app-1", 892, 112))
    assert found.evidence == "14:52—16:44 无应答，历时 1 小时 52 分。"
    assert (found.since, found.advice) == ("11月20日", "检查主机、网络与监控代理")


def test_without_a_snapshot_the_checks_still_tell_who_was_down():
    unknown, down = _reachable([], _outage("im-app-1", 892, 112), is_complete=False)
    assert (unknown.subject, unknown.state) == ("全部主机", "unknown")
    assert (down.subject, down.state) == ("im-app-1", "critical")


# problems


def _problem(
    severity: str, hours: float, ended: float | None = None, host: str | None = "a", name: str = "磁盘低"
) -> Row:
    ends = None if ended is None else END - dt.timedelta(hours=ended)
    return {
        "host": host,
        "problem": name,
        "severity": severity,
        "started_at": END - dt.timedelta(hours=hours),
        "ended_at": ends,
    }


def _problems(*rows: Row, without: tuple[str, ...] = ()) -> list[Any]:
    return problems(RULES["infra.problems"], rows, BEGIN, END, 8, without=without)


def test_what_monitoring_has_not_ended_is_wrong_by_its_severity_and_said_once_a_host():
    found = _problems(
        _problem("warning", 30),
        _problem("high", 2),
        _problem("average", 2, host="b"),
        _problem("warning", 9, ended=1, host="c"),
        _problem("information", 9),
    )
    assert [(each.subject, each.state, each.since) for each in found] == [
        ("a", "critical", "11月19日"),
        ("b", "warning", "11月20日"),
    ]
    assert found[0].evidence == "监控告警“磁盘低”11月20日 22:00 发生，尚未恢复；另有 1 项。"


def test_a_grave_problem_of_the_day_is_told_though_it_is_over_but_not_of_a_host_that_was_told_to_be_down():
    over = _problem("high", 9, ended=7)
    [found] = _problems(over)
    assert (found.state, found.evidence) == (
        "critical",
        "监控告警“磁盘低”11月20日 15:00 发生，17:00 恢复，历时 2 小时。",
    )
    assert [each.state for each in _problems(over, without=("a",))] == ["ok"]
    assert [each.state for each in _problems(_problem("high", 40, ended=30))] == ["ok"]  # of the day before


def test_an_alarm_that_comes_for_the_third_time_in_a_week_has_a_cause():
    rule = RULES["infra.repeated_problems"]
    rows = [{"host": "a", "problem": "CPU 高", "repeats": 3}, {"host": "b", "problem": "CPU 高", "repeats": 2}]
    [found] = repeated(rule, rows, 7, {"a", "b"})
    assert (found.subject, found.state, found.evidence) == ("a", "warning", "告警“CPU 高”7 天内出现 3 次。")
    assert repeated(rule, rows, 7, {"b"}) == []  # a has been quiet today


# monitoring itself


def _gap(source: str, begins: float, minutes: float) -> Row:
    begin = BEGIN + _minutes(begins)
    return {"source": source, "gap_s": minutes * 60.0, "gap_from_at": begin, "gap_until_at": begin + _minutes(minutes)}


def _gaps(*rows: Row, is_complete: bool = True) -> list[Any]:
    return gaps(RULES["infra.checks_gap"], rows, BEGIN, 8, is_complete=is_complete)


def test_monitoring_that_was_silent_for_two_hours_is_said_once_and_nothing_is_called_down_by_it():
    [found] = _gaps(_gap("probe", 65, 140), _gap("zabbix", 67, 135))
    assert (found.subject, found.state) == ("监控平台", "warning")
    assert found.evidence == "01:05—03:25 没有任何检查（2 小时 20 分），期间各系统与主机状态未知。"


def test_one_source_of_checks_is_silent_and_the_other_is_not():
    found = _gaps(_gap("probe", 0, 5), _gap("zabbix", 60, 300))
    assert [(each.subject, each.state) for each in found] == [("检查来源 probe", "ok"), ("检查来源 zabbix", "critical")]


def test_checks_every_five_minutes_have_no_gap_and_of_a_hole_completeness_speaks():
    assert [each.state for each in _gaps(_gap("probe", 20, 5), _gap("zabbix", 3, 15))] == ["ok", "ok"]
    assert _gaps(_gap("probe", 0, 1440), is_complete=False) == []


# services


def _hours(today: dict[int, float], usual: float = 500.0, count: int = 200) -> list[Row]:
    """A service whose hours take ``usual`` ms on every day, wavering by a tenth, and others today."""
    return [
        {
            "day": row["day"],
            "hour": hour,
            "service": "oa",
            "answered": count,
            "answer_p95_ms": today.get(hour, usual) if row["day"] == ON else usual * (1 + 0.1 * (number % 3 - 1)),
        }
        for number, row in enumerate(_calendar())
        for hour in range(8, 18)
    ]


def _slow(rows: list[Row], on: dt.date = ON) -> list[Any]:
    return latency_spike(
        RULES["infra.slow_hours"],
        rows,
        _calendar(),
        on,
        measure="answer_p95_ms",
        count="answered",
        subject=lambda row: row["service"],
    )


def test_a_morning_that_is_six_times_as_slow_is_found_with_its_hours():
    [found] = _slow(_hours({9: 3000.0, 10: 3000.0}))
    assert (found.state, found.value) == ("warning", pytest.approx(6.0))
    assert found.evidence == (
        "09:00—11:00 应答时间 P95为通常的 6.0 倍，最慢 09:00 起一小时 3,000 ms，同一时段通常 500 ms。"
    )
    assert (found.since, found.figures["from_s"], found.figures["until_s"]) == ("11月20日", 32_400.0, 39_600.0)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ({9: 1000.0, 10: 1000.0}, "warning"),  # only twice as slow, for two hours
        ({9: 1000.0}, "ok"),  # one hour that is twice as slow may be chance
        ({9: 1900.0}, "warning"),  # one that is nearly four times as slow is none
        (dict.fromkeys(range(8, 18), 700.0), "ok"),  # not half as slow again
        ({9: 6000.0, 10: 6000.0}, "critical"),
    ],
)
def test_hours_are_slow_by_their_ratio_to_what_is_usual(today: dict[int, float], state: str):
    [found] = _slow(_hours(today))
    assert found.state == state


def test_few_requests_and_few_days_say_nothing():
    assert _slow(_hours({9: 9000.0, 10: 9000.0}, count=49)) == []
    assert _slow(_hours({}), on=_calendar()[3]["day"]) == []


def _slots(failures: dict[int, int], requests: int = 100, each_day: int = 1) -> tuple[list[Row], list[Row]]:
    """100 requests in each of 48 slots on every day, one of them failing in the day's third; and today's failures."""
    made = [
        {"day": row["day"], "slot": slot, "service": "portal", "events": requests}
        for row in _calendar()
        for slot in range(48, 96)
    ]
    failed = [{"day": row["day"], "slot": 50, "service": "portal", "events": each_day} for row in _calendar()[:-1]]
    failed += [{"day": ON, "slot": slot, "service": "portal", "events": count} for slot, count in failures.items()]
    return failed, made


def _burst(failures: dict[int, int]) -> list[Any]:
    failed, made = _slots(failures)
    return failure_burst(
        RULES["infra.error_burst"],
        failed,
        made,
        _calendar(),
        ON,
        slot_s=600,
        subject=lambda row: row["service"],
        chance=1e-9,
    )


@pytest.mark.parametrize(
    ("failures", "state"),
    [({85: 33, 86: 33, 87: 33, 88: 33}, "critical"), ({85: 8, 86: 8}, "warning"), ({85: 2, 90: 1}, "ok"), ({}, "ok")],
)
def test_errors_that_come_together_are_a_burst(failures: dict[int, int], state: str):
    found = _burst(failures)
    assert [each.state for each in found] == [state]


# thresholds of which the direction or the limit is particular


def _state(code: str, **row: Any) -> str:
    [found] = evaluate_rules([RULES[code]], [row], "某处")
    return found.state


def test_a_batch_at_night_may_use_what_is_there_and_the_day_may_not():
    assert _state("infra.cpu_by_night", held_by_night=0.847) == "ok"
    assert _state("infra.cpu_by_day", held_by_day=0.84) == "warning"
    assert _state("infra.cpu_by_day", held_by_day=0.965) == "critical"


def test_a_busy_host_is_said_with_its_hours():
    rule = RULES["infra.cpu_by_day"]
    [found] = evaluate_rules([rule], [{"held_by_day": 0.96}], "oa-app-1")
    means = {8: 0.4, 9: 0.96, 10: 0.97, 11: 0.5, 14: 0.9}
    hours = [{"host": "oa-app-1", "hour_at": BEGIN + _minutes(60 * hour), "mean": mean} for hour, mean in means.items()]
    told = with_hours(found, rule, [*hours, {"host": "b", "hour_at": BEGIN, "mean": 1.0}], BEGIN, 8)
    assert told.evidence == ("CPU 日间持续使用率 96.0%，高于异常阈值 95.0%：09:00—11:00、14:00—15:00。")
    assert told.since == "11月20日"


def test_a_disk_that_fills_by_one_percent_a_day_is_watched_on_the_first_day():
    assert _state("infra.disk_growth", rise_beyond=0.0100) == "warning"
    assert _state("infra.disk_growth", rise_beyond=0.0008) == "ok"


def test_a_backup_that_ran_late_was_made_and_one_that_did_not_run_was_not():
    assert _state("infra.backup_lateness", backup_lateness=1.4) == "ok"
    assert _state("infra.backup_lateness", backup_lateness=1.9) == "warning"
    assert _state("infra.size_drop", size_drop=0.31) == "warning"
    assert _state("infra.backup_failing", failed_since=0) == "ok"
    assert _state("infra.backup_failing", failed_since=1) == "warning"
