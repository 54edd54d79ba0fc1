"""Schemas of what a report leaves for machines: the record, ``manifest.json`` and ``findings.json``.

Each has a ``schema_version`` and a JSON Schema (draft 2020-12) beside this file. A file without a version is of 0.1.0,
and counts as version 1; :mod:`ntanalytics.reports.renamed` reads it in today's terms. A key may be added within a
version; a key that is renamed, removed or changes its meaning makes a new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

#: Version of all three, written into each.
SCHEMA_VERSION = 2

#: Key of the version.
KEY = "schema_version"


def schema(name: Literal["record", "manifest", "findings"]) -> Mapping[str, Any]:
    """Return a JSON Schema."""
    content: Mapping[str, Any] = json.loads(Path(__file__).with_name(f"{name}.schema.json").read_text("utf-8"))
    return content


def newer_version(content: Mapping[str, Any]) -> int | None:
    """Return the version of a content that is newer than this program knows; None if it can be read."""
    version = content.get(KEY, 1)
    return version if isinstance(version, int) and version > SCHEMA_VERSION else None
