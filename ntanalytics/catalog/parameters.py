"""The parameters of a mapping, ``:since`` and ``:until``: found in its SQL, and written as a driver wants them."""

from __future__ import annotations

import re

#: Strings, quoted names and comments are passed over: a colon in them is text.
_PARAMETER = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|(?<![:\w]):(?P<name>\w+)", re.DOTALL
)


def bound_names(sql: str) -> set[str]:
    """The names of what the SQL wants bound; text inside quotes and comments is none of it."""
    return {match["name"] for match in _PARAMETER.finditer(sql) if match["name"]}


def rename_parameters(sql: str, mark: str) -> str:
    """The SQL with ``:since`` and ``:until`` written as ``<mark>since`` and ``<mark>until``.

    Text inside quotes and comments is left alone.
    """
    return _PARAMETER.sub(
        lambda match: f"{mark}{match['name']}" if match["name"] in ("since", "until") else match[0], sql
    )


def escape_colons(sql: str) -> str:
    r"""The SQL for SQLAlchemy: it takes a colon in quotes or comments for a parameter, unless it is ``\:``."""
    return _PARAMETER.sub(lambda match: match[0] if match["name"] else match[0].replace(":", r"\:"), sql)
