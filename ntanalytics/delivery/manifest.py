"""Manifest of an issued report: what it tells, and the names of the renderings for their readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from ntanalytics.findings.threshold import Status as State
from ntanalytics.report_files import DOCUMENT, HTML, OFD, PDF, WORKBOOK, load_manifest

#: Renderings for readers with their Chinese names, in the order in which they are offered.
RENDERINGS = {HTML: "网页", WORKBOOK: "Excel", PDF: "PDF", DOCUMENT: "Word", OFD: "OFD"}


class Artefact(TypedDict):
    """Hashes and size of one published file; an older manifest has no SM3, which seal systems use.

    ``content_sm3`` is the digest of an OFD file's content, which a seal on the file does not change.
    """

    sha256: str
    sm3: NotRequired[str]
    content_sm3: NotRequired[str]
    size_bytes: int


class LedgerAnchor(TypedDict):
    """Number and digest of the last entry in the ledger's chain before the publication."""

    entry: int
    sha256: str


class ReportChanges(TypedDict):
    """Chinese sentences on the differences between one published version and the next, and on their reasons."""

    version: int
    run_id: str
    reasons: NotRequired[Sequence[str]]
    changes: Sequence[str]


class Basis(TypedDict):
    """Digests of everything that a report was made of; with equal ones a new run would make the same report.

    Attributes:
        day: local day of the run; empty if every day that the report needs had settled.
        datasets: datasets that it needs.
        sources: sources with days that had not settled.
        program: digest of the program, its libraries and the notebook.
        site: digest of the settings and of the site's files.
        data: digest of the tables' versions, and of what the ledger knows of them.
        files: digest of the state of the sources' files.
    """

    day: str
    datasets: Sequence[str]
    sources: Sequence[str]
    program: str
    site: str
    data: str
    files: str


class Manifest(TypedDict, total=False):
    """Content of ``manifest.json``; an older version of the suite wrote fewer keys."""

    schema_version: int
    report: str
    title: str
    period: Mapping[str, str]
    run_id: str
    version: int
    created_at: str
    code_version: str
    renderer: str
    python: str
    parameters: Mapping[str, str | int | float | bool]
    notebook_sha256: str
    artefacts: Mapping[str, Artefact]
    left_out: Mapping[str, str]
    state: State
    status: Sequence[str]
    tables: Mapping[str, int]
    extraction_id: int
    as_of: Sequence[Mapping[str, Any]]
    gaps: Sequence[str]
    rejected: Sequence[Any]
    corrects: Sequence[ReportChanges]
    ledger_anchor: LedgerAnchor
    basis: Basis
    manifest_sha256: str


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of an issued report, or None if there is none that can be read."""
    try:
        manifest: Manifest = load_manifest(folder)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return manifest
