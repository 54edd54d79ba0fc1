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

FILE = "findings.json"

_LIFE = ("opened_on", "begun_on", "is_older", "confirmed_on", "worst", "change", "closed_on")
_CLOSED = ("identity", "code", "subsystem", "subject", "check", "state", "value", "format")


def findings_json(
    findings: Iterable[Finding], course: LifecycleState | None, origin: Mapping[str, Any]
) -> dict[str, Any]:
    """What a block says of the findings that it shows: each with all its fields, its identity and its life.

    Args:
        findings: as shown.
        course: their life; None where nobody follows them.
        origin: where they come from, for those that do not say it themselves.

    Returns:
        ``findings``; ``closed``, what the inspection closed; and ``codes``, what it asked: None without a course.
    """
    known = course if course is not None and course.is_known else None
    return {
        "findings": [
            {
                "identity": each.identity,
                **{name: value for name, value in vars(each).items() if not name.startswith("_")},
                "origin": each.origin or origin,
                "life": _life(known.of(each.identity), known.on) if known is not None else None,
            }
            for each in findings
        ],
        "closed": [
            {**{name: getattr(each, name) for name in _CLOSED}, "life": _life(each, each.closed_on)}
            for each in (known.closed if known is not None else ())
        ],
        "codes": None if course is None else dict(course.codes),
    }


def _life(life: FindingLifecycle | None, on: date | None) -> dict[str, Any] | None:
    """A life as data; ``day`` is which day of it ``on`` is, of a closed one how many days it lasted."""
    if life is None or on is None:
        return None
    return {**{name: getattr(life, name) for name in _LIFE}, "day": life.day(on)}


def document(record: Record, report: str, run_id: str) -> dict[str, Any] | None:
    """The content of ``findings.json``; None where the record shows no findings.

    Args:
        record: the record; what several blocks show is told once.
        report: the report's name.
        run_id: the run that made it.
    """
    blocks = [block.found for block in record.blocks if block.found is not None]
    if not blocks:
        return None
    head = record.head.body
    findings: list[Any] = []
    for block in blocks:
        findings += [each for each in block["findings"] if each not in findings]
    return {
        "report": report,
        "period": head["period"]["text"],
        "run": run_id,
        "generated_at": head["generated_at"],
        "tables": head["versions"],
        "findings": findings,
        "closed": [each for block in blocks for each in block["closed"]],
        "codes": next((block["codes"] for block in blocks if block["codes"] is not None), None),
    }


def write(record: Record, report: str, run_id: str, folder: Path) -> None:
    """Write ``findings.json`` into a folder, if the record shows findings; see ``document``."""
    content = document(record, report, run_id)
    if content is not None:
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / FILE).write_text(f"{text}\n", encoding="utf-8")


def findings_differences(record: Record, folder: Path) -> list[str]:
    """How ``findings.json`` in a folder differs from the record; empty when it does not.

    Where the manifest names a run, the report was published: then the file must be there, and be that run's.
    """
    path, manifest = folder / FILE, folder / "manifest.json"
    try:
        about = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
        if not path.is_file():
            is_due = "run_id" in about and any(block.found is not None for block in record.blocks)
            return [f"{FILE} is not there"] if is_due else []
        there = json.loads(path.read_text(encoding="utf-8"))
        expected = document(record, about.get("report", there["report"]), about.get("run_id", there["run"])) or {}
        names = [*expected, *(name for name in there if name not in expected)]
        return [f"{FILE}: {name} is not the record's" for name in names if there.get(name) != expected.get(name)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [f"{FILE} cannot be read"]
