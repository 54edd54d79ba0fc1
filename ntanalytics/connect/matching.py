"""Which dataset a place could feed, and which of its columns is which: points that can be read and explained."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from ntanalytics.connect.sensitive_columns import name_parts
from ntanalytics.connect.source_table import ColumnType, SourceColumn, SourceTable
from ntanalytics.connect.value_forms import meanings
from ntanalytics.contract import DATASETS, Column, Dataset, Type

#: From so many points on a column is taken; with fewer it is a candidate to be named.
TAKEN = 4

#: More different words than this are no enumeration.
MOST_WORDS = 20

_TIMES = {ColumnType.AWARE, ColumnType.NAIVE, ColumnType.DATE}
#: Whether these hold a moment is told by their values.
_UNTOLD = {ColumnType.INTEGER, ColumnType.TEXT}
_SORTS = {
    Type.TIMESTAMP: _TIMES,
    Type.DATE: {ColumnType.DATE, ColumnType.NAIVE, ColumnType.AWARE},
    Type.INTEGER: {ColumnType.INTEGER, ColumnType.NUMBER},
    Type.NUMBER: {ColumnType.INTEGER, ColumnType.NUMBER},
    Type.BOOLEAN: {ColumnType.BOOLEAN, ColumnType.INTEGER, ColumnType.TEXT},
    Type.TEXT: {ColumnType.TEXT, ColumnType.INTEGER, ColumnType.BOOLEAN, ColumnType.OTHER},
}


@dataclass(frozen=True)
class MatchCandidate:
    """A column that may be one of the contract's.

    Attributes:
        field: the source's column.
        points: how well it fits.
        because: why, in words.
    """

    field: SourceColumn
    points: int
    because: tuple[str, ...]


@dataclass(frozen=True)
class MatchProposal:
    """A dataset that a place could feed.

    Attributes:
        dataset: the contract.
        place: where from.
        points: how well it fits.
        because: why, in words.
        columns: the contract's column → candidates, the best first.
    """

    dataset: Dataset
    place: SourceTable
    points: int
    because: tuple[str, ...]
    columns: Map[str, tuple[MatchCandidate, ...]]

    def taken(self, column: str) -> SourceColumn | None:
        """The source's column that is taken for one of the contract's; None where none fits well enough."""
        best = self.columns.get(column, ())
        return best[0].field if best and best[0].points >= TAKEN else None


@cache
def words() -> dict[str, dict[str, frozenset[str]]]:
    """The table of words (words.yml): section → name → its words."""
    content = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    return {
        section: {str(name): frozenset(str(listed).split()) for name, listed in table.items()}
        for section, table in content.items()
    }


def match(places: Iterable[SourceTable]) -> list[MatchProposal]:
    """The datasets that the places could feed, the likeliest first, each from its best place."""
    best: dict[str, MatchProposal] = {}
    for place in places:
        for dataset in DATASETS.values():
            found = proposal(dataset, place)
            if _is_likely(found) and (dataset.name not in best or found.points > best[dataset.name].points):
                best[dataset.name] = found
    return sorted(best.values(), key=lambda each: -each.points)


def proposal(dataset: Dataset, place: SourceTable) -> MatchProposal:
    """How a place fits a dataset, whether or not it is likely."""
    columns = {column.name: _candidates(column, dataset, place) for column in dataset.mapped}
    points, because = 0, []
    known = words()["datasets"].get(dataset.name, frozenset()) | {dataset.label}
    name = "".join(name_parts(place.name))
    if hits := sorted(word for word in known if _contains(name_parts(place.name), name, word)):
        points += 6
        because.append(f"its name says {hits[0]}")
    if hits := sorted(word for word in known if not word.isascii() and word in place.comment):
        points += 4
        because.append(f"its comment says {hits[0]}")
    elif hits := sorted(word for word in known if not word.isascii() and word in _kinds_of_rows(place)):
        points += 3
        because.append(f"some of its rows are {hits[0]}, by a column's comment")
    taken = _distinct(columns)
    points += len(taken)
    because.append(f"{len(taken)} of {len(columns)} columns have a likely source")
    return MatchProposal(dataset, place, points, tuple(because), columns)


def canonical_value(word: str, column: Column) -> str:
    """Which of an enumeration's codes a product's word means, or a Boolean's yes or no; empty where that is unknown."""
    asked = "".join(name_parts(word)) or word
    codes = ("yes", "no") if column.type is Type.BOOLEAN else tuple(column.values)
    known = words()["values"]
    for code in codes:
        if asked in known.get(code, ()) or asked == code.replace("_", "").lower() or word == column.values.get(code):
            return code
    for code in codes:
        labels = {label for label in known.get(code, ()) if not label.isascii()} | {column.values.get(code, "")}
        if any(label and label in word for label in labels):
            return code
    return ""


def _is_likely(found: MatchProposal) -> bool:
    """Named for it, with a time where the dataset has one; or so many columns fit that the name does not matter."""
    window = found.dataset.window
    if window and not found.columns[window] and not found.columns[found.dataset.time]:
        return False
    taken, wanted = len(_distinct(found.columns)), len(found.columns)
    named = found.points - taken
    return (
        (named > 3 and taken >= 2) or (named == 3 and taken * 2 >= wanted) or (taken >= 5 and taken * 4 >= wanted * 3)
    )


def _kinds_of_rows(place: SourceTable) -> str:
    """What the comments of the columns say that there are kinds of: ``类型（1登录日志，2操作日志）``."""
    return " ".join(meaning for each in place.fields for meaning in meanings(each.comment).values())


def _distinct(columns: Map[str, tuple[MatchCandidate, ...]]) -> set[str]:
    return {found[0].field.name for found in columns.values() if found and found[0].points >= TAKEN}


def _candidates(column: Column, dataset: Dataset, place: SourceTable) -> tuple[MatchCandidate, ...]:
    found = [
        each
        for field in place.fields
        if (each := _candidate(field, column, dataset, is_sampled=bool(place.samples))).points > 0
    ]
    return tuple(sorted(found, key=lambda each: -each.points)[:4])


def _candidate(field: SourceColumn, column: Column, dataset: Dataset, *, is_sampled: bool) -> MatchCandidate:
    if not _may_be(field, column, is_sampled=is_sampled):
        return MatchCandidate(field, 0, ())
    points, because = 0, []
    parts = name_parts(field.name)
    joined = "".join(parts)
    known = words()["columns"].get(column.name, frozenset()) | {column.label, column.name.replace("_", "")}
    if joined in known:
        points += 5
        because.append("its name")
    elif any(word in parts for word in known if len(word) > 2) or any(
        word in field.name for word in known if not word.isascii()
    ):
        points += 3
        because.append("a part of its name")
    if hits := sorted((word for word in known if not word.isascii() and word in field.comment), key=len):
        points += 4
        because.append(f"its comment says {hits[-1]}")
    if column.name == dataset.key[0] and len(dataset.key) == 1 and column.type is Type.TEXT and field.is_key:
        points += 5
        because.append("the primary key")
    if column.is_hashed and _are_addresses(field.values):
        points += 5
        because.append("its values are IP addresses")
    if column.type is Type.TIMESTAMP and column.name == dataset.time and not points:
        points += 1
        because.append("a time")
    if column.values and (known_words := _known_words(field, column)):
        points += 3
        because.append(f"its values mean {', '.join(known_words)}")
    elif column.values and points:
        points -= 2
        because.append("none of its values is known" if field.values else "no value was seen")
    return MatchCandidate(field, points, tuple(because))


def _may_be(field: SourceColumn, column: Column, *, is_sampled: bool) -> bool:
    """Whether the column could hold it at all, by what it holds."""
    if column.type is Type.TIMESTAMP:
        return field.form not in ("", "date") or (not is_sampled and field.sort in _UNTOLD)
    if column.type is Type.DATE:
        return field.form in ("date", "naive", "aware") or (not is_sampled and field.sort in _UNTOLD)
    if field.sort in _TIMES or field.form.startswith("text:"):
        return False
    if column.values and len(set(map(str, field.values))) > MOST_WORDS:
        return False
    return field.sort in _SORTS[column.type] or (
        column.type in (Type.INTEGER, Type.NUMBER) and bool(field.values) and all(map(_is_number, field.values))
    )


def _known_words(field: SourceColumn, column: Column) -> list[str]:
    said = meanings(field.comment)
    found = {canonical_value(said.get(str(value), str(value)), column) for value in field.values}
    return sorted(found - {""})


def _are_addresses(values: tuple[object, ...]) -> bool:
    return bool(values) and all(map(_is_address, values))


def _is_address(value: object) -> bool:
    try:
        ipaddress.ip_address(str(value).strip())
    except ValueError:
        return False
    return True


def _is_number(value: object) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", str(value).strip()) is not None


def _contains(parts: list[str], joined: str, word: str) -> bool:
    """Whether a name holds a word: as a part of it, or anywhere where the word is long enough to be no accident."""
    return word in parts or (word in joined if len(word) > 4 or not word.isascii() else False)
