"""Findings of published inspections, recorded in the ledger: the history of the findings of later inspections.

They are read from the published record, so that any later run makes up for a failed entry or a lost ledger.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntanalytics.delivery.manifest import Manifest, read_manifest
from ntanalytics.delivery.report_folder import parse_folder_name
from ntanalytics.errors import NtaError
from ntanalytics.report_files import FINDINGS, RECORD

if TYPE_CHECKING:
    from ntanalytics.ledger import InspectedFinding, Ledger, PastInspection
    from ntanalytics.reports.record import Record

#: Name of the warning of a report whose findings could not be recorded.
UNRECORDED = "findings in the ledger"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def record_or_warn(ledger: Ledger, record: Record, manifest: Manifest) -> dict[str, str]:
    """Record the findings of a report if it is an inspection; the report is issued in any case.

    Args:
        ledger: the site's.
        record: the published record.
        manifest: its manifest.

    Returns:
        The reason of a failure by :data:`UNRECORDED`; empty after a success, or if there is nothing to record.
    """
    try:
        inspection = inspection_of(record, manifest)
        if inspection is not None:
            ledger.inspections.record(inspection)
    except NtaError as error:
        return {UNRECORDED: f"{error}; the next run notes them"}
    except (KeyError, TypeError, ValueError) as error:  # another version of the suite published it
        return {UNRECORDED: f"the record of {manifest.get('run_id')} cannot be read: {error!r}"}
    return {}


def repair(outputs: Path, ledger: Ledger) -> dict[str, str]:
    """Record every published inspection that the ledger does not know.

    Args:
        outputs: the folder of all reports.
        ledger: the site's.

    Returns:
        As :func:`record_or_warn`, for each report.
    """
    folders = [
        folder for folder in sorted(outputs.glob("*/*")) if _is_of_day(folder.name) and (folder / FINDINGS).is_file()
    ]
    if not folders:
        return {}
    warnings: dict[str, str] = {}
    try:
        issued = ledger.runs.newest_by_path()
        missing = ledger.inspections.unrecorded(issued.get(str(folder), "") for folder in folders)
        # those of years have some thousand manifests: the ledger knows most of them
        doubtful = [folder for folder in folders if issued.get(str(folder), "") in missing]
        manifests = {
            str(manifest["run_id"]): (folder, manifest)
            for folder in doubtful
            if (manifest := read_manifest(folder)) is not None and "run_id" in manifest
        }
        unrecorded = ledger.inspections.unrecorded(manifests)
    except NtaError as error:
        return {UNRECORDED: f"{error}; the next run notes them"}
    for run_id in sorted(unrecorded):
        from ntanalytics.reports.record import load_record  # pandas comes with it; most runs find nothing to repair

        folder, manifest = manifests[run_id]
        try:
            record = load_record(folder / RECORD)
        except (NtaError, OSError) as error:
            warnings[f"the findings of {folder.parent.name} {folder.name} in the ledger"] = str(error)
            continue
        warnings |= record_or_warn(ledger, record, manifest)
    return warnings


def _is_of_day(folder: str) -> bool:
    """Return whether a folder is of a day's report with default parameters."""
    period, parameters = parse_folder_name(folder)
    return not parameters and _DAY.fullmatch(period) is not None


def inspection_of(record: Record, manifest: Manifest) -> PastInspection | None:
    """Return the findings of a published inspection of a day; None if the record is not one."""
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
        run_id=manifest["run_id"],
        report=manifest["report"],
        day=dt.date.fromisoformat(period["last"]),
        published_at=dt.datetime.fromisoformat(manifest["created_at"]),
        codes=dict(codes),
        findings=findings,
    )


def _inspected(finding: Mapping[str, Any]) -> InspectedFinding:
    """Return a finding as the ledger keeps it; a check that was not applicable is unknown."""
    from ntanalytics.findings.finding import SNAPSHOT_ON
    from ntanalytics.ledger import InspectedFinding

    details = finding.get("details", {})
    snapshot_on = details.get(SNAPSHOT_ON)  # no begin is known
    since = finding["since"] or snapshot_on
    return InspectedFinding(
        code=finding["code"],
        entity_kind=finding["entity"]["kind"],
        entity_key=finding["entity"]["key"],
        entity_label=finding["entity"]["label"],
        check=finding["check"],
        status=finding["status"] if finding["is_applicable"] else "unknown",
        value=finding["value"],
        format=finding["format"],
        since_on=dt.date.fromisoformat(since) if since else None,
        since_is_bound=finding["since_is_bound"] or snapshot_on is not None,
        is_over=finding.get("is_over"),
        is_doubtful=bool(details.get("is_doubtful")),
    )
