"""Parameters ``:since`` and ``:until`` of a mapping, and their form for each driver."""

from __future__ import annotations

import re

#: Strings, quoted names and comments are matched first, since a colon in them is text.
_PARAMETER = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|(?<![:\w]):(?P<name>\w+)", re.DOTALL
)


def bound_names(sql: str) -> set[str]:
    """Return the names of the parameters of an SQL text, outside of quotes and comments."""
    return {match["name"] for match in _PARAMETER.finditer(sql) if match["name"]}


def rename_parameters(sql: str, mark: str) -> str:
    """Return the SQL with the parameters as ``<mark>since`` and ``<mark>until``; quotes and comments are unchanged."""
    return _PARAMETER.sub(
        lambda match: f"{mark}{match['name']}" if match["name"] in ("since", "until") else match[0], sql
    )


def escape_colons(sql: str) -> str:
    r"""Return the SQL with escaped colons in quotes and comments: SQLAlchemy would read them as parameters."""
    return _PARAMETER.sub(lambda match: match[0] if match["name"] else match[0].replace(":", r"\:"), sql)
