"""Name of the folder of an issued report: its period and each parameter that differs from its default.

The runner names folders with this module, and readers of the outputs parse the names with it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

#: A file name may have 255 bytes; the lock and a replaced folder add some to it.
_LONGEST_NAME = 200
#: Runs of Chinese characters, which stand for themselves, and of others.
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_PARTS = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+|[^\u3400-\u4dbf\u4e00-\u9fff]+")
_SAFE = "+"  # in addition to ASCII letters, digits and _.-~, which quote() never changes


def folder_name(period: str, own_parameters: Mapping[str, object]) -> str:
    """Return the folder's name, such as ``2026-W47`` or ``2026-W47,top=20,unit=市财政局``.

    ASCII letters, digits, ``_.-~+`` and Chinese characters stand for themselves, every other byte of the UTF-8 text is
    ``%XX``: different values never share a name, and no value can hold a path. A name that would be too long ends in a
    hash instead.

    Args:
        period: the period as text.
        own_parameters: the values that differ from their defaults.
    """
    return _named(period, own_parameters, _quoted)


def folder_in(parent: Path, period: str, own_parameters: Mapping[str, object]) -> str:
    """Return the name of a report's folder below the folder of its reports.

    A folder that an earlier version named, with every Chinese character as ``%XX``, keeps its name.
    """
    former = _named(period, own_parameters, lambda text: quote(text, safe=_SAFE))
    return former if (parent / former).is_dir() else folder_name(period, own_parameters)


def _quoted(text: str) -> str:
    return "".join(part if _HAN.fullmatch(part) else quote(part, safe=_SAFE) for part in _PARTS.findall(text))


def _named(period: str, own_parameters: Mapping[str, object], quoted: Callable[[str], str]) -> str:
    values = dict(sorted(own_parameters.items()))
    name = ",".join([period, *(f"{key}={quoted(_as_text(value))}" for key, value in values.items())])
    if len(name.encode()) <= _LONGEST_NAME:
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
