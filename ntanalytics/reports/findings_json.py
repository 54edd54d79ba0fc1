"""Findings for machines: ``findings.json`` beside the page, made from the record (docs/findings.md)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from ntanalytics.findings.finding import Entity
from ntanalytics.findings.lifecycle import FindingLifecycle, LifecycleState
from ntanalytics.findings.text import WordedFinding
from ntanalytics.report_files import FINDINGS
from ntanalytics.reports.record import Record
from ntanalytics.reports.renamed import current_findings
from ntanalytics.reports.schemas import KEY, SCHEMA_VERSION

_LIFECYCLE = ("opened_on", "begun_on", "is_older", "confirmed_on", "worst", "change", "closed_on")


def findings_json(
    findings: Iterable[WordedFinding], lifecycles: LifecycleState | None, origin: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the findings of a block as data: each with all its fields, its identity and its lifecycle.

    Args:
        findings: as shown.
        lifecycles: their lifecycles; None where nobody follows them.
        origin: origin of those that tell none themselves.

    Returns:
        ``findings``; ``closed``, what the inspection closed; and ``codes``, its rules: None without lifecycles.
    """
    known = lifecycles if lifecycles is not None and lifecycles.is_known else None
    return {
        "findings": [_finding(item, known, origin) for item in findings],
        "closed": [_closed(lifecycle) for lifecycle in (known.closed if known is not None else ())],
        "codes": None if lifecycles is None else dict(lifecycles.codes),
    }


def _finding(item: WordedFinding, known: LifecycleState | None, origin: Mapping[str, Any]) -> dict[str, Any]:
    finding, wording = item.finding, item.wording
    return {
        "identity": finding.identity,
        "code": finding.code,
        "subsystem": finding.subsystem,
        "entity": entity_data(finding.entity),
        "check": wording.check,
        "status": finding.status,
        "value": finding.value,
        "format": finding.format,
        "certainty": finding.certainty,
        "limits": wording.limits,
        "evidence": wording.evidence,
        "brief": wording.brief,
        "since": finding.since,
        "since_is_bound": finding.since_is_bound,
        "is_over": wording.event.is_over,
        "window": None if finding.window is None else asdict(finding.window),
        "comparison": None if finding.comparison is None else asdict(finding.comparison),
        "advice": wording.advice,
        "effect": item.effect,
        "owner": item.owner,
        "effort": item.effort,
        "figures": dict(finding.figures),
        "details": {
            name: list(value) if isinstance(value, tuple) else value for name, value in finding.details.items()
        },
        "detector": finding.detector,
        "unknown": finding.unknown,
        "is_applicable": finding.is_applicable,
        "excuse": None if finding.excuse is None else asdict(finding.excuse),
        "origin": finding.origin or origin,
        "lifecycle": _lifecycle(known.of(finding.identity), known.on) if known is not None else None,
    }


def _closed(lifecycle: FindingLifecycle) -> dict[str, Any]:
    return {
        "identity": lifecycle.identity,
        "code": lifecycle.code,
        "subsystem": lifecycle.subsystem,
        "entity": entity_data(lifecycle.entity),
        "check": lifecycle.check,
        "status": lifecycle.status,
        "value": lifecycle.value,
        "format": lifecycle.format,
        "lifecycle": _lifecycle(lifecycle, lifecycle.closed_on),
    }


def entity_data(entity: Entity) -> dict[str, str]:
    """Return an entity as data: ``kind``, ``key`` and ``label``."""
    return {"kind": entity.kind, "key": entity.key, "label": entity.label}


def _lifecycle(lifecycle: FindingLifecycle | None, on: date | None) -> dict[str, Any] | None:
    """Return a lifecycle as data; ``day`` is its day ``on``, of a closed one the number of days it lasted."""
    if lifecycle is None or on is None:
        return None
    return {**{name: getattr(lifecycle, name) for name in _LIFECYCLE}, "day": lifecycle.day(on)}


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
        KEY: SCHEMA_VERSION,
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
        (folder / FINDINGS).write_text(text(content), encoding="utf-8")


def text(content: Mapping[str, Any]) -> str:
    """Return the text of ``findings.json``; see ``document``."""
    return f"{json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)}\n"


def findings_differences(record: Record, folder: Path, manifest: Mapping[str, Any] | None = None) -> list[str]:
    """Return the differences between ``findings.json`` in a folder and the record; empty when they agree.

    A report whose record or manifest names a run was published: then the file must be there, and belong to that run.
    """
    path, about = folder / FINDINGS, manifest or {}
    try:
        if not path.is_file():
            was_published = record.publication is not None or "run_id" in about
            is_required = was_published and any(block.findings_json is not None for block in record.blocks)
            return [f"{FINDINGS} is not there"] if is_required else []
        there = current_findings(json.loads(path.read_text(encoding="utf-8"))) or {}
        expected = document(record, about.get("report", there["report"]), about.get("run_id", there["run"])) or {}
        if KEY not in there:  # of 0.1.0
            expected.pop(KEY, None)
        names = [*expected, *(name for name in there if name not in expected)]
        return [f"{FINDINGS}: {name} is not the record's" for name in names if there.get(name) != expected.get(name)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [f"{FINDINGS} cannot be read"]
