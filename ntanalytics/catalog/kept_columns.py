"""Columns that mappings select, kept beside the lake's tables: to parse them all takes longer than to read a day.

What a mapping selects depends on its text, its dialects and the parameters that it must bind, on the checks of this
component, and on the versions of sqlglot and Python. These are the key, so that a mapping that was changed, here or by
a site, is parsed anew. Only a mapping that passed every check is kept.
"""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from ntanalytics.file_cache import FileCache, digest_of_code

#: Name of the file beside the tables of the lake.
FILE = "checked-mappings.jsonl"


def versions() -> str:
    """Return a digest of all that a check depends on beside the mapping, as it lies on the disk now."""
    checks = sorted(Path(__file__).parent.glob("*.py"))
    return digest_of_code(checks, f"sqlglot {version('sqlglot')} Python {platform.python_version()}")


#: The same as this process has imported it: it may be replaced on the disk under a process that lives for long.
_AS_IMPORTED = versions()


class KeptColumns:
    """Columns of the mappings that were checked before.

    Args:
        folder: the folder of the file; None: every mapping is parsed freshly.
    """

    def __init__(self, folder: Path | None) -> None:
        self._cache = FileCache(folder / FILE) if folder else None

    def selected(self, sql: str, dialects: tuple[str, ...], path: Path, wanted: frozenset[str]) -> tuple[str, ...]:
        """Return the output columns of a mapping, as :func:`ntanalytics.catalog.parsed_sql.selected_columns` does.

        Args:
            sql: text of the mapping.
            dialects: dialects of the header.
            path: file of the mapping, for messages.
            wanted: exactly the parameters that it must bind.

        Raises:
            ContractError: a check fails.
        """
        if self._cache is None:
            return _parsed(sql, dialects, path, wanted)
        key = hashlib.sha256(json.dumps([_AS_IMPORTED, sql, dialects, sorted(wanted)]).encode()).hexdigest()
        if (text := self._cache.get(key)) is not None:
            return tuple(json.loads(text))
        columns = _parsed(sql, dialects, path, wanted)
        if self._is_as_imported:
            self._cache.put({key: json.dumps(columns)})
        return columns

    @cached_property
    def _is_as_imported(self) -> bool:
        """Equality of the checks that this process has used and those on the disk, asked after the first use."""
        return versions() == _AS_IMPORTED


def _parsed(sql: str, dialects: tuple[str, ...], path: Path, wanted: frozenset[str]) -> tuple[str, ...]:
    from ntanalytics.catalog.parsed_sql import selected_columns

    return selected_columns(sql, dialects, path, wanted)
