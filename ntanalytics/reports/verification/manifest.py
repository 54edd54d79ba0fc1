"""The manifest's own digest, and the differences of a manifest from the record and the files beside it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ntanalytics.language import tr
from ntanalytics.report_files import RECORD
from ntanalytics.reports.record import Record
from ntanalytics.reports.renamed import current_state, gaps_of
from ntanalytics.reports.schemas import SCHEMA_VERSION, newer_version
from ntanalytics.reports.status_line import status_line, worst_of, worst_status
from ntanalytics.reports.verification.former_words import say_the_same

#: Key of the digest in a manifest.
DIGEST = "manifest_sha256"

#: Files of a published report that a manifest lists if they are there.
_LISTED = re.compile(r"report\.(ipynb|html|xlsx|docx|ofd|pdf)|findings\.json")


def manifest_digest(manifest: Mapping[str, object]) -> str:
    """Return the digest of a manifest: of all its fields but the digest, as JSON with sorted keys and no spaces."""
    content = {name: value for name, value in manifest.items() if name != DIGEST}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def manifest_differences(manifest: Mapping[str, Any] | None, record: Record, directory: Path) -> list[str]:
    """Return the differences of a manifest from the record, the files and its own digest.

    Args:
        manifest: the manifest; None if there is none, which only a record that was never published may lack.
        record: the record.
        directory: the folder with the files.
    """
    if manifest is None:
        return [tr("manifest.json is not there")] if record.publication else []
    if (version := newer_version(manifest)) is not None:
        return [
            tr(
                "manifest.json has schema version {version}, and this program knows {schema_version}",
                version=version,
                schema_version=SCHEMA_VERSION,
            )
        ]
    try:
        differences = _artefact_differences(manifest, directory) + _field_differences(manifest, record, directory)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return [tr("manifest.json cannot be read: {name} {error}", name=type(error).__name__, error=error)]
    return [f"manifest.json: {difference}" for difference in differences]


def _artefact_differences(manifest: Mapping[str, Any], directory: Path) -> list[str]:
    from ntanalytics.reports.sm3 import sm3
    from ntanalytics.reports.verification.ofd import content_sm3

    artefacts = manifest.get("artefacts", {})
    differences = []
    for name, listed in sorted(artefacts.items()):
        artefact = directory / name
        if artefact.parent != directory or not artefact.is_file():
            differences.append(tr("{name} is not there", name=name))
            continue
        content = artefact.read_bytes()
        if len(content) != listed["size_bytes"]:
            differences.append(f"{name} has {len(content)} bytes, not {listed['size_bytes']}")
        if hashlib.sha256(content).hexdigest() != listed["sha256"]:
            differences.append(tr("{name} does not have the hash listed", name=name))
        if listed.get("sm3", sm3(content)) != sm3(content):
            differences.append(tr("{name} does not have the SM3 listed", name=name))
        if "content_sm3" in listed and listed["content_sm3"] != content_sm3(content):
            differences.append(tr("{name} does not have the SM3 of its content listed", name=name))
    if DIGEST in manifest:
        there = sorted(path.name for path in directory.iterdir() if _LISTED.fullmatch(path.name))
        differences += [tr("{name} is not listed", name=name) for name in there if name not in artefacts]
    return differences


def _field_differences(manifest: Mapping[str, Any], record: Record, directory: Path) -> list[str]:
    """Return the fields that are not the record's; a manifest of an older version has fewer."""
    differences = []
    if record.publication is not None or DIGEST in manifest:
        if manifest.get(DIGEST) != manifest_digest(manifest):
            differences.append(tr("its fields do not have the digest that it gives"))
        names = ("renderer", "code_version", "created_at", "artefacts", *_expected(record, directory))
        missing = [name for name in names if name not in manifest]
        differences += [tr("{name} is missing", name=name) for name in missing]
    if "gaps" in manifest or "holes" in manifest:
        differences += [] if gaps_of(manifest) == record.head.body["gaps"] else ["gaps is not the record's"]
    for name, value in _expected(record, directory).items():
        if name in manifest and not _is_equal(name, _current(name, manifest[name]), value, record):
            differences.append(f"{name} is not the record's: {str(manifest[name])[:80]!r}")
    return differences


def _expected(record: Record, directory: Path) -> dict[str, object]:
    """Return the fields of the manifest that the record holds, too."""
    head = record.head.body
    remarks = status_line(record)
    expected: dict[str, object] = {
        "period": head["period"],
        "tables": head["versions"],
        "as_of": head["as_of"],
        "rejected": head["rejected"],
    }
    if record.publication is None:
        return expected
    metadata = json.loads((directory / RECORD).read_text(encoding="utf-8"))["metadata"]
    return expected | {
        "report": record.publication.report,
        "run_id": record.publication.run_id,
        "version": record.publication.version,
        "title": metadata["ntanalytics"]["title"],
        "parameters": metadata["papermill"]["parameters"],
        "state": worst_of(record),
        "status": [f"{remark.lead}{remark.rest}" for remark in remarks],
        "gaps": head["gaps"],
    }


def _is_equal(name: str, listed: Any, value: Any, record: Record) -> bool:
    """Return whether a field is the record's: an earlier version took the state from the status line alone."""
    if name == "status" and len(listed) == len(value):
        return all(say_the_same(wanted, shown) for wanted, shown in zip(value, listed, strict=True))
    return bool(listed == value or (name == "state" and listed == worst_status(status_line(record))))


def _current(name: str, value: object) -> object:
    return current_state(str(value)) if name == "state" else value
