"""Recommendations of earlier reports, read from the published records of the same report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

from ntanalytics.errors import NtaError
from ntanalytics.metrics.number_format import MISSING
from ntanalytics.recommendations.follow_up import EFFECTS, FollowedRecommendation, IssuedRecommendation
from ntanalytics.reports import Table
from ntanalytics.reports.record import Field, Record, load_record
from ntanalytics.workspace.report import Report

#: Blocks of a published report with its recommendations.
TRACKING, BASIS = "tracking", "basis"

_RECORD = "report.ipynb"

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
    reports: list[tuple[date, list[IssuedRecommendation]]] = []
    try:
        for path in sorted(_folder(report).glob(f"*/{_RECORD}")):
            record = load_record(path)
            period = record.head.body["period"]
            last = date.fromisoformat(period["last"])
            # a folder of another name was made with parameters
            is_of_kind = path.parent.name == period["text"] and period["kind"] == report.period.kind
            if is_of_kind and last < report.period.first:
                reports.append((last, _issued(record)))
    except (NtaError, OSError, KeyError, TypeError, ValueError):
        return None
    return [issued for _, issued in sorted(reports, key=itemgetter(0))]


def published_before(report: Report) -> list[IssuedRecommendation]:
    """Return the recommendations of the version of this very report that is published; none without a readable one."""
    path = _folder(report) / report.period.text / _RECORD
    try:
        return _issued(load_record(path)) if path.is_file() else []
    except (NtaError, OSError, KeyError, TypeError, ValueError):
        return []


def _folder(report: Report) -> Path:
    return report.workspace.settings.outputs / report.name


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
