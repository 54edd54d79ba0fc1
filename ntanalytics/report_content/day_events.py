"""Events of a day: alarms of monitoring, incidents of the service desk, and outages that the probes saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.covered_days import register, since
from ntanalytics.checks.section import HISTORY
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.headline import NOT_KNOWN
from ntanalytics.metrics.figures import Figures, case_list
from ntanalytics.metrics.number_format import format_number
from ntanalytics.reports import Table, without_source
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field
from ntanalytics.subsystems.infra import host_checks

_FIELDS = (
    Field("at", "datetime", "开始", format="datetime"),
    Field("origin", "string", "来源"),
    Field("subject", "string", "对象"),
    Field("what", "string", "内容"),
    Field("lasted", "number", "持续", format="seconds"),
    Field("is_over", "string", "现状"),
)

#: Datasets of the events of a day, and the heading of their table.
_READ = ("infra.checks", "infra.problems", "desk.incidents")
_TITLE = "告警、台账事件与探测中断"


def day_events(
    context: CheckContext, outages: Iterable[Mapping[str, Any]], begins: datetime, ends: datetime
) -> Figures:
    """Return the events of a day, oldest first: alarms of monitoring, incidents of the desk, outages of the probes.

    Args:
        context: the context of the day.
        outages: the outages of the probes.
        begins: begin of the day.
        ends: its end.
    """
    problems, incidents = context.dataset("infra.problems", HISTORY), context.dataset("desk.incidents", HISTORY)
    without_end = problems.sources_without("ended_at")
    events = _raised(problems.cases.to_pyarrow().to_pylist(), begins, ends, without_end)
    without_end = incidents.sources_without("restored_at")
    events += _noted(incidents.cases.to_pyarrow().to_pylist(), begins, ends, without_end)
    events += _down(outages, ends)
    first = context.period.first - timedelta(days=HISTORY)
    return case_list(
        sorted(events, key=lambda row: row["at"]),
        context.dataset("infra.checks", HISTORY),
        *(register(cases, first, since(cases, first)) for cases in (problems, incidents)),
    )


def day_events_table(
    context: CheckContext, events: Figures, origin: Mapping[str, Any], *, id: str = "incidents"
) -> Table:
    """Return the table of the events of a day.

    Args:
        context: the context of the day.
        events: the events (:func:`day_events`).
        origin: where they come from.
        id: a slug, unique in the report.
    """
    rows = tuple(map(plain_row, events))
    if not rows and not any(context.dataset(name).sources for name in _READ):
        return without_source(_TITLE, id=id)
    without_end = context.dataset("infra.problems").sources_without("ended_at")
    unended = "监控告警没有恢复时间，此前的告警是否恢复未知，未列出。" if without_end else ""
    is_quiet = events.is_complete and not rows and not unended
    note = "当日没有告警、事件或探测中断。" if is_quiet else events.note + unended
    if not events.is_complete and not note:
        note = "此前的数据不全，更早开始而仍持续的告警、事件可能未列出。"
    return Table(id, _TITLE, fields=_FIELDS, rows=rows, note=note, origin=origin)


def _raised(
    problems: Iterable[Mapping[str, Any]], since: datetime, until: datetime, without_end: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the alarms; of a source that tells no end those that were raised in the window."""
    severities = column_labels("severity").values
    return [
        _row(
            row["started_at"],
            "监控告警",
            row["host"] or "—",
            f"{severities[row['severity']]}：{row['problem']}",
            row["ended_at"],
            until,
            is_end_known=row["source"] not in without_end,
        )
        for row in problems
        if row["severity"] in host_checks.SEVERITY
        and _touches(row["started_at"], row["ended_at"], since, until)
        and (row["source"] not in without_end or row["started_at"] >= since)
    ]


def _noted(
    incidents: Iterable[Mapping[str, Any]], since: datetime, until: datetime, without_end: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the incidents of the desk; of a source that tells no end those that began in the window."""
    causes = column_labels("cause", ("desk.incidents",)).values
    return [
        _row(
            row["began_at"],
            "运维台账",
            SUBSYSTEMS[row["subsystem"]],
            f"{'系统崩溃' if row['is_crash'] else '事件'} {row['incident_no']}（原因：{causes[row['cause']]}）",
            row["restored_at"],
            until,
            is_end_known=row["source"] not in without_end,
        )
        for row in incidents
        if _touches(row["began_at"], row["restored_at"], since, until)
        and (row["source"] not in without_end or row["began_at"] >= since)
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
            is_end_known=row.get("is_complete", True),
        )
        for row in outages
    ]


def _touches(begins: datetime, ends: datetime | None, since: datetime, until: datetime) -> bool:
    return begins < until and (ends is None or ends > since)


def _row(
    at: datetime,
    origin: str,
    subject: str,
    what: str,
    ended: datetime | None,
    until: datetime,
    *,
    is_end_known: bool = True,
) -> dict[str, Any]:
    is_over = ended is not None and ended < until
    lasted = ((ended if is_over and ended is not None else until) - at) / timedelta(seconds=1)
    return {
        "at": at,
        "origin": origin,
        "subject": subject,
        "what": what,
        "lasted": lasted if is_end_known else None,
        "is_over": ("已恢复" if is_over else "未恢复") if is_end_known else NOT_KNOWN,
    }
