"""Proof that a report's renderings agree with its record: every figure is there, unaltered, and none was added.

It works from the files in the folder and from the record, not from the renderers: the expected texts of a page and a
sheet are worked out here anew, through ``formats.display`` alone.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from ntanalytics.errors import VerificationFailed
from ntanalytics.reports.findings_json import findings_differences
from ntanalytics.reports.record import load_record
from ntanalytics.reports.verification.document import document_differences
from ntanalytics.reports.verification.html import page_differences
from ntanalytics.reports.verification.workbook import workbook_differences

#: Differences that a failure lists, at most.
MOST_LISTED = 20


def verify(directory: Path) -> None:
    """Prove that the renderings in a folder show exactly the record in ``report.ipynb``.

    Compared are ``report.html``, ``report.xlsx``, ``report.docx`` where the report has one, and ``findings.json``,
    which a published report with findings has. Each artefact in a ``manifest.json`` must have its hash and size.

    Raises:
        VerificationFailed: a text, figure, cell or hash differs, is missing or was added; it lists up to 20.
        ReportIncomplete: the notebook holds no record.
    """
    notebook, page, workbook = (directory / f"report.{ending}" for ending in ("ipynb", "html", "xlsx"))
    missing = [path.name for path in (notebook, page, workbook) if not path.is_file()]
    if missing:
        raise VerificationFailed(
            f"{', '.join(missing)} is not there", where=str(directory), todo="run the report again"
        )
    differences = _manifest_differences(directory)
    record = load_record(notebook)
    differences += [f"report.html: {difference}" for difference in page_differences(record, page.read_bytes())]
    differences += [f"report.xlsx: {difference}" for difference in workbook_differences(record, workbook.read_bytes())]
    document = directory / "report.docx"
    if document.is_file():
        differences += [
            f"report.docx: {difference}" for difference in document_differences(record, document.read_bytes())
        ]
    elif record.has_document:
        differences.append("report.docx is not there")
    differences += findings_differences(record, directory)
    if differences:
        listed = "\n  ".join(differences[:MOST_LISTED])
        more = f"\n  and {len(differences) - MOST_LISTED} more" if len(differences) > MOST_LISTED else ""
        raise VerificationFailed(
            f"{len(differences)} differences from the record:\n  {listed}{more}",
            where=str(directory),
            todo="do not use these files; run the report again, or ntanalytics reproduce",
        )


def _manifest_differences(directory: Path) -> list[str]:
    path = directory / "manifest.json"
    if not path.is_file():
        return []
    artefacts = json.loads(path.read_text(encoding="utf-8")).get("artefacts", {})
    differences = []
    for name, listed in sorted(artefacts.items()):
        artefact = directory / name
        if artefact.parent != directory or not artefact.is_file():
            differences.append(f"manifest.json: {name} is not there")
            continue
        content = artefact.read_bytes()
        if len(content) != listed["size_bytes"]:
            differences.append(f"manifest.json: {name} has {len(content)} bytes, not {listed['size_bytes']}")
        if hashlib.sha256(content).hexdigest() != listed["sha256"]:
            differences.append(f"manifest.json: {name} does not have the hash listed")
    return differences
