"""Recommendations of earlier reports, read from the published records of the same report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ntanalytics.metrics.number_format import MISSING
from ntanalytics.recommendations.follow_up import EFFECTS, FollowedRecommendation, IssuedRecommendation
from ntanalytics.report_content.earlier_records import earlier_records, published_version
from ntanalytics.reports import Table
from ntanalytics.reports.record import Field, Record
from ntanalytics.workspace.report import Report

#: Blocks of a published report with its recommendations.
TRACKING, BASIS = "tracking", "basis"

_FIELDS = (
    Field("number", "string", "建议编号"),
    Field("problem", "string", "问题"),
    Field("decision", "string", "处理结果"),
    Field("finished_on", "date", "完成日期", format="date"),
    Field("then", "string", "提出时"),
    Field("now", "string", "现在"),
    Field("effect", "string", "成效"),
    Field("remark", "string", "备注"),
)


def earlier(report: Report) -> list[list[IssuedRecommendation]] | None:
    """Return the recommendations that the same report issued for earlier periods of the same kind, oldest first.

    Returns:
        A list for each report, empty if none was issued; None if one of them cannot be read: then the first issue of a
        recommendation is unknown.
    """
    records = earlier_records(report, _issued, before=report.period.first)
    return None if records is None else [issued for _, issued in records]


def published_before(report: Report) -> list[IssuedRecommendation]:
    """Return the recommendations of the version of this very report that is published; none without a readable one."""
    return published_version(report, _issued) or []


def _issued(record: Record) -> list[IssuedRecommendation]:
    """Return the recommendations of one record; KeyError if its version numbered none."""
    blocks = {block.id: block for block in record.blocks}
    basis, tracking = blocks[BASIS], blocks[TRACKING]
    findings = (basis.findings_json or {})["findings"]
    heaviest: dict[int, Mapping[str, Any]] = {}
    for row, finding in zip(basis.rows, findings, strict=True):
        heaviest.setdefault(row["place"], finding)
    return [_of(row, heaviest[row["place"]]) for row in tracking.rows]


def _of(row: Mapping[str, Any], finding: Mapping[str, Any]) -> IssuedRecommendation:
    label, brief = finding["entity"]["label"], finding.get("brief")  # records of 0.1.0 have none
    return IssuedRecommendation(
        number=str(row["number"]),
        problem=str(row["problem"]),
        identity=str(finding["identity"]),
        measured=f"{label}：{brief}" if brief else label,
        value=finding["value"],
    )


def past_table(followed: Sequence[FollowedRecommendation], note: str, *, id: str = "past") -> Table:
    """Return the table of earlier recommendations and their effect, open ones first."""
    rows = tuple(
        {
            "number": recommendation.first.number,
            "problem": recommendation.first.problem,
            "decision": recommendation.decision_label,
            "finished_on": None if recommendation.finished_on is None else recommendation.finished_on.isoformat(),
            "then": recommendation.first.measured,
            "now": recommendation.measured,
            "effect": EFFECTS[recommendation.effect],
            "remark": recommendation.remark or MISSING,
        }
        for recommendation in followed
    )
    return Table(id, "往期建议的落实", fields=_FIELDS, rows=rows, note=note)
