"""Files of a published report: their names, its manifest as it was written, and whether they are those of it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ntanalytics.language import tr

MANIFEST = "manifest.json"
RECORD = "report.ipynb"
FINDINGS = "findings.json"

#: Renderings for readers.
HTML, WORKBOOK, DOCUMENT, OFD, PDF = "report.html", "report.xlsx", "report.docx", "report.ofd", "report.pdf"

#: A manifest has some kilobytes; a larger file was not written by the suite.
_LARGEST_BYTES = 4 * 2**20


def load_manifest(folder: Path) -> Any:
    """Return the manifest of a published report.

    Raises:
        OSError: the file cannot be read.
        ValueError, TypeError, RecursionError: it is not a JSON object.
    """
    with (folder / MANIFEST).open("rb") as file:
        return parse_manifest(file, os.fstat(file.fileno()).st_size)


def parse_manifest(file: BinaryIO, size: int) -> Any:
    """Return the manifest that an open file of a size holds; raises as :func:`load_manifest`."""
    content = json.loads(file.read(min(size, _LARGEST_BYTES)))
    if not isinstance(content, dict):
        raise TypeError(tr("the manifest is not a JSON object"))
    return content


def has_listed_files(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Return whether each file that a manifest lists is in its folder as it was published.

    Raises:
        OSError: one of them is not there, or cannot be read.
    """
    for name, artefact in manifest["artefacts"].items():
        with (folder / Path(name).name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != artefact["sha256"]:
                return False
    return True
