"""Publishing: a checked report, its manifest, and one rename into ``outputs/<report>/<period>/``."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import ntanalytics
from ntanalytics.disk_space import disk_error
from ntanalytics.errors import PublishError
from ntanalytics.periods import Period
from ntanalytics.runner import atomic_publish
from ntanalytics.runner.notebooks import ReportNotebook
from ntanalytics.runner.parameters import Value

if TYPE_CHECKING:
    from ntanalytics.reports.record import Record

#: What a report is made of; each must be there.
ARTEFACTS = ("report.ipynb", "report.html", "report.xlsx")
#: What it may have besides, and nothing else: Word for some reports, PDF where a browser can print one, and what a
#: report with findings found, for machines.
EXTRAS = ("report.docx", "report.pdf", "findings.json")
MANIFEST = "manifest.json"

#: A file name may have 255 bytes; the lock and a folder set aside add some to it.
_LONGEST_NAME = 200
_SAFE = "+"  # beside letters, digits and _.-~ of ASCII, which are always kept


def folder_name(period: Period, values: Mapping[str, Value], defaults: Mapping[str, Value]) -> str:
    """The name of the folder of a report: its period, then each parameter that is not the default.

    ``2026-W47``, ``2026-W47,top=20,unit=%E5%B8%82…``. ASCII letters, digits and ``_.-~+`` stand for
    themselves, every other byte of the UTF-8 text is ``%XX``, so different values never share a name, and no
    value can hold a path. A name that would be too long ends in a hash of the parameters instead.

    Args:
        period: the report's period.
        values: every parameter's value; ``period`` among them is left out.
        defaults: every parameter's default.
    """
    given = {name: value for name, value in sorted(values.items()) if name != "period" and value != defaults[name]}
    name = ",".join([period.text, *(f"{key}={quote(_written(value), safe=_SAFE)}" for key, value in given.items())])
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{period.text},{','.join(given)}"[: _LONGEST_NAME - 25] + f",sha256={digest}"


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def place(outputs: Path, report: str, folder: str) -> Path:
    """Where a report is published: ``outputs/<report>/<folder>``; its parent is made.

    Raises:
        PublishError: the name leaves the outputs, or someone put a symbolic link on the way.
    """
    for part in (report, folder):
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.,=%~+-]*", part):
            raise PublishError(f"{part!r} is no name for a folder", where=str(outputs))
    parent = outputs / report
    target = parent / folder
    try:
        for path in (parent, target):
            if path.is_symlink():
                raise PublishError(
                    "is a symbolic link", where=str(path), todo="remove the link: reports stay below outputs"
                )
            if path.exists() and not path.is_dir():
                raise PublishError("is not a folder", where=str(path), todo="move it away")
        parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise disk_error(error, outputs) from error
    return target


def manifest(
    report: ReportNotebook,
    period: Period,
    values: Mapping[str, Value],
    record: Record,
    staged: Path,
    *,
    run_id: str,
    version: int,
    left_out: Mapping[str, str],
) -> dict[str, Any]:
    """What was published: every artefact's hash, the version of every table, as of when, what is missing.

    Args:
        report: the notebook it was made from.
        period: its period.
        values: every parameter's value.
        record: the record, whose head knows the data.
        staged: the folder with the artefacts.
        run_id: the run that made it.
        version: 1 for the first publication of this report, period and parameters, then 2, …

        left_out: what could not be made though it is wanted: the file's name → why, in English.

    Raises:
        PublishError: an artefact is missing or empty.
    """
    # pandas comes with it, and a wrong parameter is refused before
    from ntanalytics.reports import labels

    body = record.head.body
    remarks = labels.status(record)
    made = [*ARTEFACTS, *(name for name in EXTRAS if (staged / name).exists())]
    return {
        "report": report.name,
        "title": report.title,
        "period": body["period"],
        "run_id": run_id,
        "version": version,
        "created_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "code_version": ntanalytics.__version__,
        "python": platform.python_version(),
        "parameters": {**values, "period": period.text},
        "notebook_sha256": report.sha256,
        "artefacts": {name: _artefact(staged / name) for name in made},
        "left_out": dict(left_out),
        "state": labels.worst_state(remarks),
        "status": [f"{each.lead}{each.rest}" for each in remarks],
        "tables": body["versions"],
        "as_of": body["as_of"],
        "gaps": body["gaps"],
        "rejected": body["rejected"],
    }


def _artefact(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PublishError(f"{path.name} was not made: {error.strerror}", where=str(path.parent)) from error
    if not content:
        raise PublishError(f"{path.name} is empty", where=str(path.parent))
    return {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}


def publish(staged: Path, target: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest beside the artefacts, put all of it on the disk, and let it be ``target``.

    The report that was there stays until the new one is whole, and is then replaced in one step.

    Args:
        staged: the folder with the artefacts, on the outputs' file system.
        target: as :func:`place` gave it.
        content: the manifest.

    Raises:
        PublishError: the disk is full or a permission is missing; ``target`` is as it was.
    """
    try:
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
        (staged / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        artefacts = list(content["artefacts"])
        extra = {path.name for path in staged.iterdir()} - {MANIFEST, *artefacts}
        if extra:
            raise PublishError(f"the report left other files: {sorted(extra)}", where=content["report"])
        for name in (*artefacts, MANIFEST):
            (staged / name).chmod(0o640)
            atomic_publish.sync(staged / name)
        staged.chmod(0o750)
        atomic_publish.sync(staged)
        place(target.parent.parent, target.parent.name, target.name)
        atomic_publish.atomic_publish(staged, target)
    except OSError as error:
        raise disk_error(error, target) from error


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a published report, or None when there is none that can be read."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
