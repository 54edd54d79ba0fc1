"""Published files of reports held against the ledger: genuine, altered, or no longer there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from ntanalytics.ledger.publications import IssuedVersion
from ntanalytics.reports.findings_json import FILE
from ntanalytics.reports.verification.manifest import load_published_manifest, manifest_digest

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
    findings: list[dict[str, Any]] = json.loads((folder / FILE).read_text(encoding="utf-8"))["findings"]
    return findings


def _state(folder: Path, issued: IssuedVersion) -> FileState:
    try:
        manifest = load_published_manifest(folder)
        if manifest is None or manifest.get("run_id") != issued.run_id:
            return "missing"
        is_genuine = manifest_digest(dict(manifest)) == issued.manifest_sha256 and _has_files(folder, manifest)
    except FileNotFoundError:
        return "missing"
    except (OSError, ValueError, TypeError, RecursionError):
        return "altered"
    return "genuine" if is_genuine else "altered"


def _has_files(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Return whether each file that the manifest names is as it was published."""
    for name, artefact in manifest["artefacts"].items():
        with (folder / Path(name).name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != artefact["sha256"]:
                return False
    return True
