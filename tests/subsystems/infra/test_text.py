"""Sentences of hosts, services and backups."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import judge_row, unknown
from ntanalytics.findings.text import Wording, word
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import case_list, figures
from ntanalytics.subsystems.infra.availability_checks import gap_findings, with_outages
from ntanalytics.subsystems.infra.host_checks import alarm_findings, reachable_findings, repeated_findings
from ntanalytics.subsystems.infra.load_checks import with_busy_hours
from ntanalytics.subsystems.infra.retention_checks import unpatched_findings, waiting_findings
from ntanalytics.subsystems.infra.text import TEXTS, backup_highlights
from ntanalytics.subsystems.infra.web_checks import worst_day_findings
from tests.subsystems.infra.given import BEGIN, DAY, RULES, WEEK, gap, minutes, outage, problem
from tests.subsystems.made import ON, view

HOST = Entity("host", "a", "a")


def _worded(finding: Finding) -> Wording:
    return word(finding, TEXTS)


def _judged(code: str, **row: Any) -> Finding:
    return judge_row(RULES[code], FigureRow(row), HOST)


def test_a_host_that_was_down_is_told_from_when_until_when() -> None:
    host = {"host": "im-app-1", "is_monitored": True, "is_available": True}
    rule = RULES["infra.reachable"]
    [finding] = reachable_findings(DAY, rule, view([host]), view([]), [outage("im-app-1", 892, 112)])
    wording = _worded(finding)
    assert wording.evidence == "14时52分至16时44分 无应答，历时 1 小时 52 分。"
    assert (wording.since, wording.advice) == ("11月20日", "检查主机、网络与监控代理")
    assert wording.limits == "无应答超过 10 分钟 为关注，超过 30 分钟 为异常"
    [down] = reachable_findings(DAY, rule, view([{**host, "is_available": False}]), view([]), [])
    assert _worded(down).evidence == "监控代理无应答。"
    [missing] = reachable_findings(DAY, rule, view([], is_complete=False), view([]), [])
    assert _worded(missing).evidence == "主机可达未知：没有能代表当日的快照。"


def test_an_alarm_is_named_by_its_name_and_when_it_was_raised() -> None:
    rule = RULES["infra.problems"]
    alarms = [problem("warning", 30), problem("high", 2)]
    [lasting] = alarm_findings(DAY, rule, view(alarms))
    assert _worded(lasting).evidence == "监控告警“磁盘低”11月20日22时 发生，尚未恢复；另有 1 项。"
    [over] = alarm_findings(DAY, rule, view([problem("high", 9, ended=7)]))
    assert _worded(over).evidence == "监控告警“磁盘低”11月20日15时 发生，17时 恢复，历时 2 小时。"
    [none] = alarm_findings(DAY, rule, view([]))
    assert _worded(none).evidence == "没有未恢复的告警，当日也没有严重告警。"
    assert _worded(none).limits == "无未恢复或严重的告警"


@pytest.mark.parametrize(("days", "span"), [(7, "7 天内"), (91, "季度内")])
def test_an_alarm_that_came_again_is_told_with_its_span(days: int, span: str) -> None:
    rows = [{"host": "a", "problem": "CPU 高", "repeats": 3}]
    [finding] = repeated_findings(RULES["infra.repeated_problems"], case_list(rows), days)
    assert _worded(finding).evidence == f"告警“CPU 高”{span}出现 3 次。"


def test_a_gap_in_monitoring_is_told_with_its_hours() -> None:
    gaps = [gap("probe", 65, 140), gap("zabbix", 67, 135)]
    [finding] = gap_findings(DAY, RULES["infra.checks_gap"], case_list(gaps))
    assert _worded(finding).entity == "监控平台"
    assert _worded(finding).evidence == "1时5分至3时25分 没有任何检查（2 小时 20 分），期间各系统与主机状态未知。"


def test_availability_of_a_day_tells_its_longest_outage() -> None:
    finding = with_outages(
        DAY,
        _judged("infra.availability", availability=0.9931),
        [outage("https://p/", 865, 5), outage("https://p/", 9, 4)],
    )
    assert _worded(finding).evidence == ("可用率 99.31%：14时25分至14时30分 https://p/ 无应答，共中断 2 次。")


def test_the_error_rate_of_a_week_is_told_with_its_worst_day() -> None:
    row = {"day": dt.date(2026, 11, 18), "is_covered": True, "service": "portal", "requests": 999, "error_rate": 0.0231}
    [finding] = worst_day_findings(WEEK, RULES["infra.error_rate"], figures([row]))
    assert _worded(finding).evidence == "单日最高错误率 2.31%（11月18日）。"
    rows = [row, {**row, "day": ON, "error_rate": 0.02}]
    [finding] = worst_day_findings(WEEK, RULES["infra.error_rate"], figures(rows))
    assert _worded(finding).evidence == "单日最高错误率 2.31%（11月18日）；期内共有 2 天。"
    [finding] = worst_day_findings(DAY, RULES["infra.error_rate"], figures([{**row, "day": ON}]))
    assert _worded(finding).evidence == "错误率 2.31%。"


def test_a_busy_host_is_told_with_its_hours() -> None:
    hours = [{"host": "a", "hour_at": BEGIN + minutes(60 * hour), "mean": 0.97} for hour in (9, 10, 14)]
    finding = with_busy_hours(DAY, _judged("infra.cpu_by_day", held_by_day=0.96), hours)
    assert _worded(finding).evidence == ("处理器日间持续使用率 96.0%：9时至11时、14时至15时。")


def test_a_disk_that_begins_to_fill_is_told_with_its_pace() -> None:
    finding = _judged("infra.disk_growth", rise_beyond=0.01)
    finding = finding.with_figures(disk_rise=0.012, usual_rise=0.002, disk_used=0.7)
    assert _worded(finding).evidence == ("两天增长 1.20 个百分点，通常为 0.20 个，目前已用 70.0%，照此约 50 天写满。")


def test_patches_are_told_with_their_hosts() -> None:
    waiting = [{"host": "a", "waiting_patches": 1, "patch": "KYSA-1", "since_on": ON}]
    [failed] = waiting_findings(RULES["infra.failed_patches"], waiting, view([]), view([]))
    assert _worded(failed).evidence == "补丁 KYSA-1 安装失败，尚未复装。"
    [none] = waiting_findings(RULES["infra.failed_patches"], [], view([]), view([]))
    assert (_worded(none).entity, _worded(none).evidence) == ("全部主机", "没有安装失败待复装的补丁。")
    ages = [{"host": host, "unpatched_days": 100} for host in ("a", "b", "c", "d")]
    [late] = unpatched_findings(RULES["infra.unpatched"], ages, 190, view([]))
    assert _worded(late).evidence == "4 台主机超过 90 天没有补丁记录，最久 100 天：a、b、c等。"
    [short] = unpatched_findings(RULES["infra.unpatched"], [], 43, view([]))
    assert _worded(short).evidence == "未装补丁天数未知：补丁记录只有 43 天。"
    assert _worded(short).advice == "补录更早的补丁记录"


def test_backups_logs_and_drills_are_told() -> None:
    offline = _judged("infra.offline_backup", plans_without_offline=2)
    assert _worded(offline.with_details(plans=("oa", "im"))).evidence == "oa、im没有离线备份。"
    drill = unknown(RULES["infra.restore_drill"], "not_recorded", HOST)
    assert _worded(drill).evidence == "恢复演练未知：台账中没有恢复演练的记录。"
    assert _worded(drill).advice == "登记最近一次恢复演练，或安排一次"
    assert _worded(_judged("infra.restore_drill", drill_days=40)).evidence == "距最近登记的恢复演练 40 天。"
    log = _judged("infra.log_retention", log_days=55).with_details(is_exhausted=True)
    assert _worded(log).evidence == "抽取时最早可读到 55 天前的日志，更早的已没有。"


def test_the_highlights_tell_how_many_backup_plans_are_late() -> None:
    plans = figures([{"medium": medium} for medium in ("online", "online", "offline")])
    assert backup_highlights(plans[:0], 0) == "没有备份记录"
    assert backup_highlights(plans, 0) == "备份计划在线 2 项、离线 1 项，均按期"
    assert backup_highlights(plans, None).endswith("是否按期未知")
    assert backup_highlights(plans[:2], 0, has_offline=False) == "备份计划在线 2 项、没有离线备份数据源，均按期"
    assert backup_highlights(plans[:1], 1) == "备份计划在线 1 项、离线 0 项，1 项逾期"


def test_over_a_gap_no_backup_is_said_to_be_in_time() -> None:
    plans = replace(figures([{"medium": "online"}]), is_complete=False)
    assert backup_highlights(plans[:0], 0) == "备份记录未知"
    assert backup_highlights(plans, 0) == "备份计划在线 ≥1 项、离线 ≥0 项，是否按期未知"
