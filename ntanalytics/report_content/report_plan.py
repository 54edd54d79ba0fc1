"""Report plan of a month: due and issued reports (docs/domain.md, Service quality and score)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.contract.desk_plans import report_label
from ntanalytics.findings.phrases import sentence
from ntanalytics.report_content.duties.report_log import IssueState
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.reports import Table
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field

_FIELDS = (
    Field("report", "string", "报告"),
    Field("period", "string", "周期"),
    Field("due_at", "datetime", "最迟出具", format="datetime"),
    Field("issued_at", "datetime", "首次出具", format="datetime"),
    Field("version", "integer", "现版本", format="integer"),
    Field("recipients", "string", "投递渠道"),
    Field("state", "string", "情况"),
)

_STATES: Mapping[IssueState, str] = MappingProxyType(
    {"on_time": "按时", "late": "逾期", "missing": "未出具", "open": "未到时限", "unknown": "台账之前，未知"}
)


def plan_table(span: DutySpan, *, id: str = "report-plan") -> Table:
    """Return every report that the schedule demanded in the span, with its first issue."""
    rows = []
    for due in span.log.due:
        first, latest = span.log.first_issue(due.report, due.period), span.log.latest_issue(due.report, due.period)
        rows.append(
            plain_row(
                {
                    "report": report_label(due.report),
                    "period": due.period,
                    "due_at": due.deadline,
                    "issued_at": None if first is None else first.at,
                    "version": None if latest is None else latest.version,
                    "recipients": due.recipients or "未配置",
                    "state": _STATES[span.log.state_of(due, span.ends_at)],
                }
            )
        )
    note = sentence(span.log.gaps) or ("" if rows else "任务表中没有应在此期间出具的报告。")
    return Table(id, "报告计划与出具情况", fields=_FIELDS, rows=tuple(rows), note=note)
