"""Tables of words: a product's word → ours, as data that a site can edit."""

from __future__ import annotations

import csv
from collections.abc import Mapping as Map
from pathlib import Path
from types import MappingProxyType

from ntanalytics.contract import Dataset
from ntanalytics.errors import ContractError, UnknownName


def load_words(dataset: Dataset, column: str, file: Path, mapping: Path) -> Map[str, str | None]:
    """A table of words: CSV with the columns ``theirs`` and ``ours``; a blank ``ours`` is null, where it may be.

    Args:
        dataset: the contract.
        column: its enumeration.
        file: the table.
        mapping: the SQL file that names the table, for messages.

    Raises:
        ContractError: it cannot be read, or a word is none of the enumeration's.
    """
    declared = next((each for each in dataset.mapped if each.name == column and each.values), None)
    if declared is None:
        raise ContractError(f"translate: {column!r} is no enumeration of {dataset.name}", where=str(mapping))
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            words = {row["theirs"].strip(): row["ours"].strip() for row in csv.DictReader(lines)}
    except (OSError, KeyError, AttributeError) as error:
        raise ContractError(
            f"cannot read the table of words: {error!r}", where=str(file), todo="two columns: theirs,ours"
        ) from error
    for word in words.values():
        if word not in declared.values and (word or not declared.nullable):
            raise ContractError(str(UnknownName(column, word, declared.values)), where=str(file))
    return MappingProxyType({theirs: ours or None for theirs, ours in words.items()})
