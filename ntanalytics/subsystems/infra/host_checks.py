"""The inspection's rules over hosts and monitoring: who answers, what was raised, whether anybody looked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from ntanalytics.findings.finding import ORDER, Finding, State, worst
from ntanalytics.findings.rule import Rule, unknown
from ntanalytics.findings.sentences import day_words, limits
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import Rows, rows

#: Severity of a problem → its state while it lasts; information is none.
SEVERITY: Mapping[str, State] = MappingProxyType({
    "warning": "warning", "average": "warning", "high": "critical", "disaster": "critical",
})  # fmt: skip

#: What is said to be unknown where no snapshot tells of any host.
ALL_HOSTS = "全部主机"

#: What monitoring as a whole is called.
MONITORING = "监控平台"

#: So much of a problem's name is said.
_NAME_SAID = 60


def reachable(
    rule: Rule, hosts: Rows, outages: Rows, begins_at: datetime, utc_offset_h: int, *, is_complete: bool = True
) -> list[Finding]:
    """Whether each watched host answered all day, and answers now.

    Args:
        rule: its thresholds hold for the longest time of the day without an answer, in seconds.
        hosts: rows of ``infra.hosts``: the snapshot that stands for the day.
        outages: ``metrics.availability.outages`` of the day by ``target``, of the checks of hosts themselves.
        begins_at: the begin of the day (aware).
        utc_offset_h: hours by which local time is ahead of UTC.
        is_complete: whether there is such a snapshot of each source.

    Returns:
        A finding a watched host; one of all hosts, ``unknown``, where there is no snapshot, beside those of hosts
        that the checks found down.
    """
    if rule.is_off:
        return []
    longest: dict[str, Mapping[str, Any]] = {}
    for row in rows(outages):
        known = longest.setdefault(row["target"], row)
        longest[row["target"]] = max(known, row, key=lambda each: float(each["down_s"]))
    watched = {row["host"]: row["is_available"] for row in rows(hosts) if row["is_monitored"]} if is_complete else {}
    found = [
        _host(rule, host, watched.get(host, True), longest.get(host), begins_at, utc_offset_h)
        for host in [*watched, *(host for host in longest if host not in watched)]
    ]
    if is_complete:
        return found
    return [unknown(rule.code, ALL_HOSTS, rule.words, "没有能代表当日的快照"), *found]


def _host(
    rule: Rule, host: str, up: bool | None, outage: Mapping[str, Any] | None, begins_at: datetime, utc_offset_h: int
) -> Finding:
    down_s = float(outage["down_s"]) if outage else 0.0
    now: State = "unknown" if up is None else "ok" if up else "critical"
    state = worst([now, rule.threshold.judge(down_s)])
    said = {"ok": "监控代理应答。", "critical": "监控代理无应答。", "unknown": "监控代理状态未知。"}[now]
    figures: dict[str, float | None] = {}
    since = None
    if outage is not None and down_s:
        first, last = (_local(outage[name], utc_offset_h) for name in ("down_from_at", "down_until_at"))
        said = f"{first:%H:%M}—{last:%H:%M} 无应答，历时 {format_number(down_s, 'seconds')}。"
        if now == "critical":
            said = f"{said.removesuffix('。')}，目前仍无应答。"
        figures = {
            "from_s": (outage["down_from_at"] - begins_at).total_seconds(),
            "until_s": (outage["down_until_at"] - begins_at).total_seconds(),
        }
        since = day_words(first.date()) if state != "ok" else None
    advice = {"ok": "", "unknown": "检查监控代理配置"}.get(state, rule.advice)
    return Finding(
        rule.code,
        "infra",
        host,
        rule.words,
        state,
        down_s,
        "seconds",
        f"无应答{limits(rule.threshold, 'seconds').replace('高于', '超过')}",
        said,
        since,
        advice,
        figures=figures,
    )


def problems(
    rule: Rule,
    recent: Rows,
    begins_at: datetime,
    ends_at: datetime,
    utc_offset_h: int,
    *,
    without: Collection[str] = (),
    is_complete: bool = True,
) -> list[Finding]:
    """What monitoring raised and had not ended at the end of the day, and what it raised that was grave.

    Args:
        rule: the rule.
        recent: rows of ``infra.problems`` of the weeks up to the day.
        begins_at: the begin of the day (aware).
        ends_at: its end.
        utc_offset_h: hours by which local time is ahead of UTC.
        without: hosts that are told of already, because they did not answer: what was raised of them and is over says
            the same again.
        is_complete: whether the day has no hole.

    Returns:
        A finding a host, gravest first; without one, a single finding that says so, ``unknown`` where the day has a
        hole.
    """
    if rule.is_off:
        return []
    by_host: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows(recent):
        if row["severity"] not in SEVERITY or row["started_at"] >= ends_at:
            continue
        lasts = row["ended_at"] is None or row["ended_at"] >= ends_at
        is_grave = SEVERITY[row["severity"]] == "critical" and (row["ended_at"] is None or row["ended_at"] > begins_at)
        if lasts or (is_grave and row["host"] not in without):
            by_host.setdefault(row["host"] or MONITORING, []).append(row)
    found = [_raised(rule, host, its, begins_at, ends_at, utc_offset_h) for host, its in by_host.items()]
    if found:
        return sorted(found, key=lambda each: ORDER.index(each.state))
    if not is_complete:
        return [unknown(rule.code, MONITORING, rule.words, "数据缺失")]
    return [
        Finding(
            rule.code,
            "infra",
            MONITORING,
            rule.words,
            "ok",
            0.0,
            "integer",
            "无未恢复或严重的告警",
            "没有未恢复的告警，当日也没有严重告警。",
        )
    ]


def _raised(
    rule: Rule, host: str, raised: list[Mapping[str, Any]], begins_at: datetime, ends_at: datetime, utc_offset_h: int
) -> Finding:
    gravest = min(raised, key=lambda row: (ORDER.index(SEVERITY[row["severity"]]), row["started_at"]))
    began = _local(gravest["started_at"], utc_offset_h)
    if gravest["ended_at"] is None or gravest["ended_at"] >= ends_at:
        what = "尚未恢复"
    else:
        until = gravest["ended_at"]
        lasted = format_number((until - gravest["started_at"]).total_seconds(), "seconds")
        what = f"{_local(until, utc_offset_h):%H:%M} 恢复，历时 {lasted}"
    more = f"；另有 {len(raised) - 1} 项" if len(raised) > 1 else ""
    said = f"监控告警“{_named(gravest['problem'])}”{day_words(began.date())} {began:%H:%M} 发生，{what}{more}。"
    return Finding(
        rule.code,
        "infra",
        host,
        rule.words,
        SEVERITY[gravest["severity"]],
        float(len(raised)),
        "integer",
        "无未恢复或严重的告警",
        said,
        day_words(min(_local(row["started_at"], utc_offset_h).date() for row in raised)),
        rule.advice,
        figures={
            "from_s": (min(row["started_at"] for row in raised) - begins_at).total_seconds(),
            "until_s": (max(_end(row, ends_at) for row in raised) - begins_at).total_seconds(),
        },
    )


def _end(row: Mapping[str, Any], ends_at: datetime) -> datetime:
    ended: datetime = ends_at if row["ended_at"] is None else row["ended_at"]
    return ended


def repeated(rule: Rule, counted: Rows, days: int, today: Iterable[str]) -> list[Finding]:
    """The alarms that came again and again on one host within some days, and came on the inspected one.

    Args:
        rule: its thresholds hold for how often the same alarm came.
        counted: ``metrics.hosts.repeated`` of those days.
        days: how many days they are.
        today: the hosts that had an alarm on the inspected day.

    Returns:
        A finding for each such host, of the alarm that came most often.
    """
    if rule.is_off:
        return []
    found: dict[str, Finding] = {}
    for row in rows(counted):
        host, state = row["host"] or MONITORING, rule.threshold.judge(row["repeats"])
        if state == "ok" or host in found or host not in set(today):
            continue
        said = f"告警“{_named(row['problem'])}”{days} 天内出现 {format_number(row['repeats'], 'integer', '次')}。"
        found[host] = Finding(
            rule.code,
            "infra",
            host,
            rule.words,
            state,
            float(row["repeats"]),
            "integer",
            limits(rule.threshold, "integer", "次"),
            said,
            None,
            rule.advice,
        )
    return list(found.values())


def gaps(
    rule: Rule, sources: Rows, begins_at: datetime, utc_offset_h: int, *, is_complete: bool = True
) -> list[Finding]:
    """Whether anybody looked all day: the longest time in which no check was made.

    Args:
        rule: its thresholds hold for that time, in seconds.
        sources: ``metrics.availability.gaps`` of the day.
        begins_at: the begin of the day (aware).
        utc_offset_h: hours by which local time is ahead of UTC.
        is_complete: whether the day has no hole.

    Returns:
        A finding a source of checks; of sources that were silent together, one of monitoring as a whole instead.
    """
    if rule.is_off or not is_complete:
        return []
    told = rows(sources)
    silent = [row for row in told if rule.threshold.judge(row["gap_s"]) != "ok"]
    begins, ends = [row["gap_from_at"] for row in silent], [row["gap_until_at"] for row in silent]
    if len(silent) > 1 and max(begins) < min(ends):
        longest = max(silent, key=lambda row: float(row["gap_s"]))
        return [_gap(rule, MONITORING, longest, begins_at, utc_offset_h)]
    return [_gap(rule, f"检查来源 {row['source']}", row, begins_at, utc_offset_h) for row in told]


def _gap(rule: Rule, subject: str, row: Mapping[str, Any], begins_at: datetime, utc_offset_h: int) -> Finding:
    words = measure_of(rule.measure)
    first, last = (_local(row[name], utc_offset_h) for name in ("gap_from_at", "gap_until_at"))
    state = rule.threshold.judge(row["gap_s"])
    length = format_number(row["gap_s"], words.format)
    said = f"检查没有中断，最长间隔 {length}。"
    if state != "ok":
        end = "24:00" if (last - first).days == 0 and last.date() > first.date() and last.hour == 0 else f"{last:%H:%M}"
        said = f"{first:%H:%M}—{end} 没有任何检查（{length}），期间各系统与主机状态未知。"
    return Finding(
        rule.code,
        "infra",
        subject,
        rule.words,
        state,
        float(row["gap_s"]),
        words.format,
        limits(rule.threshold, words.format),
        said,
        None if state == "ok" else day_words(first.date()),
        "" if state == "ok" else rule.advice,
        figures={
            "from_s": (row["gap_from_at"] - begins_at).total_seconds(),
            "until_s": (row["gap_until_at"] - begins_at).total_seconds(),
        },
    )


def with_hours(finding: Finding, rule: Rule, hours: Rows, begins_at: datetime, utc_offset_h: int) -> Finding:
    """A finding of a busy host with the hours in which it was.

    Args:
        finding: of one host; one that is in order is returned as it is.
        rule: its rule; an hour beyond its first threshold is told.
        hours: ``host``, ``hour_at`` and ``mean`` of the day.
        begins_at: the begin of the day (aware).
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    if finding.state not in ("warning", "critical"):
        return finding
    busy = sorted(
        round((row["hour_at"] - begins_at) / timedelta(hours=1))
        for row in rows(hours)
        if row["host"] == finding.subject and rule.threshold.judge(row["mean"]) != "ok"
    )
    spans: list[list[int]] = []
    for hour in busy:
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + 1
        else:
            spans.append([hour, hour + 1])
    said = "、".join(f"{first:02d}:00—{last:02d}:00" for first, last in spans)
    evidence = f"{finding.evidence.removesuffix('。')}：{said}。"
    return replace(finding, evidence=evidence, since=day_words(_local(begins_at, utc_offset_h).date()))


def _named(problem: object) -> str:
    name = " ".join(str(problem).split())
    return name if len(name) <= _NAME_SAID else f"{name[:_NAME_SAID]}…"


def _local(moment: datetime, utc_offset_h: int) -> datetime:
    return moment + timedelta(hours=utc_offset_h)
