"""The findings of a report for machines: ``findings.json`` beside the page, made from the record (docs/findings.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.lifecycle import FindingLifecycle, LifecycleState
from ntanalytics.reports.record import Record
from ntanalytics.reports.renamed import current_findings

FILE = "findings.json"

_LIFECYCLE_FIELDS = ("opened_on", "begun_on", "is_older", "confirmed_on", "worst", "change", "closed_on")
_CLOSED_FIELDS = ("identity", "code", "subsystem", "subject", "check", "state", "value", "format")


def findings_json(
    findings: Iterable[Finding], course: LifecycleState | None, origin: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the findings of a block: each with all its fields, its identity and its lifecycle.

    Args:
        findings: the findings in the order shown.
        course: their lifecycle; None where nobody follows them.
        origin: the origin of those that have none of their own.

    Returns:
        ``findings``; ``closed``, the findings that the inspection closed; and ``codes``, the checks that ran: None
        without a lifecycle.
    """
    known = course if course is not None and course.is_known else None
    return {
        "findings": [
            {
                "identity": finding.identity,
                **{name: value for name, value in vars(finding).items() if not name.startswith("_")},
                "origin": finding.origin or origin,
                "life": _lifecycle(known.of(finding.identity), known.on) if known is not None else None,
            }
            for finding in findings
        ],
        "closed": [
            {**{name: getattr(life, name) for name in _CLOSED_FIELDS}, "life": _lifecycle(life, life.closed_on)}
            for life in (known.closed if known is not None else ())
        ],
        "codes": None if course is None else dict(course.codes),
    }


def _lifecycle(life: FindingLifecycle | None, on: date | None) -> dict[str, Any] | None:
    """Return a lifecycle as data; ``day`` is its day number on ``on``, of a closed one the number of days it lasted."""
    if life is None or on is None:
        return None
    return {**{name: getattr(life, name) for name in _LIFECYCLE_FIELDS}, "day": life.day(on)}


def document(record: Record, report: str, run_id: str) -> dict[str, Any] | None:
    """Return the content of ``findings.json``; None where the record shows no findings.

    Args:
        record: the record; a finding in several blocks is listed once.
        report: the report's name.
        run_id: the run that made it.
    """
    blocks = [block.findings_json for block in record.blocks if block.findings_json is not None]
    if not blocks:
        return None
    head = record.head.body
    findings: list[Any] = []
    for block in blocks:
        findings += [finding for finding in block["findings"] if finding not in findings]
    return {
        "report": report,
        "period": head["period"]["text"],
        "run": run_id,
        "generated_at": head["generated_at"],
        "tables": head["versions"],
        "findings": findings,
        "closed": [finding for block in blocks for finding in block["closed"]],
        "codes": next((block["codes"] for block in blocks if block["codes"] is not None), None),
    }


def write(record: Record, report: str, run_id: str, folder: Path) -> None:
    """Write ``findings.json`` into a folder, if the record shows findings; see ``document``."""
    content = document(record, report, run_id)
    if content is not None:
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / FILE).write_text(f"{text}\n", encoding="utf-8")


def findings_differences(record: Record, folder: Path) -> list[str]:
    """Return the differences between ``findings.json`` in a folder and the record; empty when they agree.

    A report whose manifest names a run was published: then the file must be there, and belong to that run.
    """
    path, manifest = folder / FILE, folder / "manifest.json"
    try:
        about = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
        if not path.is_file():
            is_required = "run_id" in about and any(block.findings_json is not None for block in record.blocks)
            return [f"{FILE} is not there"] if is_required else []
        there = current_findings(json.loads(path.read_text(encoding="utf-8"))) or {}
        expected = document(record, about.get("report", there["report"]), about.get("run_id", there["run"])) or {}
        names = [*expected, *(name for name in there if name not in expected)]
        return [f"{FILE}: {name} is not the record's" for name in names if there.get(name) != expected.get(name)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [f"{FILE} cannot be read"]
