"""The daily inspection: every subsystem, every host, and whether the data came, on one board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from ntanalytics.checks.entities import places
from ntanalytics.checks.section import HISTORY, SubsystemSummary
from ntanalytics.checks.suppression import suppress_planned
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import ORDER, Finding, worst
from ntanalytics.metrics.infra import hosts
from ntanalytics.metrics.number_format import format_number
from ntanalytics.recommendations.with_cause import with_cause
from ntanalytics.report_content.overview import findings_of
from ntanalytics.reports import Table
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.data import json_value
from ntanalytics.reports.record import Field
from ntanalytics.subsystems import INSPECTIONS, RULES, check_context, summarize_subsystems
from ntanalytics.subsystems.data.checks import inspect_data
from ntanalytics.subsystems.infra import host_checks
from ntanalytics.workspace.report import Report

#: So far ahead it is said when a disk is full.
FORESEEN_DAYS = 365

#: Where the findings of a rule stand.
_PLACE = {code: place for place, code in enumerate(RULES)}

#: The checks of the data themselves stand in a line of their own.
_DATA = "data."

_SYSTEMS = (
    Field("subsystem", "string", "系统"),
    Field("state", "string", "状态", format="state"),
    Field("checks", "integer", "检查", unit="项", format="integer"),
    Field("wrong", "integer", "异常", format="integer"),
    Field("watched", "integer", "关注", format="integer"),
    Field("not_known", "integer", "未知", format="integer"),
    Field("points", "string", "当日要点"),
)

_HOSTS = (
    Field("host", "string", "主机"),
    Field("state", "string", "状态", format="state"),
    Field("checks", "integer", "检查", unit="项", format="integer"),
    Field("cpu", "number", "CPU P95", format="rate:1"),
    Field("memory", "number", "内存 P95", format="rate:1"),
    Field("swap", "number", "交换区 P95", format="rate:1"),
    Field("disk", "number", "最满磁盘", format="rate:1"),
    Field("days", "number", "预计写满", unit="天", format="number:0"),
)

_INCIDENTS = (
    Field("at", "datetime", "开始", format="datetime"),
    Field("origin", "string", "来源"),
    Field("subject", "string", "对象"),
    Field("what", "string", "内容"),
    Field("lasted", "number", "持续", format="seconds"),
    Field("is_over", "string", "现状"),
)


@dataclass(frozen=True)
class DayInspection:
    """What the inspector sees of one day.

    Attributes:
        looks: the looks at the subsystems by id.
        findings: every check.
        loads: how busy each host was, by metric.
        incidents: what happened on the day, from monitoring, the ledger and the probes.
        checks: the manual checks, as the ledger has them.
        origin: where the incidents come from.
        places: what names of hosts and services say of the subsystem that they carry.
    """

    looks: Mapping[str, SubsystemSummary]
    findings: tuple[Finding, ...]
    loads: tuple[Mapping[str, Any], ...]
    incidents: tuple[Mapping[str, Any], ...]
    checks: pa.Table
    origin: Mapping[str, object]
    places: Mapping[str, str]


def inspect(report: Report) -> DayInspection:
    """Everything that is checked on a day.

    Args:
        report: a report of a day.
    """
    context = check_context(report)
    looks = summarize_subsystems(report)
    at = report.ends_at
    metrics, checks = report.dataset("infra.metrics"), report.dataset("desk.checks")
    problems = report.dataset("infra.problems", history=HISTORY)
    incidents = report.dataset("desk.incidents", history=HISTORY)
    loads = hosts.load(metrics.table).to_pyarrow().to_pylist()
    found = findings_of(looks)
    for asked in INSPECTIONS.values():
        # groups come in no order from the engine: the same day must read the same each time
        found += sorted(asked(context), key=lambda each: (_PLACE.get(each.code, len(_PLACE)), each.subject))
    found = suppress_planned(context, found + inspect_data(context))
    happened = [*_raised(problems.recent.to_pyarrow().to_pylist(), report.begins_at, at)]
    happened += _noted(incidents.recent.to_pyarrow().to_pylist(), report.begins_at, at)
    outages = looks["infra"].tables.get("outages")
    happened += _down(outages.to_pylist() if outages is not None else [], at)
    happened.sort(key=lambda row: row["at"])
    shown = checks.table.select("subsystem", "item", "result", "remark").to_pyarrow()
    origin = report.origin("findings.inspection", problems, incidents)
    return DayInspection(
        looks,
        tuple(context.with_origin(with_cause(found))),
        tuple(loads),
        tuple(happened),
        shown,
        origin,
        places(context),
    )


def systems_board(seen: DayInspection, *, id: str = "systems") -> Table:
    """A line for each subsystem: its state, how many checks there are, how many are not in order; the data last."""
    rows = []
    for name, look in seen.looks.items():
        its = [each for each in seen.findings if each.subsystem == name and not each.code.startswith(_DATA)]
        rows.append(_counted(look.name, its, look.points))
    data = [each for each in seen.findings if each.code.startswith(_DATA)]
    gaps = sum(each.state != "ok" for each in data)
    rows.append(_counted("数据完整性", data, f"{gaps} 项有缺失或剔除" if gaps else "各数据源当日数据完整"))
    order = [row["subsystem"] for row in rows]
    rows.sort(key=lambda row: (ORDER.index(row["state"]), order.index(row["subsystem"])))
    return Table(id, "各系统状态", fields=_SYSTEMS, rows=tuple(rows))


def _counted(name: str, findings: list[Finding], points: str) -> dict[str, Any]:
    count = {state: sum(each.state == state for each in findings) for state in ORDER}
    return {
        "subsystem": name,
        "state": worst(each.state for each in findings),
        "checks": len(findings),
        "wrong": count["critical"],
        "watched": count["warning"],
        "not_known": count["unknown"],
        "points": points,
    }


def hosts_board(seen: DayInspection, *, id: str = "hosts") -> Table:
    """A line for each host, what is not in order first: its checks and what was measured."""
    infra = seen.looks["infra"]
    disks = infra.tables["disks"].to_pylist() if "disks" in infra.tables else []
    load = {(row["host"], row["metric"]): row["load_p95"] for row in seen.loads}
    rows = []
    # a switch answers and is not measured
    watched = {
        each.subject
        for each in seen.findings
        if each.code == "infra.reachable" and each.subject != host_checks.ALL_HOSTS
    }
    for host in sorted({row["host"] for row in seen.loads} | watched):
        its = [each for each in seen.findings if each.subsystem == "infra" and each.subject.partition(" ")[0] == host]
        full = [row["disk_used"] for row in disks if row["host"] == host and row["disk_used"] is not None]
        days = [row["days_until_full"] for row in disks if row["host"] == host and row["days_until_full"] is not None]
        rows.append(
            {
                "host": host,
                "state": worst(each.state for each in its),
                "checks": len(its),
                "cpu": load.get((host, "cpu_rate")),
                "memory": load.get((host, "memory_rate")),
                "swap": load.get((host, "swap_rate")),
                "disk": max(full, default=None),
                "days": min((each for each in days if each <= FORESEEN_DAYS), default=None),
            }
        )
    rows.sort(key=lambda row: ORDER.index(row["state"]))
    note = "预计写满按近四周每日峰值的趋势推算；空白为一年内不会写满，或天数不足。"
    return Table(id, "主机", fields=_HOSTS, rows=tuple(rows), note=note, origin=infra.origin)


def incidents_board(seen: DayInspection, *, id: str = "incidents") -> Table:
    """What happened on the day, oldest first: monitoring problems, incidents of the ledger, outages of the probes."""
    rows = tuple({name: json_value(value) for name, value in row.items()} for row in seen.incidents)
    note = "" if rows else "当日没有告警、事件或探测中断。"
    return Table(id, "告警、台账事件与探测中断", fields=_INCIDENTS, rows=rows, note=note, origin=seen.origin)


def _raised(problems: Iterable[Mapping[str, Any]], since: datetime, until: datetime) -> list[dict[str, Any]]:
    severities = column_labels("severity").values
    return [
        _row(
            row["started_at"],
            "监控告警",
            row["host"] or "—",
            f"{severities[row['severity']]}：{row['problem']}",
            row["ended_at"],
            until,
        )
        for row in problems
        if row["severity"] in host_checks.SEVERITY and _touches(row["started_at"], row["ended_at"], since, until)
    ]


def _noted(incidents: Iterable[Mapping[str, Any]], since: datetime, until: datetime) -> list[dict[str, Any]]:
    causes = column_labels("cause").values
    return [
        _row(
            row["began_at"],
            "运维台账",
            SUBSYSTEMS[row["subsystem"]],
            f"{'系统崩溃' if row['is_crash'] else '事件'} {row['incident_no']}（原因：{causes[row['cause']]}）",
            row["restored_at"],
            until,
        )
        for row in incidents
        if _touches(row["began_at"], row["restored_at"], since, until)
    ]


def _down(outages: Iterable[Mapping[str, Any]], until: datetime) -> list[dict[str, Any]]:
    return [
        _row(
            row["down_from_at"],
            "在线探测",
            SUBSYSTEMS[row["subsystem"]],
            f"{row['target']} 连续 {format_number(row['failed_checks'], 'integer')} 次检查失败",
            row["down_until_at"],
            until,
        )
        for row in outages
    ]


def _touches(begins: datetime, ends: datetime | None, since: datetime, until: datetime) -> bool:
    return begins < until and (ends is None or ends > since)


def _row(at: datetime, origin: str, subject: str, what: str, ended: datetime | None, until: datetime) -> dict[str, Any]:
    is_over = ended is not None and ended < until
    lasted = ((ended if is_over and ended is not None else until) - at) / timedelta(seconds=1)
    return {
        "at": at,
        "origin": origin,
        "subject": subject,
        "what": what,
        "lasted": lasted,
        "is_over": "已恢复" if is_over else "未恢复",
    }
