"""Comparison of a record's figures with those of the second computation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.truth.figures import Figures

Key = tuple[str, str, str]

#: Relative difference within which figures are equal.
EXACT = 1e-6

#: Columns that are read from counted intervals, and the difference that their definition allows.
WITHIN = {"duration_p50_ms": 0.05, "duration_p95_ms": 0.05, "call_p95_ms": 0.05}

#: Columns that are read from words, and half of their last digit.
ROUNDED = {"change-words": 0.00050001}

#: Blocks of which the report shows a part: the first rows by a column, or those that matter.
PARTIAL = frozenset(
    {
        "basis",
        "best",
        "board",
        "callers",
        "disks",
        "evidence-handling",
        "evidence-returns",
        "headlines",
        "last",
        "moved",
        "overdue",
        "renewals",
        "systems",
        "trend-adoption",
        "trend-capacity",
        "trend-carriers",
        "trend-expired",
        "trend-logins",
        "trend-signings",
        "trend-web",
    }
)

#: Blocks of the first rows, with the column that orders them and whether the largest come first.
FIRST = {
    "best": ("place", False),
    "callers": ("calls", True),
    "last": ("place", True),
    "overdue": ("overdue_deliveries", True),
}


@dataclass(frozen=True)
class Difference:
    """Figure that the record shows otherwise than the second computation."""

    key: Key
    shown: object
    true: object

    def __str__(self) -> str:
        """Return the difference in a line."""
        return f"{' / '.join(self.key)}: record {self.shown!r}, true {self.true!r}"


@dataclass(frozen=True)
class Comparison:
    """Figures of a record beside the true ones.

    Attributes:
        left_out: figures of the record that the second computation does not have.
    """

    equal: int
    differences: list[Difference]
    left_out: list[Key] = field(default_factory=list)

    @property
    def compared(self) -> int:
        """Return the number of figures compared."""
        return self.equal + len(self.differences)

    def summary(self) -> str:
        """Return the numbers in a line, and what is left out by block and column."""
        counts = Counter(
            f"{block} {row.split(':')[0] if ':' in row else ''} {column}" for block, row, column in self.left_out
        )
        parts = ", ".join(f"{name} ({times})" for name, times in sorted(counts.items()))
        return (
            f"{self.compared} figures compared, {self.equal} equal, {len(self.differences)} different;"
            f" {len(self.left_out)} left out: {parts}"
        )


def compare(record: Figures, true: Figures) -> Comparison:
    """Compare the figures of a record with the true ones; a row that either lacks differs, too."""
    equal, differences, left_out = 0, [], []
    for key, shown in record.items():
        if key not in true:
            left_out += [] if shown is None else [key]
        elif is_equal(key[2], shown, true[key]):
            equal += 1
        else:
            differences.append(Difference(key, shown, true[key]))
    columns = {(block, column) for block, _, column in record}
    rows = {block for block, _, _ in record}
    for key, value in true.items():
        block, _, column = key
        is_shown = block in rows and (block, column) in columns and block not in PARTIAL
        if value is not None and key not in record and is_shown:
            differences.append(Difference(key, "not shown", value))
    return Comparison(equal, [*differences, *_wrong_first(record, true)], left_out)


def is_equal(column: str, shown: float | None, true: float | None) -> bool:
    """Return whether two figures are the same within what their definition allows."""
    if shown is None or true is None:
        return shown is true
    if column in ROUNDED:
        return abs(shown - true) <= ROUNDED[column]
    return abs(shown - true) <= WITHIN.get(column, EXACT) * max(abs(shown), abs(true), 1e-9)


def _wrong_first(record: Figures, true: Figures) -> list[Difference]:
    """Return the rows that belong among the first ones of a block and are not shown there."""
    wrong = []
    for block, (column, is_largest_first) in FIRST.items():
        sign = -1 if is_largest_first else 1
        shown = [sign * value for (name, _, at), value in record.items() if (name, at) == (block, column) and value]
        for key, value in true.items():
            if (key[0], key[2]) != (block, column) or key in record or value is None:
                continue
            if shown and sign * value < max(shown):
                wrong.append(Difference(key, "not among the first", value))
    return wrong


def matching(keys: Iterable[Key], patterns: Iterable[Key]) -> Mapping[Key, Key]:
    """Return the keys that a pattern of block, row and column names, each with the first such pattern."""
    known = list(patterns)
    found = {}
    for key in keys:
        for pattern in known:
            if all(fnmatchcase(part, wanted) for part, wanted in zip(key, pattern, strict=True)):
                found[key] = pattern
                break
    return found
