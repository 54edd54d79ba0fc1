"""Value maps: code of a product → ours, as CSV files that a site can edit."""

from __future__ import annotations

import csv
from collections.abc import Mapping as Map
from pathlib import Path
from types import MappingProxyType

from ntanalytics.contract import Dataset
from ntanalytics.errors import ContractError, UnknownName


def load_value_map(dataset: Dataset, column: str, file: Path, mapping: Path) -> Map[str, str | None]:
    """Return a value map: CSV with the columns ``theirs`` and ``ours``; an empty ``ours`` is null.

    Args:
        dataset: the dataset.
        column: column with an enumeration.
        file: file of the value map.
        mapping: SQL file that names it, for messages.

    Raises:
        ContractError: the file cannot be read, or has a code that the enumeration does not.
    """
    declared = next((item for item in dataset.mapped if item.name == column and item.values), None)
    if declared is None:
        raise ContractError(f"translate: {column!r} is no enumeration of {dataset.name}", where=str(mapping))
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            codes = {row["theirs"].strip(): row["ours"].strip() for row in csv.DictReader(lines)}
    except (OSError, KeyError, AttributeError) as error:
        raise ContractError(
            f"cannot read the value map: {error!r}", where=str(file), todo="two columns: theirs,ours"
        ) from error
    for code in codes.values():
        if code not in declared.values and (code or not declared.nullable):
            raise ContractError(str(UnknownName(column, code, declared.values)), where=str(file))
    return MappingProxyType({theirs: ours or None for theirs, ours in codes.items()})
