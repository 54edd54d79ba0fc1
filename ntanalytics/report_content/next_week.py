"""Plan of the coming week 下周计划: planned changes, what falls due, capacity, deadlines of open items."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta

from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.entities import places
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.finding import Finding, worst_first
from ntanalytics.findings.lifecycle import LifecycleState
from ntanalytics.findings.phrases import named
from ntanalytics.findings.text import SHORT_DOUBT
from ntanalytics.metrics.bounds import join_notes
from ntanalytics.metrics.number_format import close_up
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.recommendations.causes import CUSTOMER, OPERATIONS
from ntanalytics.recommendations.with_cause import Assignment, assignment_of, cause_of
from ntanalytics.report_content.dispositions import dispositions_of, settled_by
from ntanalytics.report_content.finding_history import period_lifecycles
from ntanalytics.report_content.incidents import hazards_left_open, incident_assignments, incidents_of
from ntanalytics.report_content.open_items import unknown_note
from ntanalytics.reports import Table
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.reports.record import Field
from ntanalytics.subsystems import word
from ntanalytics.subsystems.infra.machine_words import disk_words, site_of
from ntanalytics.workspace.report import Report

#: Days ahead in which a certificate or a disk is planned for: what is bought takes longer than a week.
AHEAD = timedelta(days=14)

#: Codes of the findings on certificates that expire soon: where one is open, the number is not told twice.
_EXPIRING = ("ca.expiring_30d", "ca.expiring_times")

_FIELDS = (
    Field("on", "date", "日期", format="date"),
    Field("kind", "string", "类别"),
    Field("item", "string", "事项"),
    Field("owner", "string", "责任单位"),
)


def next_week(report: Report, evaluation: Evaluation, *, id: str = "planned") -> Table:
    """Return what is to be done in the week after a report's, by day; over a gap the note says what may be missing."""
    last, state = report.period.last, period_lifecycles(evaluation)
    incidents, _ = incidents_of(evaluation, places(evaluation.context))
    inspected = hazards_left_open(evaluation, incidents)
    decided = dispositions_of(evaluation, state, inspected)
    settled, assignments = settled_by(decided), incident_assignments(incidents)
    violations = [finding for finding in (*evaluation.findings, *inspected) if finding.is_violation]
    left = [finding for finding in violations if finding.identity not in settled and cause_of(finding) is not None]
    rows = sorted(
        (
            *_changes(evaluation),
            *_certificates(evaluation, last),
            *_disks(evaluation, last),
            *deadlines(left, inspected, last, state, assignments),
        ),
        key=lambda row: str(row["on"]),
    )
    summaries = evaluation.summaries
    sources = (
        summaries["desk"].tables["planned"],
        summaries["infra"].tables["tls"],
        summaries["infra"].tables["disks"],
    )
    unknown = unknown_note(evaluation.findings)
    blind = "" if _expiring(evaluation).is_exact else "到期的数字证书未知，未列入。"
    undecided = "" if decided.is_known or not rows else decided.note
    notes = join_notes(*(figures.note for figures in sources), blind, unknown, undecided)
    is_known = all(figures.is_complete for figures in sources) and not unknown and not blind
    note = notes if rows or not is_known else "没有登记的变更、到期证书、容量预警和待办事项。"
    return Table(
        id,
        "下周计划",
        fields=_FIELDS,
        rows=tuple(rows),
        note=note or ("" if is_known else "数据不完整，计划可能有遗漏。"),
    )


def _row(on: date, kind: str, text: str, owner: str) -> Mapping[str, object]:
    return {"on": on.isoformat(), "kind": kind, "item": close_up(text), "owner": owner}


def _changes(evaluation: Evaluation) -> Iterator[Mapping[str, object]]:
    kinds = column_labels("kind", ("desk.changes",)).values
    context = evaluation.context
    for row in evaluation.summaries["desk"].tables["planned"]:
        confirmed = "已书面确认" if row["confirmed_at"] is not None else "待书面确认"
        unit = f"，{row['unit']}" if row["unit"] else ""
        kind = kinds.get(row["kind"], row["kind"])
        text = f"{subsystem_label(row['subsystem'])}{kind}（{row['change_no']}{unit}，{confirmed}）"
        yield _row(context.local_day(row["planned_at"]), "计划变更", text, OPERATIONS)


def _certificates(evaluation: Evaluation, last: date) -> Iterator[Mapping[str, object]]:
    context = evaluation.context
    for row in evaluation.summaries["infra"].tables["tls"]:
        expires_at = row.exact("tls_expires_at")
        if expires_at is not None and context.local_day(expires_at) <= last + AHEAD:
            text = f"{site_of(row['target'])} 的服务器证书到期，须在此前更换"
            yield _row(context.local_day(expires_at), "证书到期", text, OPERATIONS)
    expiring = _expiring(evaluation).exact
    if expiring and not any(finding.is_violation and finding.code in _EXPIRING for finding in evaluation.findings):
        yield _row(
            last + timedelta(days=1), "证书到期", f"30 天内到期的数字证书 {expiring:,} 张，通知持证人更新", CUSTOMER
        )


def _expiring(evaluation: Evaluation) -> Quantity:
    return evaluation.summaries["ca"].quantity("expiring_30d")


def _disks(evaluation: Evaluation, last: date) -> Iterator[Mapping[str, object]]:
    for row in evaluation.summaries["infra"].tables["disks"]:
        days = row.exact("days_until_full")
        if days is not None and days <= AHEAD.days:
            disk = disk_words(f"{row['host']}{row['part']}")
            full_on = last + timedelta(days=max(math.ceil(days), 1))
            yield _row(full_on, "容量", f"{disk}预计写满，须在此前清理或扩容", OPERATIONS)


def deadlines(
    left: Iterable[Finding],
    inspected: Collection[Finding],
    last: date,
    state: LifecycleState,
    assignments: Mapping[str, Assignment],
) -> Iterator[Mapping[str, object]]:
    """Return the open items, those of one rule and assignment in one line: on their deadline, or on the first day.

    Args:
        left: the open findings.
        inspected: those of them that only an inspection knows.
        last: last day of the report.
        state: the lifecycles of the findings.
        assignments: as ``assignment_of`` takes them.
    """
    alike: dict[tuple[str, Assignment | None], list[Finding]] = {}
    for finding in worst_first(left):
        alike.setdefault((finding.code, assignment_of(finding, last, state, assignments)), []).append(finding)
    for (_, assignment), findings in alike.items():
        if assignment is None or assignment.due is None:
            continue
        if not assignment.can_be_late and assignment.due <= last:
            continue  # it is over, and so is the time to look into it
        # of what an inspection left open nothing is known that its words would need
        advice = findings[0].rule.advice if findings[0] in inspected else word(findings[0]).advice
        more = f"等 {len(findings)} 项" if len(findings) > 1 else ""
        more += SHORT_DOUBT if any(finding.details.get("is_doubtful") for finding in findings) else ""
        late = "（已逾期）" if assignment.is_late(last) else ""
        text = f"{named(findings[0].entity.label, findings[0].rule.check)}{more}：{advice}{late}"
        yield _row(max(assignment.due, last + timedelta(days=1)), "待办", text, assignment.owner)
