"""Runs whose process was killed: their evidence is kept, and the ledger records their end."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.delivery.report_folder import folder_in
from ntanalytics.errors import Busy, NtaError
from ntanalytics.language import tr
from ntanalytics.runner import evidence, staging

if TYPE_CHECKING:
    from ntanalytics.delivery.manifest import Manifest
    from ntanalytics.ledger import Ledger, Run

#: Age after which a staging folder is removed whose run the ledger does not know, in seconds: the ledger was replaced.
_UNKNOWN_AGE_S = dt.timedelta(days=1).total_seconds()


def reap_abandoned_runs(outputs: Path, ledger: Ledger) -> list[str]:
    """Close the runs whose process is gone, and remove their staging folders.

    A run is abandoned if its staging folder is there and nobody holds the lock on its report. If its report was
    published before the process was killed, the run is recorded as published.

    Returns:
        The ids of the runs.

    Raises:
        DiskError: the staging folders cannot be read or written.
        LakeError: the ledger cannot be used.
    """
    reaped = []
    for folder in sorted(staging.working_folder(outputs, staging.STAGING).iterdir()):
        run = ledger.runs.get(folder.name)
        if run is None:
            _remove_unknown(folder)
            continue
        report_folder = folder_in(outputs / run.report, run.period, run.parameters)
        try:
            with staging.report_lock(outputs, run.report, report_folder):
                if folder.is_dir():  # its run has not ended meanwhile
                    _close(outputs, ledger, run, folder, report_folder)
                    reaped.append(run.id)
        except Busy:
            continue
    return reaped


def record_publication(ledger: Ledger, manifest: Manifest, target: Path) -> None:
    """Record in the ledger that a run was published, with the digest of its manifest; a second time changes nothing."""
    if "manifest_sha256" in manifest:  # an older version of the suite was killed after publishing
        ledger.publications.append(manifest["run_id"], manifest["manifest_sha256"])
    ledger.runs.finish(manifest["run_id"], "published", version=manifest["version"], path=str(target))


def _close(outputs: Path, ledger: Ledger, run: Run, folder: Path, report_folder: str) -> None:
    target = outputs / run.report / report_folder
    manifest = read_manifest(target)
    if manifest is not None and manifest.get("run_id") == run.id:
        record_publication(ledger, manifest, target)
    else:
        error = NtaError(tr("the run was broken off: its process was killed, or the machine went down"), where=run.id)
        about = evidence.RunIdentity(run.id, run.report, run.period, run.parameters, report_folder)
        kept = evidence.keep_evidence(folder / "report", outputs, about, error, secrets=())
        ledger.runs.finish(run.id, "failed", error=str(error), path=str(kept or ""))
    shutil.rmtree(folder, ignore_errors=True)


def _remove_unknown(folder: Path) -> None:
    with suppress(FileNotFoundError):  # another process has removed it
        if time.time() - folder.stat().st_mtime > _UNKNOWN_AGE_S:
            shutil.rmtree(folder, ignore_errors=True)
