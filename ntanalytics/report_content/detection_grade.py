"""Grade of the detection by reality: the desk's incidents against what the inspections had said before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ntanalytics.contract.desk_tickets import WITHDRAWN
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.phrases import sentence
from ntanalytics.findings.threshold import VIOLATIONS
from ntanalytics.ledger import PastInspection
from ntanalytics.metrics.desk import detection
from ntanalytics.metrics.desk.detection import MISSES, Case, Graded, PublishedViolation, QuietValue
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import rows
from ntanalytics.report_content.duties.published_files import published_findings
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.reports import Table, no_rows
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field

_FIELDS = (
    Field("number", "string", "编号"),
    Field("subsystem", "string", "系统"),
    Field("called_at", "datetime", "首次报告", format="datetime"),
    Field("alerted_at", "datetime", "巡检提示", format="datetime"),
    Field("warning_s", "number", "提前时间", format="seconds"),
    Field("outcome", "string", "结果"),
    Field("nearest", "string", "未提示时最接近阈值的一项"),
)

#: Name of the report whose findings are held against reality.
_INSPECTION = "daily_inspection"


@dataclass(frozen=True)
class DetectionGrade:
    """Grade of a span's detection.

    Attributes:
        cases: what happened, and whether an inspection had told it.
        gaps: why nothing is known; Chinese clauses without a full stop.
        false_alarms: the share of false alarms, by the desk's dispositions.
        nearest: number of a missed case → what of its subsystem had come nearest to a limit, in Chinese.
    """

    cases: tuple[Graded, ...]
    gaps: tuple[str, ...]
    false_alarms: FigureRow = field(default_factory=lambda: FigureRow({}, is_complete=False))
    nearest: Mapping[str, str] = field(default_factory=dict)

    @property
    def row(self) -> FigureRow:
        """The figures, which know the gaps."""
        return FigureRow(detection.summary(self.cases), is_complete=not self.gaps)

    @property
    def words(self) -> str:
        """The grade in one sentence."""
        if self.gaps:
            return f"异常主动发现率无法证明：{self.gaps[0]}。"
        row = self.row
        undated = sum(not item.case.is_call_known for item in self.cases)
        others = f"另有{undated}起未登记发现时间，未能比对。" if undated else ""
        if not row["matched_cases"]:
            return f"期内没有可与巡检比对的故障，异常主动发现率不予计算。{others}"
        words = f"{row['matched_cases']}起故障中，巡检在用户报告前已提示{row['detected_cases']}起"
        return f"{words}，{row.quantity('detected_rate').named()}。{others}"


def grade_detection(span: DutySpan) -> DetectionGrade:
    """Return the grade of a span: point in time, by the inspections that had been published before each call."""
    reads = {"desk.incidents": 0, "desk.tickets": 0}
    gaps = [*span.gaps_of(reads), *span.unread_of(reads)]
    incidents, tickets = span.view("desk.incidents"), span.view("desk.tickets")
    false_alarms = _false_alarms(span)
    if not incidents.sources or not tickets.sources:
        return DetectionGrade((), tuple(gaps), false_alarms)
    past = span.context.workspace.ledger.inspections.until(_INSPECTION, span.last)
    if not past:
        gaps.append("运行台账没有已发布的日常巡检；需按计划出具日常巡检")
    cases = cases_of(rows(incidents.table), rows(tickets.table))
    sources = frozenset(
        name.partition(".")[0] for name, fed in span.context.workspace.sources_by_dataset.items() if fed
    )
    graded = tuple(detection.grade(cases, alerts_of(past), [item.published_at for item in past], sources))
    missed = [item.case for item in graded if item.outcome == "no_alert"]
    return DetectionGrade(graded, tuple(gaps), false_alarms, _nearest(span, missed, past))


def _nearest(span: DutySpan, missed: Sequence[Case], past: Sequence[PastInspection]) -> dict[str, str]:
    """Return number of a case → the value of its subsystem that had come nearest to its limit before the call."""
    issued = {item.run_id: item for item in span.log.issued}
    outputs, words = span.context.workspace.settings.outputs, {}
    for case in missed:
        before = max((item for item in past if item.published_at < case.called_at), key=lambda item: item.published_at)
        version = issued.get(before.run_id)
        findings = published_findings(outputs, version) if version is not None else []
        value = detection.nearest(_quiet(span, findings, case.subsystem))
        if value is not None:
            words[case.number] = f"{value.name}，距关注阈值{format_number(value.distance, 'rate:0')}"
    return words


def _quiet(span: DutySpan, findings: Iterable[Mapping[str, Any]], subsystem: str) -> Iterator[QuietValue]:
    """Yield what an inspection found in order of a subsystem, with the limits of the rules as the site has them."""
    for finding in findings:
        rule = span.context.rules.get(str(finding["code"]))
        is_of_it = subsystem in (finding["subsystem"], finding["entity"]["key"])
        if rule is None or not is_of_it or finding["status"] != "ok" or finding["value"] is None:
            continue
        limit = rule.threshold
        yield QuietValue(str(finding["brief"]), float(finding["value"]), limit.warning, limit.good == "up")


def _false_alarms(span: DutySpan) -> FigureRow:
    view = span.view("desk.dispositions")
    if not view.sources:
        return FigureRow({}, is_complete=False)
    counted = detection.false_alarms(rows(view.cases), span.begins_at, span.ends_at)
    return figures([counted], view).total


def cases_of(incidents: Iterable[Mapping[str, Any]], tickets: Sequence[Mapping[str, Any]]) -> list[Case]:
    """Return what happened: each incident with its first call, and each fault ticket without an incident.

    The first call is the earliest of the incident's discovery and of its tickets; of an incident without a discovery it
    is not known.
    """
    calls: dict[str, list[datetime]] = {}
    for ticket in tickets:
        if ticket["incident_no"]:
            calls.setdefault(str(ticket["incident_no"]), []).append(ticket["opened_at"])
    cases = []
    for row in incidents:
        number = str(row["incident_no"])
        discovered = row["discovered_at"]
        called = min([*calls.get(number, ()), row["began_at"] if discovered is None else discovered])
        cases.append(Case(number, str(row["subsystem"]), row["began_at"], called, is_call_known=discovered is not None))
    for ticket in tickets:
        is_fault = ticket["category"] == "fault" and ticket["close_code"] not in WITHDRAWN
        if is_fault and not ticket["incident_no"]:
            opened = ticket["opened_at"]
            cases.append(Case(str(ticket["ticket_no"]), str(ticket["subsystem"]), opened, opened))
    return cases


def alerts_of(inspections: Iterable[PastInspection]) -> list[PublishedViolation]:
    """Return the violations of published inspections, each with the moment at which it could be read."""
    return [
        PublishedViolation(finding.code.partition(".")[0], finding.entity_key, inspection.published_at, finding.code)
        for inspection in inspections
        for finding in inspection.findings
        if finding.status in VIOLATIONS
    ]


def detection_table(grade: DetectionGrade, *, id: str = "detection") -> Table:
    """Return each failure with the inspection that told it, and why it was missed."""
    listed = tuple(
        plain_row(
            {
                "number": item.case.number,
                "subsystem": subsystem_label(item.case.subsystem),
                "called_at": item.case.called_at if item.case.is_call_known else None,
                "alerted_at": item.alerted_at,
                "warning_s": None if item.warning is None else item.warning / timedelta(seconds=1),
                "outcome": MISSES[item.outcome],
                "nearest": grade.nearest.get(item.case.number, ""),
            }
        )
        for item in grade.cases
    )
    note = grade.words + sentence(grade.gaps[1:]) + _false_alarm_words(grade.false_alarms)
    return Table(id, "异常主动发现", fields=_FIELDS, rows=listed, note=note, empty=no_rows(not grade.gaps))


def _false_alarm_words(row: FigureRow) -> str:
    decided, share = row.quantity("decided_findings"), row.quantity("false_alarm_rate")
    if decided.is_none:
        return "期内没有登记对巡检发现的处置，误报率不予计算。"
    if not share.is_exact:
        return "没有完整的检查处置记录，误报率无法证明。"
    return f"已处置的{decided.text}发现中，误报{row.quantity('false_alarms').text}，{share.named()}。"
