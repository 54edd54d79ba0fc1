"""Matching of a source's tables and columns with the contract's datasets and columns, by points with reasons."""

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
from ntanalytics.language import tr

#: Fewest points with which a column is used; one with fewer is only listed as a candidate.
ENOUGH_POINTS = 4

#: Most different words of an enumeration.
MOST_WORDS = 20

_TIMES = {ColumnType.AWARE, ColumnType.NAIVE, ColumnType.DATE}
#: Types whose values decide whether they are times.
_UNDECIDED = {ColumnType.INTEGER, ColumnType.TEXT}
_TYPES = {
    Type.TIMESTAMP: _TIMES,
    Type.DATE: {ColumnType.DATE, ColumnType.NAIVE, ColumnType.AWARE},
    Type.INTEGER: {ColumnType.INTEGER, ColumnType.NUMBER},
    Type.NUMBER: {ColumnType.INTEGER, ColumnType.NUMBER},
    Type.BOOLEAN: {ColumnType.BOOLEAN, ColumnType.INTEGER, ColumnType.TEXT},
    Type.TEXT: {ColumnType.TEXT, ColumnType.INTEGER, ColumnType.BOOLEAN, ColumnType.OTHER},
}


@dataclass(frozen=True)
class MatchCandidate:
    """A column of a source that may be one of the contract's.

    Attributes:
        column: the source's column.
        points: quality of the match.
        reasons: reasons for the points, as text.
    """

    column: SourceColumn
    points: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class MatchProposal:
    """A dataset that a table could feed.

    Attributes:
        dataset: the contract.
        table: the source's table.
        points: quality of the match.
        reasons: reasons for the points, as text.
        candidates: column of the contract → candidates, the best first.
    """

    dataset: Dataset
    table: SourceTable
    points: int
    reasons: tuple[str, ...]
    candidates: Map[str, tuple[MatchCandidate, ...]]

    def source_column(self, column: str) -> SourceColumn | None:
        """Return the source's column for a column of the contract; None if no candidate has enough points."""
        candidates = self.candidates.get(column, ())
        return candidates[0].column if candidates and candidates[0].points >= ENOUGH_POINTS else None

    def as_data(self) -> dict[str, object]:
        """Return plain values, for JSON."""
        return {
            "dataset": self.dataset.name,
            "place": self.table.name,
            "points": self.points,
            "because": list(self.reasons),
        }

    @property
    def used_columns(self) -> set[str]:
        """Names of the source's columns that have enough points for a column of the contract."""
        return {column.name for name in self.candidates if (column := self.source_column(name))}


class _Points:
    """Points with their reasons."""

    def __init__(self) -> None:
        self.points = 0
        self.reasons: list[str] = []

    def add(self, points: int, reason: str) -> None:
        self.points += points
        self.reasons.append(reason)


@cache
def words() -> dict[str, dict[str, frozenset[str]]]:
    """Return the table of words (words.yml): section → name → its words."""
    content = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))
    return {
        section: {str(name): frozenset(str(listed).split()) for name, listed in table.items()}
        for section, table in content.items()
    }


#: Tables of programs that run by the clock: their tasks are nobody's work.
_OF_A_SCHEDULER = re.compile("quartz|qrtz|cron|定时任务|调度")


def likely_tables(tables: Iterable[SourceTable]) -> dict[str, list[MatchProposal]]:
    """Return the datasets that the tables could feed: name → the tables that are like it."""
    proposals: dict[str, list[MatchProposal]] = {}
    for table in tables:
        if _OF_A_SCHEDULER.search(f"{table.name} {table.comment}"):
            continue
        for dataset in DATASETS.values():
            if _is_likely(candidate := propose(dataset, table)):
                proposals.setdefault(dataset.name, []).append(candidate)
    return proposals


def propose(dataset: Dataset, table: SourceTable) -> MatchProposal:
    """Return the match of a table with a dataset, likely or not."""
    points = _Points()
    known = words()["datasets"].get(dataset.name, frozenset()) | {dataset.label}
    chinese = {word for word in known if not word.isascii()}
    parts = name_parts(table.name)
    if hits := sorted(word for word in known if _contains(parts, word)):
        points.add(6, tr("its name says {word}", word=hits[0]))
    if hits := sorted(word for word in chinese if word in table.comment):
        points.add(4, tr("its comment says {word}", word=hits[0]))
    elif hits := sorted(word for word in chinese if word in _kinds_of_rows(table)):
        points.add(3, tr("some of its rows are {word}, by a column's comment", word=hits[0]))
    candidates = {column.name: _candidates(column, dataset, table) for column in dataset.mapped}
    used = len(MatchProposal(dataset, table, 0, (), candidates).used_columns)
    points.add(used, tr("{used} of {count} columns have a likely source", used=used, count=len(candidates)))
    return MatchProposal(dataset, table, points.points, tuple(points.reasons), candidates)


def canonical_value(word: str, column: Column) -> str:
    """Return the code of an enumeration (of a Boolean: yes or no) that a product's word means; empty if unknown."""
    joined = "".join(name_parts(word)) or word
    codes = ("yes", "no") if column.type is Type.BOOLEAN else tuple(column.values)
    known = words()["values"]
    for code in codes:
        if joined in known.get(code, ()) or joined == code.replace("_", "").lower() or word == column.values.get(code):
            return code
    for code in codes:
        labels = {label for label in known.get(code, ()) if not label.isascii()} | {column.values.get(code, "")}
        if any(label and label in word for label in labels):
            return code
    return ""


def paired_outcome(text: str, texts: Iterable[str], column: Column) -> str:
    """Return the outcome of a word that has a partner: LOGIN succeeded where LOGIN_ERROR is the failure."""
    success = next((code for code in ("success", "delivered") if code in column.values), "")
    failure = next((code for code in ("failure", "failed") if code in column.values), "")
    parts = name_parts(text)
    if not success or not failure:
        return ""
    if {"error", "fail", "failed", "failure", "err", "denied"} & set(parts):
        return failure
    return success if any(name_parts(other)[: len(parts)] == parts and other != text for other in texts) else ""


def _is_likely(proposal: MatchProposal) -> bool:
    """Return whether a table has a time if the dataset needs one, and a name or enough columns that match."""
    window = proposal.dataset.window
    if window and not proposal.candidates[window] and not proposal.candidates[proposal.dataset.time]:
        return False
    used, wanted = len(proposal.used_columns), len(proposal.candidates)
    named = proposal.points - used
    return (named > 3 and used >= 2) or (named == 3 and used * 2 >= wanted) or (used >= 5 and used * 4 >= wanted * 3)


def _kinds_of_rows(table: SourceTable) -> str:
    """Return the kinds of rows that comments of columns name: ``类型（1登录日志，2操作日志）``."""
    return " ".join(meaning for column in table.columns for meaning in meanings(column.comment).values())


def _candidates(column: Column, dataset: Dataset, table: SourceTable) -> tuple[MatchCandidate, ...]:
    candidates = [
        _candidate(source_column, column, dataset)
        for source_column in table.columns
        if _may_be(source_column, column, is_sampled=bool(table.sampled))
    ]
    positive = [candidate for candidate in candidates if candidate.points > 0]
    return tuple(sorted(positive, key=lambda candidate: -candidate.points)[:4])


def _candidate(source_column: SourceColumn, column: Column, dataset: Dataset) -> MatchCandidate:
    points = _Points()
    parts = name_parts(source_column.name)
    known = words()["columns"].get(column.name, frozenset()) | {column.label, column.name.replace("_", "")}
    chinese = {word for word in known if not word.isascii()}
    bare = parts[1:] if parts[0] in ("is", "has") else parts
    if "".join(parts) in known or "".join(bare) in known:
        points.add(5, tr("its name"))
    elif parts == ["name"] and dataset.name.partition(".")[2] == f"{column.name}s":
        points.add(4, tr("the name of what the table lists"))
    elif any(word in parts for word in known if len(word) > 2) or any(word in source_column.name for word in chinese):
        points.add(3, tr("a part of its name"))
    if hits := sorted((word for word in chinese if word in source_column.comment), key=lambda word: (len(word), word)):
        points.add(4, tr("its comment says {word}", word=hits[-1]))
    if (column.name,) == tuple(dataset.key) and column.type is Type.TEXT and source_column.is_key:
        points.add(5, tr("the primary key"))
    if column.is_hashed and _are_addresses(source_column.values):
        points.add(5, tr("its values are IP addresses"))
    if column.type is Type.TIMESTAMP and column.name == dataset.time and not points.points:
        points.add(1, tr("a time"))
    if column.values and (codes := _known_codes(source_column, column)):
        points.add(3, tr("its values mean {codes}", codes=", ".join(codes)))
    elif column.values and points.points:
        points.add(-2, tr("none of its values is known") if source_column.values else tr("no value was seen"))
    return MatchCandidate(source_column, points.points, tuple(points.reasons))


def _may_be(source_column: SourceColumn, column: Column, *, is_sampled: bool) -> bool:
    """Return whether the types allow that a source's column is one of the contract's."""
    kind, form, values = source_column.type, source_column.form, source_column.values
    if column.type is Type.TIMESTAMP:
        return form not in ("", "date") or (not is_sampled and kind in _UNDECIDED)
    if column.type is Type.DATE:
        return form in ("date", "naive", "aware") or (not is_sampled and kind in _UNDECIDED)
    if kind in _TIMES or form.startswith("text:"):
        return False
    if (column.values or column.type is Type.BOOLEAN) and (
        source_column.is_varied or len(set(map(str, values))) > MOST_WORDS
    ):
        return False
    is_number = column.type in (Type.INTEGER, Type.NUMBER) and bool(values) and all(map(_is_number, values))
    return kind in _TYPES[column.type] or is_number


def _known_codes(source_column: SourceColumn, column: Column) -> list[str]:
    by_value = meanings(source_column.comment)
    texts = [str(value) for value in source_column.values]
    codes = {canonical_value(by_value.get(text, text), column) or paired_outcome(text, texts, column) for text in texts}
    return sorted(codes - {""})


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


def _contains(parts: list[str], word: str) -> bool:
    """Return whether a name has a word: as one of its parts, or inside it if the word is too long for an accident."""
    return word in parts or ((len(word) > 4 or not word.isascii()) and word in "".join(parts))
