"""What a new version of a report corrects: compared before it takes the place of the one that is published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntanalytics.errors import NtaError
from ntanalytics.runner.evidence import RECORD
from ntanalytics.runner.publishing import read_manifest

if TYPE_CHECKING:
    from ntanalytics.reports.record import Record

UNREADABLE = "上一版不能读取，未能逐项比较。"


def corrections(target: Path, record: Record) -> list[dict[str, Any]]:
    """What has changed since each version that was published before, the oldest first, for the new manifest.

    Args:
        target: where the report is published; the version before stands there, if there is one.
        record: the record of the new version.

    Returns:
        For each version before ``version``, ``run_id``, and ``record_diff`` from it to the one after, in Chinese sentences.
    """
    published = read_manifest(target)
    if published is None or "version" not in published:
        return []
    from ntanalytics.reports.record import load_record
    from ntanalytics.reports.record_diff import record_diff

    try:
        said = record_diff(load_record(target / RECORD), record)
    except (NtaError, OSError, KeyError, TypeError):  # another version of ours made it, or somebody touched it
        said = [UNREADABLE]
    last = {"version": published["version"], "run_id": published.get("run_id", ""), "changes": said}
    return [*published.get("corrects", ()), last]
