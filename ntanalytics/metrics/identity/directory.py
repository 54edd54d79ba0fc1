"""Order of the unit directory: units by their id, each followed by the units below it.

Reports on the use of the OA list units in this order, and in no other (docs/domain.md, No league tables).
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

#: Key of an id: numbers by their value, any other text as it is written.
_IdKey = tuple[int, int, str]


def directory_order(dimension: ir.Table) -> Mapping[str, int]:
    """Return name → place in the unit directory, from 0 on; the first source comes first.

    Args:
        dimension: the result of :func:`ntanalytics.metrics.identity.units.units`.
    """
    rows = dimension.select("source", "unit_id", "unit", "parent").to_pyarrow().to_pylist()
    rows.sort(key=lambda row: (row["source"], _id_key(row["unit_id"])))
    own: dict[str, tuple[str, _IdKey]] = {}
    above: dict[str, str | None] = {}
    for row in rows:
        own.setdefault(row["unit"], (row["source"], _id_key(row["unit_id"])))
        above.setdefault(row["unit"], row["parent"])
    ordered = sorted(own, key=lambda name: _path(name, own, above))
    return {name: place for place, name in enumerate(ordered)}


def _id_key(unit_id: str) -> _IdKey:
    # A leading zero makes a code of fixed parts (01, 0101), which sorts as text.
    is_number = unit_id.isascii() and unit_id.isdigit() and (unit_id == "0" or not unit_id.startswith("0"))
    return (0, int(unit_id), "") if is_number else (1, 0, unit_id)


def _path(
    name: str, own: Mapping[str, tuple[str, _IdKey]], above: Mapping[str, str | None]
) -> list[tuple[str, _IdKey]]:
    """Return the keys of a unit and of all units above it, the highest first; a circle ends where it closes."""
    path: list[tuple[str, _IdKey]] = []
    seen: set[str] = set()
    at: str | None = name
    while at is not None and at in own and at not in seen:
        seen.add(at)
        path.insert(0, own[at])
        at = above[at]
    return path
