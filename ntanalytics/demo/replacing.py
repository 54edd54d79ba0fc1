"""Replacement of an earlier estate: its sources, lake and ledger, and the reports that were issued from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from ntanalytics.delivery.manifest import read_manifest
from ntanalytics.demo.site import LEDGER_FILE
from ntanalytics.errors import LakeError
from ntanalytics.ledger import Ledger

#: Runs of an estate's ledger that are looked at; a demo has a few dozen.
_RUNS = 5000


def remove_estate(directory: Path, outputs: Path) -> None:
    """Remove an earlier estate, except its settings: a new one may have other days, or be another city's.

    A report is removed only where it is the one that the estate's ledger knows; what another site issued stays.

    Args:
        directory: folder of the estate.
        outputs: folder of the reports of the new estate.
    """
    for folder in list(_issued_folders(directory / LEDGER_FILE, outputs.resolve())):
        shutil.rmtree(folder, ignore_errors=True)
    for name in ("sources", "lake"):
        shutil.rmtree(directory / name, ignore_errors=True)
    # what the old ledger knows to be held was in the old lake
    for path in directory.glob(f"{LEDGER_FILE}*"):
        path.unlink()


def _issued_folders(ledger: Path, outputs: Path) -> Iterator[Path]:
    """Yield the folders whose report is one of a ledger; none where it cannot be read."""
    if not ledger.is_file():
        return
    try:
        runs = Ledger(f"sqlite:///{ledger}").runs.history(_RUNS)
    except LakeError:  # of another version
        return
    for run in runs:
        folder = Path(run.path)
        manifest = read_manifest(folder) if run.path and folder.is_relative_to(outputs) else None
        if manifest is not None and manifest.get("run_id") == run.id:
            yield folder
