"""Published files of reports held against the ledger: genuine, altered, or no longer there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from ntanalytics.ledger.publications import IssuedVersion
from ntanalytics.report_files import FINDINGS, has_listed_files, load_manifest
from ntanalytics.reports.verification.manifest import manifest_digest

#: What became of the files of a published version.
FileState = Literal["genuine", "altered", "missing"]


def file_states(outputs: Path, issued: Iterable[IssuedVersion]) -> Mapping[str, FileState]:
    """Return run id → what became of the files of the last published version of each report and period.

    Args:
        outputs: folder of the issued reports.
        issued: the published versions, oldest first.
    """
    last = {(item.report, item.period): item for item in issued if item.manifest_sha256}
    return {item.run_id: _state(outputs / item.report / item.period, item) for item in last.values()}


def published_findings(outputs: Path, issued: IssuedVersion) -> list[dict[str, Any]]:
    """Return the findings of a published version as data; none where its files are altered or gone.

    Args:
        outputs: folder of the issued reports.
        issued: the version.
    """
    folder = outputs / issued.report / issued.period
    if _state(folder, issued) != "genuine":
        return []
    findings: list[dict[str, Any]] = json.loads((folder / FINDINGS).read_text(encoding="utf-8"))["findings"]
    return findings


def _state(folder: Path, issued: IssuedVersion) -> FileState:
    try:
        manifest = load_manifest(folder)
        if manifest.get("run_id") != issued.run_id:
            return "missing"
        is_genuine = manifest_digest(manifest) == issued.manifest_sha256 and has_listed_files(folder, manifest)
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError, TypeError, RecursionError):
        return "altered"
    return "genuine" if is_genuine else "altered"
