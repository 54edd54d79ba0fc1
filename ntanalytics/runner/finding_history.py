"""What a published inspection found, noted in the ledger: the past of the findings of the next one.

It is read from the published record, so that a note that could not be made, or a ledger that was lost, is made up for
by any later run.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntanalytics.errors import NtaError
from ntanalytics.runner.evidence import RECORD
from ntanalytics.runner.publishing import read_manifest

if TYPE_CHECKING:
    from ntanalytics.ledger import InspectedFinding, Ledger, PastInspection
    from ntanalytics.reports.record import Record

#: What a report lacks whose findings could not be noted.
UNNOTED = "findings in the ledger"

#: The folder of a day's report that was made without parameters.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def record_or_warn(ledger: Ledger, record: Record, manifest: Mapping[str, Any]) -> dict[str, str]:
    """Note what a report found, if it is an inspection; it stands, whether that can be done or not.

    Args:
        ledger: where it is noted.
        record: the published record.
        manifest: what was published.

    Returns:
        Why it could not be noted, by :data:`UNNOTED`; empty when it was, or there is nothing to note.
    """
    try:
        inspection = inspection_of(record, manifest)
        if inspection is not None:
            ledger.inspections.record(inspection)
    except NtaError as error:
        return {UNNOTED: f"{error}; the next run notes them"}
    except (KeyError, TypeError, ValueError) as error:  # another version of ours published it
        return {UNNOTED: f"the record of {manifest.get('run_id')} cannot be read: {error!r}"}
    return {}


def repair(outputs: Path, ledger: Ledger) -> dict[str, str]:
    """Note every published inspection that the ledger does not know: one whose note failed, or all in a new ledger.

    Args:
        outputs: the outputs' root.
        ledger: where they are noted.

    Returns:
        As :func:`note_or_say`.
    """
    manifests = {
        str(content["run_id"]): (folder, content)
        for folder in sorted(outputs.glob("*/*"))
        if _DAY.fullmatch(folder.name) and (folder / "findings.json").is_file()
        if (content := read_manifest(folder)) is not None and "run_id" in content
    }
    unnoted: dict[str, str] = {}
    if not manifests:
        return unnoted
    # what shows a record imports pandas; most runs find nothing to repair
    try:
        missing = ledger.inspections.unrecorded(manifests)
    except NtaError as error:
        return {UNNOTED: f"{error}; the next run notes them"}
    for run_id in sorted(missing):
        from ntanalytics.reports.record import load_record

        folder, content = manifests[run_id]
        try:
            record = load_record(folder / RECORD)
        except (NtaError, OSError) as error:
            unnoted[f"the findings of {folder.parent.name} {folder.name} in the ledger"] = str(error)
            continue
        unnoted |= record_or_warn(ledger, record, content)
    return unnoted


def inspection_of(record: Record, manifest: Mapping[str, Any]) -> PastInspection | None:
    """Return the inspection that a published record holds; None where it is no inspection of a day."""
    from ntanalytics.ledger import PastInspection

    period = record.head.body["period"]
    contents = (block.findings_json for block in record.blocks)
    block = next((content for content in contents if content is not None and content["codes"]), None)
    if block is None or period["kind"] != "day":
        return None
    codes: Mapping[str, bool] = block["codes"]
    findings = tuple(
        _inspected(finding)
        for finding in block["findings"]
        if finding["status"] != "ok" or not codes.get(finding["code"], False)
    )
    return PastInspection(
        run_id=str(manifest["run_id"]),
        report=str(manifest["report"]),
        day=dt.date.fromisoformat(period["last"]),
        published_at=dt.datetime.fromisoformat(manifest["created_at"]),
        codes=dict(codes),
        findings=findings,
    )


def _inspected(finding: Mapping[str, Any]) -> InspectedFinding:
    """Return a finding as the ledger keeps it; a check that was not applicable is unknown."""
    from ntanalytics.ledger import InspectedFinding

    return InspectedFinding(
        code=finding["code"],
        entity_kind=finding["entity"]["kind"],
        entity_key=finding["entity"]["key"],
        entity_label=finding["entity"]["label"],
        check=finding["check"],
        status=finding["status"] if finding["is_applicable"] else "unknown",
        value=finding["value"],
        format=finding["format"],
        since_on=dt.date.fromisoformat(finding["since"]) if finding["since"] else None,
        since_is_bound=finding["since_is_bound"],
    )
