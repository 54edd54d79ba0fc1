"""Publication of a checked report: its manifest, and one rename to ``outputs/<report>/<period>/``."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import ntanalytics
from ntanalytics.delivery.manifest import Artefact, Manifest
from ntanalytics.disk_space import disk_error, sync
from ntanalytics.errors import PublishError
from ntanalytics.language import tr
from ntanalytics.report_files import DOCUMENT, FINDINGS, HTML, MANIFEST, OFD, PDF, RECORD, WORKBOOK
from ntanalytics.runner import atomic_publish
from ntanalytics.runner.report_request import ReportRequest

if TYPE_CHECKING:
    from ntanalytics.findings.threshold import Status as State
    from ntanalytics.reports.record import Record

#: Files of every report.
ARTEFACTS = (RECORD, HTML, WORKBOOK)
#: Files that a report may have in addition, and no others: Word and OFD for some reports, PDF if a browser can print
#: one, and the findings for machines.
EXTRAS = (DOCUMENT, OFD, PDF, FINDINGS)


def place(outputs: Path, report: str, folder: str) -> Path:
    """Return the folder of a published report, ``outputs/<report>/<folder>``; its parent is made.

    Raises:
        PublishError: the name leaves the outputs, or a symbolic link is on the path.
    """
    for part in (report, folder):
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.,=%~+\u3400-\u4dbf\u4e00-\u9fff-]*", part):
            raise PublishError(tr("{part!r} is no name for a folder", part=part), where=str(outputs))
    parent = outputs / report
    target = parent / folder
    try:
        for path in (parent, target):
            if path.is_symlink():
                raise PublishError(
                    tr("is a symbolic link"), where=str(path), todo=tr("remove the link: reports stay below outputs")
                )
            if path.exists() and not path.is_dir():
                raise PublishError(tr("is not a folder"), where=str(path), todo=tr("move it away"))
        parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, outputs) from error
    return target


def make_manifest(
    request: ReportRequest, record: Record, staged: Path, *, run_id: str, version: int, left_out: Mapping[str, str]
) -> Manifest:
    """Return the manifest: the hash of each file, the version of each table, the age and the gaps of the data.

    Args:
        request: the report, its period and its parameters.
        record: the record, whose head describes the data.
        staged: the folder with the files.
        run_id: the run that made them.
        version: the number of the publication of this report, period and parameters, the first being 1.
        left_out: files that are wanted and could not be made, name → reason in English.

    Raises:
        PublishError: a file is missing or empty.
    """
    # pandas comes with it, and a wrong parameter is refused earlier
    from ntanalytics.reports.renderer import renderer_id
    from ntanalytics.reports.schemas import SCHEMA_VERSION
    from ntanalytics.reports.status_line import status_line, worst_of

    head = record.head.body
    remarks = status_line(record)
    names = [*ARTEFACTS, *(name for name in EXTRAS if (staged / name).exists())]
    return {
        "schema_version": SCHEMA_VERSION,
        "report": request.notebook.name,
        "title": request.notebook.title,
        "period": head["period"],
        "run_id": run_id,
        "version": version,
        "created_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "code_version": ntanalytics.__version__,
        "renderer": renderer_id(),
        "python": platform.python_version(),
        "parameters": request.values,
        "notebook_sha256": request.notebook.sha256,
        "artefacts": {name: _artefact(staged / name) for name in names},
        "left_out": dict(left_out),
        "state": cast("State", worst_of(record)),
        "status": [f"{remark.lead}{remark.rest}" for remark in remarks],
        "tables": head["versions"],
        "as_of": head["as_of"],
        "gaps": head["gaps"],
        "rejected": head["rejected"],
    }


def _artefact(path: Path) -> Artefact:
    from ntanalytics.reports.sm3 import sm3  # pandas comes with it, too
    from ntanalytics.reports.verification.ofd import content_sm3

    try:
        content = path.read_bytes()
    except OSError as error:
        raise PublishError(
            tr("{path} was not made: {strerror}", path=path.name, strerror=error.strerror), where=str(path.parent)
        ) from error
    if not content:
        raise PublishError(tr("{path} is empty", path=path.name), where=str(path.parent))
    artefact: Artefact = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "sm3": sm3(content),
        "size_bytes": len(content),
    }
    if path.name == OFD:
        artefact["content_sm3"] = content_sm3(content)
    return artefact


def publish(staged: Path, target: Path, manifest: Manifest) -> None:
    """Write the manifest, flush all files to the disk, and put the folder in the place of ``target``.

    The report that was there stays until the new one is complete, and is then replaced in one step.

    Args:
        staged: the folder with the files, on the file system of the outputs.
        target: the folder that :func:`place` returned.
        manifest: the manifest.

    Raises:
        PublishError: the disk is full, a permission is missing, or the notebook left other files; ``target`` is
            unchanged.
    """
    try:
        from ntanalytics.reports.verification.manifest import manifest_digest

        manifest["manifest_sha256"] = manifest_digest(manifest)
        text = json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False)
        (staged / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        artefacts = list(manifest["artefacts"])
        extra = {path.name for path in staged.iterdir()} - {MANIFEST, *artefacts}
        if extra:
            raise PublishError(
                tr("the report left other files: {extra}", extra=sorted(extra)), where=manifest["report"]
            )
        for name in (*artefacts, MANIFEST):
            (staged / name).chmod(0o640)
            sync(staged / name)
        staged.chmod(0o750)
        sync(staged)
        place(target.parent.parent, target.parent.name, target.name)
        atomic_publish.atomic_publish(staged, target)
    except OSError as error:
        raise disk_error(error, target) from error
