"""Days of a dataset that a figure covers where they are not those of the period."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.judgement import unknown
from ntanalytics.metrics.figures import Covered
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.unfilled import Unfilled
from ntanalytics.workspace.dataset_view import DatasetView, unread_note, unread_words


@dataclass(frozen=True, kw_only=True)
class _Days:
    is_complete: bool
    was_complete: bool
    note: str
    sources: list[str]
    unknown_measures: frozenset[str]
    absent_note: str
    part_measures: frozenset[str]
    young_note: str
    unread_note: str
    unfilled: Unfilled


def rows_of_whole_days(view: DatasetView, recent: ir.Table | None = None) -> ir.Table:
    """Return the recent rows without the days of a gap: of a damaged day neither the hours nor the peak are its own.

    Args:
        view: the dataset.
        recent: its recent rows with columns that somebody changed; None for these as they are.
    """
    recent = view.recent if recent is None else recent
    return recent.semi_join(view.days.filter(view.days.is_covered).select("day"), "day")


def since(view: DatasetView, first: dt.date) -> Covered:
    """Return the completeness of a dataset from a day on, up to the end of the period.

    Args:
        view: the dataset, with its days since ``first`` at least.
        first: the first day that a figure covers.
    """
    covered = [row["is_covered"] for row in rows(view.days) if row["day"] >= first]
    # the day of an inspection counts as covered, and may be damaged
    is_whole = bool(covered) and all(covered) and not any(day >= first for day in view.missing)
    return _Days(
        is_complete=is_whole,
        was_complete=view.was_complete,
        note=view.note,
        sources=view.sources,
        unknown_measures=view.unknown_measures,
        absent_note=view.absent_note,
        part_measures=getattr(view, "part_measures", frozenset()),
        young_note=getattr(view, "young_note", ""),
        unread_note=unread_note(view.contract, view.rejected_rows(first, view.period.last)),
        unfilled=getattr(view, "unfilled", Unfilled()),
    )


@dataclass(frozen=True)
class _Unread:
    """A register with rows that could not be read; in all else its view."""

    view: Covered
    note: str
    is_complete: bool = False
    unread_note: str = ""  # its note says it

    def __getattr__(self, name: str) -> Any:
        """Return what the view has."""
        return getattr(self.view, name)


def register(view: DatasetView, first: dt.date | None = None, span: Covered | None = None) -> Covered:
    """Return the completeness of a register for what it does not hold: a rejected row may be the one that is missed.

    Args:
        view: the dataset.
        first: the first day that counts; None for that of the period.
        span: the completeness of its rows that were read; None for that of the period.
    """
    covered = span or view
    unread = _unread(view, first)
    if not unread:
        return covered
    own = "" if covered.is_complete else covered.note
    return _Unread(covered, unread_words(view.contract, unread) + own)


def unless_unread(finding: Finding, view: DatasetView, first: dt.date | None = None) -> Finding:
    """Return a finding that rests on rows that are not there; unknown where a rejected row may be one of them.

    Args:
        finding: the finding; what was not judged stays as it is.
        view: the register.
        first: the first day on which the rows may have been written; None for that of the period.
    """
    if finding.status == "unknown" or not _unread(view, first):
        return finding
    return unknown(finding.rule, "unread", finding.entity)


def _unread(view: DatasetView, first: dt.date | None) -> int:
    """Return the number of rejected rows of a register from a day on, up to the end of the period."""
    return view.rejected_rows(first or view.period.first, view.period.last)
