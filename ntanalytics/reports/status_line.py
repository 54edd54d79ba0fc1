"""Status line of a report: what is wrong by name, what is in order, what is unknown, and the state of its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntanalytics.findings.phrases import named
from ntanalytics.findings.threshold import ORDER
from ntanalytics.reports.labels import status_label, status_mark
from ntanalytics.reports.record import Record, RecordedBlock
from ntanalytics.reports.truncation import count_checks, unjudged_words

_SUBJECTS_LISTED = 4  #: subjects of one status, at most
_GAPS_LISTED = 3  #: gaps, at most


@dataclass(frozen=True)
class Remark:
    """A part of the status line: a status (or empty), the words in bold, and the rest."""

    status: str
    lead: str
    rest: str = ""


def status_line(record: Record) -> list[Remark]:
    """Return the status line: the exceptions by name, the checks in order, those not judged, the state of the data."""
    judged = [block for block in record.blocks if block.kind == "board" or "unknown_checks" in block.body]
    rows = [row for block in judged for row in _judged_rows(block)]
    unknown = Counter[str]()
    for block in judged:
        # a report that was issued before has none, and names the first four
        unknown.update(dict(block.body.get("unknown_checks", ())))
    remarks = []
    for status in ORDER[:-1]:
        of_status = [row for row in rows if row["state"] == status]
        if of_status:
            lead = f"{status_mark(status)} {count_checks(of_status)}项{status_label(status)}"
            is_counted = status == "unknown" and max(len(unknown), _SUBJECTS_LISTED) < len(of_status)
            by_system = "、".join(f"{name}{count}项" for name, count in unknown.items())
            names = by_system if is_counted and by_system else _subjects(of_status)
            remarks.append(Remark(status, lead, f"：{names}"))
    in_order = sum(row["state"] == "ok" for row in rows)
    if in_order:
        remarks.append(
            Remark("", "", f"其余{in_order}项检查正常") if remarks else Remark("ok", f"● {in_order}项检查正常")
        )
    if unjudged := unjudged_words(rows):
        remarks.append(Remark("", "", unjudged))
    return remarks + data_status(record.head.body, is_alone=not rows)


def _judged_rows(block: RecordedBlock) -> Sequence[Mapping[str, Any]]:
    """Return a row for each finding that a block tells; of what is unknown a table has one for each subsystem."""
    if block.kind == "board":
        return block.rows
    unknown = (
        {"state": "unknown", "subject": f"{name}{count}项", "check": "", "checks": count}
        for name, count in block.body["unknown_checks"]
    )
    return (*block.rows, *unknown)


def _subjects(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the first subjects of some rows of a board."""
    subjects = [named(row["subject"], row["check"]) for row in rows]
    return "、".join(subjects[:_SUBJECTS_LISTED]) + ("等" if len(subjects) > _SUBJECTS_LISTED else "")


def data_status(head: Mapping[str, Any], is_alone: bool = True) -> list[Remark]:
    """Return the state of the data: gaps, rejected rows, and the number of complete sources.

    Args:
        head: the body of the head block.
        is_alone: the status line says nothing else, so that complete data are mentioned, too.
    """
    gaps = [gap.rstrip("。") for gap in head["gaps"]]
    more = [f"共{len(gaps)}处，见数据来源"] if len(gaps) > _GAPS_LISTED else []
    remarks = [Remark("unknown", "○ 数据不完整", f"：{'；'.join(gaps[:_GAPS_LISTED] + more)}")] if gaps else []
    remarks += [Remark("", "", note.rstrip("。")) for note in head.get("notes", ())]
    rejected = sum(line["rejected"] for line in head["as_of"])
    if rejected:
        remarks.append(Remark("", "", f"{rejected:,}行不符合要求的数据未纳入统计"))
    if head["as_of"]:
        complete = sum(
            bool(line["taken_at"] and not line["missing_days"] and not line["error"]) for line in head["as_of"]
        )
        is_complete = complete == len(head["as_of"])
        if is_complete and is_alone and not gaps:
            remarks.insert(0, Remark("ok", "● 本期数据完整"))
        counted = sources_counted(complete, len(head["as_of"]))
        # Gaps are usually named above; where none is, the count itself is the warning.
        remarks.append(Remark("", "", counted) if is_complete or gaps else Remark("unknown", f"○ {counted}"))
    return remarks


def sources_counted(complete: int, count: int) -> str:
    """Return how many of a report's data are complete, in words: each is a dataset of a source."""
    return f"{count}项数据均已取得" if complete == count else f"{count}项数据中{complete}项完整取得"


def worst_status(remarks: Sequence[Remark]) -> str:
    """Return the worst status in the status line; ``ok`` when it names none."""
    named = {remark.status for remark in remarks}
    return next(status for status in ORDER if status in named or status == "ok")


def worst_of(record: Record) -> str:
    """Return the state of a report: the worst of its status line and of all findings that it shows, in any block."""
    shown = [
        finding["status"]
        for block in record.blocks
        if block.findings_json is not None
        for finding in block.findings_json.get("findings", ())
    ]
    named = {worst_status(status_line(record)), *shown}
    return next(status for status in ORDER if status in named)
