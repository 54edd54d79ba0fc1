"""Name of the folder of an issued report: its period and each parameter that differs from its default.

The runner names folders with this module, and readers of the outputs parse the names with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from urllib.parse import quote

#: A file name may have 255 bytes; the lock and a replaced folder add some to it.
_LONGEST_NAME = 200
_SAFE = "+"  # in addition to ASCII letters, digits and _.-~, which quote() never changes


def folder_name(period: str, own_parameters: Mapping[str, object]) -> str:
    """Return the folder's name, such as ``2026-W47`` or ``2026-W47,top=20,unit=%E5%B8%82…``.

    ASCII letters, digits and ``_.-~+`` stand for themselves, every other byte of the UTF-8 text is ``%XX``: different
    values never share a name, and no value can hold a path. A name that would be too long ends in a hash instead.

    Args:
        period: the period as text.
        own_parameters: the values that differ from their defaults.
    """
    values = dict(sorted(own_parameters.items()))
    name = ",".join([period, *(f"{key}={quote(_as_text(value), safe=_SAFE)}" for key, value in values.items())])
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return f"{period},{','.join(values)}"[: _LONGEST_NAME - 25] + f",sha256={digest}"


def parse_folder_name(name: str) -> tuple[str, frozenset[str]]:
    """Return the period as text, and the names of the parameters that differ from their defaults."""
    period, *assignments = name.split(",")
    return period, frozenset(assignment.partition("=")[0] for assignment in assignments)


def parameters_key(own_parameters: Mapping[str, object]) -> str:
    """Return the parameters as one text, equal for equal parameters: a key to look a report up by."""
    return json.dumps(dict(own_parameters), ensure_ascii=False, sort_keys=True, default=str)


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
