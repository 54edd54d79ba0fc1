"""Value maps: code of a product → ours, as CSV files that a site can edit."""

from __future__ import annotations

from collections.abc import Mapping as Map
from pathlib import Path
from types import MappingProxyType

from ntanalytics.contract import Dataset
from ntanalytics.errors import ContractError, NtaError, UnknownName
from ntanalytics.language import tr
from ntanalytics.settings.csv_files import read_csv


def load_value_map(dataset: Dataset, column: str, file: Path, mapping: Path) -> Map[str, str | None]:
    """Return a value map: CSV with the columns ``theirs`` and ``ours``; an empty ``ours`` is null.

    The code ``*`` stands for every other one.

    Args:
        dataset: the dataset.
        column: column with an enumeration.
        file: file of the value map.
        mapping: SQL file that names it, for messages.

    Raises:
        ContractError: the file cannot be read, has a code twice, or has one of ours that the enumeration does not.
    """
    declared = next((item for item in dataset.mapped if item.name == column and item.values), None)
    if declared is None:
        raise ContractError(
            tr("translate: {column!r} is no enumeration of {dataset}", column=column, dataset=dataset.name),
            where=str(mapping),
        )
    try:
        rows = read_csv(file, ("theirs", "ours"))
    except NtaError as error:
        raise ContractError(
            tr("cannot read the value map: {what}", what=error.what),
            where=str(file),
            todo=error.todo or tr("two columns: theirs,ours"),
        ) from error
    codes: dict[str, str] = {}
    for line, (theirs, ours) in rows:
        if ours not in declared.values and (ours or not declared.nullable):
            raise ContractError(str(UnknownName(column, ours, declared.values)), where=f"{file}:{line}")
        if theirs in codes:
            raise ContractError(
                tr("the code {theirs!r} stands there twice", theirs=theirs),
                where=f"{file}:{line}",
                todo=tr("keep one of the two lines"),
            )
        codes[theirs] = ours
    return MappingProxyType({theirs: ours or None for theirs, ours in codes.items()})
