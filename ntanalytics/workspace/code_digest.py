"""Digest of the code by which days are counted: what another program has counted is counted again."""

from __future__ import annotations

from pathlib import Path

import ntanalytics
from ntanalytics.file_cache import digest_of_code
from ntanalytics.lake.backends.compiled_sql import versions

#: Components of which counts are made: metrics read constants of the contract, and the engine's compiler writes their
#: SQL.
_COMPONENTS = ("contract", "metrics", "lake/backends", "workspace")


def _on_disk() -> str:
    package = Path(ntanalytics.__file__).parent
    files = sorted(file for component in _COMPONENTS for file in (package / component).rglob("*.py"))
    return digest_of_code(files, versions())


#: The digest as this process has imported the code: an upgrade may replace it on the disk under one that lives on.
_AS_IMPORTED = _on_disk()


def code_digest() -> str:
    """Return the digest of the code that this process has imported, whatever lies on the disk by now."""
    return _AS_IMPORTED
