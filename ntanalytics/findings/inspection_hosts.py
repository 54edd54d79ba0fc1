"""The inspection's rules over hosts: whether each answers, and what monitoring says is not over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from ntanalytics.findings.finding import ORDER, Finding, State
from ntanalytics.findings.rows import Rows, rows
from ntanalytics.findings.rules import unknown
from ntanalytics.findings.sentences import day_words

#: Severity of a problem → its state while it lasts; information is none.
SEVERITY: Mapping[str, State] = MappingProxyType({
    "warning": "watch", "average": "watch", "high": "bad", "disaster": "bad",
})  # fmt: skip

#: What is said to be unknown where no snapshot tells of any host.
ALL_HOSTS = "全部主机"

#: So much of a problem's name is said.
_NAME_SAID = 60


def reachable(hosts: Rows, *, is_complete: bool = True) -> list[Finding]:
    """Whether each watched host's agent answers.

    Args:
        hosts: rows of ``infra.hosts``: the snapshot that stands for the day.
        is_complete: whether there is such a snapshot of each source.

    Returns:
        A finding a watched host; one ``unknown`` where there is no snapshot.
    """
    if not is_complete:
        return [unknown("infra.reachable", ALL_HOSTS, "主机可达", "没有能代表当日的快照")]
    found = []
    for row in rows(hosts):
        if not row["is_monitored"]:
            continue
        up = row["is_available"]
        state: State = "unknown" if up is None else "ok" if up else "bad"
        said = {"ok": "监控代理应答。", "bad": "监控代理无应答。", "unknown": "监控代理状态未知。"}[state]
        advice = {"ok": "", "bad": "检查主机、网络与监控代理", "unknown": "检查监控代理配置"}[state]
        found.append(
            Finding("infra.reachable", "infra", row["host"], "主机可达", state, None if up is None else float(up),
                    "integer", "监控代理应答", said, None, advice)
        )  # fmt: skip
    return found


def problems(recent: Rows, at: datetime, utc_offset_h: int, *, is_complete: bool = True) -> list[Finding]:
    """What monitoring raised and had not ended at the end of the day.

    Args:
        recent: rows of ``infra.problems`` of the weeks up to the day.
        at: the end of the day (aware).
        utc_offset_h: hours by which local time is ahead of UTC.
        is_complete: whether the day has no hole.

    Returns:
        A finding a problem that lasts, gravest first; without one, a single finding that says so, ``unknown`` where
        the day has a hole.
    """
    lasting = [
        row
        for row in rows(recent)
        if row["started_at"] < at and (row["ended_at"] is None or row["ended_at"] >= at) and row["severity"] in SEVERITY
    ]
    found = sorted((_lasting(row, utc_offset_h) for row in lasting), key=lambda each: ORDER.index(each.state))
    if found:
        return found
    if not is_complete:
        return [unknown("infra.problems", "监控平台", "未恢复告警", "数据缺失")]
    return [
        Finding("infra.problems", "infra", "监控平台", "未恢复告警", "ok", 0.0, "integer", "无未恢复的告警",
                "没有未恢复的告警。")
    ]  # fmt: skip


def _lasting(row: Mapping[str, Any], utc_offset_h: int) -> Finding:
    name = " ".join(str(row["problem"]).split())
    said = name if len(name) <= _NAME_SAID else f"{name[:_NAME_SAID]}…"
    since = day_words((row["started_at"] + timedelta(hours=utc_offset_h)).date())
    return Finding(
        "infra.problems", "infra", row["host"] or "监控平台", "未恢复告警", SEVERITY[row["severity"]], 1.0, "integer",
        "无未恢复的告警", f"监控告警“{said}”尚未恢复。", since, "按告警内容处置并确认恢复",
    )  # fmt: skip
