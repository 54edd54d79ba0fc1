"""Changes of a report since its published versions, compared before the new version replaces the last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.delivery.manifest import RECORD, ReportChanges, read_manifest
from ntanalytics.errors import NtaError

if TYPE_CHECKING:
    from ntanalytics.reports.record import Record

UNREADABLE = "上一版不能读取，未能逐项比较。"


def corrections(target: Path, record: Record) -> list[ReportChanges]:
    """Return the changes from each published version to the next, the oldest first, for the new manifest.

    Args:
        target: the folder of the published report, which may not exist yet.
        record: the record of the new version.
    """
    published = read_manifest(target)
    if published is None or "version" not in published:
        return []
    from ntanalytics.reports.record import load_record
    from ntanalytics.reports.record_diff import record_diff

    try:
        changes = record_diff(load_record(target / RECORD), record)
    except (NtaError, OSError, KeyError, TypeError):  # an older version of the suite made it, or somebody changed it
        changes = [UNREADABLE]
    last: ReportChanges = {"version": published["version"], "run_id": published.get("run_id", ""), "changes": changes}
    return [*published.get("corrects", ()), last]
