"""Figures: rows of a metric that know how far their data are complete, so that no gap is dropped on the way.

Tables, charts, cards, sentences and checks of the suite take figures; a gap of the data is told once, where the figures
are made from the rows of a metric and the datasets that it read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, overload

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.bounds import at_least_of, is_unread, join_notes, lost_notes, names_of, part_note, unended_of
from ntanalytics.metrics.column_needs import SKEWED
from ntanalytics.metrics.figure_row import DERIVED, FigureRow
from ntanalytics.metrics.measure import PREVIOUS
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.metrics.rows import Rows, read_rows

#: Column of the hour of a day: where times are off, each row has the events of another one.
HOUR = "hour"

#: Note on a share above 1, which is shown as unknown.
IMPOSSIBLE = "有占比超过 100%，分子与分母的数据不一致（至少一方不完整），按未知列示。"

#: Columns by which a group tells its own gaps; no report shows them.
_FLAGS = ("is_complete", "was_complete", "has_whole_past")


class Covered(Protocol):
    """A dataset within a period, or anything made of datasets, that knows its gaps."""

    @property
    def is_complete(self) -> bool:
        """True if the data of the period have no gap."""

    @property
    def was_complete(self) -> bool:
        """True if those of the period before have none."""

    @property
    def note(self) -> str:
        """Remark on the data for a reader, in Chinese: over a gap on what that leaves of the figures."""


@dataclass(frozen=True, kw_only=True)
class Figures(Sequence[FigureRow]):
    """Rows of one metric with the gaps of the data behind them; made by ``figures`` or ``case_list``.

    Attributes:
        columns: names of the columns that can be shown, in order; none where no source feeds them.
        items: the rows.
        note: the remark on the gap for a reader, in Chinese; empty where there is none.
        is_complete: whether the data have no gap in the period: without any row, whether there is certainly nothing.
        is_known: whether it is known which rows there are, as far as the data reach.
        origin: the datasets that they were made of, with version and time; empty where they do not tell.
        against: the period before in words: ``上周``.
    """

    columns: tuple[str, ...]
    items: tuple[FigureRow, ...]
    note: str = ""
    is_complete: bool = True
    is_known: bool = True
    origin: Mapping[str, Any] = field(default_factory=dict)
    against: str = PREVIOUS

    @overload
    def __getitem__(self, place: int) -> FigureRow: ...

    @overload
    def __getitem__(self, place: slice) -> Figures: ...

    def __getitem__(self, place: int | slice) -> FigureRow | Figures:
        return replace(self, items=self.items[place]) if isinstance(place, slice) else self.items[place]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that they were made of; none where they do not tell."""
        return tuple(self.origin.get("datasets", ()))

    @property
    def total(self) -> FigureRow:
        """The only row.

        Raises:
            ValueError: there is none, or more than one.
        """
        if len(self.items) != 1:
            raise ValueError(f"expected figures of one row, got {len(self.items)}")
        return self.items[0]

    def quantities(self, name: str) -> tuple[Quantity, ...]:
        """Return one figure of each row; none where no row has it."""
        return tuple(row.quantity(name) for row in self.items) if name in self.columns else ()

    def where(self, is_wanted: Callable[[FigureRow], object]) -> Figures:
        """Return the rows for which a function is true."""
        return replace(self, items=tuple(row for row in self.items if is_wanted(row)))

    def counted(self, name: str) -> Figures:
        """Return the rows of which a count, be it a bound, is above 0; where one is unknown, so is which they are."""
        is_known = all(row.certainty(name) != "unknown" for row in self.items)
        kept = self.where(lambda row: row[name] and row.certainty(name) != "unknown")
        return replace(kept, is_known=self.is_known and is_known)

    def unknown_rows(self) -> Figures:
        """Return no row: which there are is unknown."""
        return replace(self, items=(), is_complete=False, is_known=False)

    def calling(self, name: str, nobody: str) -> Figures:
        """Return the figures with words in the place of a null in a column that names the rows."""
        items = tuple(row.calling(name, nobody) if row.get(name) is None else row for row in self.items)
        return replace(self, items=items)

    def without(self, name: str) -> Figures:
        """Return the figures without a column, which no report shows; the note on what it lacks stays."""
        items = tuple(row.without(name) for row in self.items)
        return replace(self, columns=tuple(column for column in self.columns if column != name), items=items)

    def made_of(
        self,
        names: Sequence[str],
        *views: Covered,
        beside: bool = False,
        gaps_of: Callable[[FigureRow], tuple[bool, bool]] = lambda _: (True, True),
    ) -> Figures:
        """Return the figures, of which some measures were made of other datasets than the rest.

        Args:
            names: the measures; their changes against the period before, too.
            views: the datasets that they were made of.
            beside: whether these come beside the datasets of the rest, and not in their place.
            gaps_of: tells whether a gap of the period, and one of the period before, touch a row; any row without it.
        """
        whole, was_whole = _completeness(views)
        columns = {name + ending for name in names for ending in DERIVED}
        absent, unbounded = _absent(views), _unbounded(views, self.columns)
        at_least = at_least_of(views, names, self.columns)
        items = tuple(
            row
            | FigureRow(
                {name: row[name] for name in columns & set(row)},
                is_complete=(whole or not touched) and (row.is_complete or not beside),
                was_complete=(was_whole or not was_touched) and (row.was_complete or not beside),
                absent=absent | (row.absent if beside else frozenset()),
                unbounded=unbounded | (row.unbounded if beside else frozenset()),
                at_least=(at_least if touched or was_touched else frozenset())
                | (row.at_least if beside else frozenset()),
            )
            for row, (touched, was_touched) in ((row, gaps_of(row)) for row in self.items)
        )
        note = join_notes(self.note, _note(views))
        origin = _joined_origin([self.origin, _origin(views)])
        is_known = self.is_complete and whole and not is_unread(views)
        return replace(self, items=items, note=note, is_complete=is_known, origin=origin)


def figures(table: Rows, *views: Covered) -> Figures:
    """Return the rows of a metric as figures.

    A row of a day (``is_covered``) or of a group that knows its own gaps (``is_complete``, ``was_complete``) is as
    complete as it says; any other row is as complete as all views together. A row of a day that is damaged is not
    complete, even where a check judges what came of it.

    Args:
        table: the rows of a metric.
        views: the datasets that the metric read.
    """
    whole, was_whole = _completeness(views)
    columns, records = read_rows(table)
    absent, unbounded = _absent(views), _unbounded(views, columns)
    at_least = at_least_of(views, columns, () if "is_complete" in columns else columns)  # groups know their own gaps
    of_nobody = at_least_of(views, columns, ())  # what names nobody has all rows of its own
    names = names_of(views, columns)
    gaps = {day for view in views for day in getattr(view, "missing", ())}
    items = tuple(
        FigureRow(
            row,
            is_complete=_own(row, ("is_covered", "is_complete"), whole) and row.get("day") not in gaps,
            was_complete=_own(row, ("was_complete",), was_whole),
            against=_against(views),
            absent=absent | (unreported := _unreported(views, row)),
            unbounded=unbounded | (unreported & SKEWED),
            at_least=of_nobody if any(row[name] is None for name in names) else at_least,
        )
        for row in records
    )
    if "has_whole_past" in columns:
        items = tuple(row if _own(row, ("has_whole_past",), True) else row.over_past_gap() for row in items)
    shown = tuple(name for name in columns if name not in _FLAGS)
    if _is_without_source(views, items):
        unfed = map(FigureRow.without_source, items)
        return replace(NO_FIGURES, items=tuple(unfed), origin=_origin(views), against=_against(views))
    impossible = IMPOSSIBLE if any(not row.is_possible(name) for row in items for name in shown) else ""
    note = join_notes(_note(views), *(_absent_note(view, shown) for view in views), part_note(views, shown), impossible)
    is_known = whole and not is_unread(views) and not (not items and _may_lack_rows(views, shown))
    return Figures(
        columns=shown, items=items, note=note, is_complete=is_known, origin=_origin(views), against=_against(views)
    )


def _may_lack_rows(views: Sequence[Covered], shown: Sequence[str]) -> bool:
    """Return whether what is counted in some columns is not known though no day is missing: no row is not nothing."""
    lacking = _absent(views) | _unbounded(views, ()) | _unreported(views, {})
    return not lacking.isdisjoint(name for name in shown if name in MEASURES and MEASURES[name].is_additive)


def case_list(table: Rows, *views: Covered) -> Figures:
    """Return single events or cases as figures: each row is exact; over a gap the list may lack some.

    A row that knows better says so (``is_complete``): of an outage nobody may have seen the end.

    So it may where a source of cases begins late: what was open before its first day, and ended since, is not held.
    Where times are hours off on a day, no moment is shown.

    Args:
        table: one row for each event or case.
        views: the datasets that they were taken from.
    """
    columns, records = read_rows(table)
    if any(getattr(view, "is_shifted", False) for view in views):
        records = [
            {name: None if isinstance(value, datetime) else value for name, value in row.items()} for row in records
        ]
    items = tuple(FigureRow(row, is_complete=_own(row, ("is_complete",), True)) for row in records)
    columns = tuple(name for name in columns if name not in _FLAGS)
    if _is_without_source(views, items):
        return replace(NO_FIGURES, origin=_origin(views))
    young = [note for view in views if (note := getattr(view, "young_note", ""))]
    young += lost_notes(views)
    return Figures(
        columns=columns,
        items=items,
        note=join_notes(_note(views), *young, *(_absent_note(view, columns) for view in views)),
        is_complete=_completeness(views)[0] and not is_unread(views) and not young,
        origin=_origin(views),
    )


#: Figures of datasets that no source feeds.
NO_FIGURES = Figures(columns=(), items=(), is_complete=False)


def _is_without_source(views: Sequence[Covered], items: Sequence[FigureRow]) -> bool:
    """Return whether no source feeds the datasets of some rows, and the lake holds nothing of a former source."""
    fed = [getattr(view, "sources", None) for view in views]
    if not fed or any(sources is None or sources for sources in fed):
        return False
    return not any(map(_has_value, items))


def _has_value(row: FigureRow) -> bool:
    """Return whether a row tells more than its names: a figure of the data, or a case."""
    measured = [name for name in row if name in MEASURES and MEASURES[name].certainty_over_gap != "exact"]
    return not measured or any(row[name] is not None and row.certainty(name) != "unknown" for name in measured)


def _completeness(views: Sequence[Covered]) -> tuple[bool, bool]:
    return all(view.is_complete for view in views), all(view.was_complete for view in views)


def _against(views: Sequence[Covered]) -> str:
    return next((against for view in views if (against := getattr(view, "against", ""))), PREVIOUS)


def _absent(views: Sequence[Covered]) -> frozenset[str]:
    """Return the measures that are unknown whatever the days; a view that knows no columns has none."""
    return frozenset().union(*(getattr(view, "unknown_measures", ()) for view in views))


def _unbounded(views: Sequence[Covered], columns: Sequence[str]) -> frozenset[str]:
    """Return the measures of which no bound is known: in which nulls count; by hour, where hours are off, any."""
    skewed = (_absent(views) & SKEWED) | unended_of(views)
    is_off = HOUR in columns and any(getattr(view, "is_shifted", False) for view in views)
    return skewed | frozenset(columns) if is_off else skewed


def _unreported(views: Sequence[Covered], row: Mapping[str, Any]) -> frozenset[str]:
    """Return the measures of a row that need delivery reports which did not come: of its day, else of the period."""
    names: set[str] = set()
    for view in views:
        gaps = getattr(view, "unreported", None)
        if gaps is None or not gaps.days:
            continue
        if row["day"] in gaps.days if row.get("day") else gaps.is_now:
            names |= gaps.measures
        if gaps.was_before and not row.get("day"):
            names |= {name + ending for name in gaps.measures for ending in DERIVED if ending}
    return frozenset(names)


def _absent_note(view: Covered, shown: Sequence[str]) -> str:
    """Return the note on columns that sources lack, where shown measures need them, or rows are told apart by them."""
    absent: Mapping[str, AbstractSet[str]] = getattr(view, "absent_columns", {})
    lacking = _absent([view]) | frozenset().union(*absent.values())
    note: str = getattr(view, "absent_note", "")
    return note if not lacking.isdisjoint(shown) else ""


def _own(row: Mapping[str, Any], flags: Sequence[str], default: bool) -> bool:
    known = next((row[flag] for flag in flags if row.get(flag) is not None), default)
    return bool(known)


def _origin(views: Sequence[Covered]) -> Mapping[str, Any]:
    return _joined_origin([getattr(view, "origin", {}) for view in views])


def _joined_origin(origins: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the datasets of several origins, as of the earliest; empty where one of them does not tell its own."""
    if not origins or not all(origins):
        return {}
    datasets = {name: version for origin in origins for name, version in origin["datasets"].items()}
    as_of = [origin["as_of"] for origin in origins if "as_of" in origin]  # without a source there is none
    return {"datasets": datasets, **({"as_of": min(as_of)} if as_of else {})}


def _note(views: Sequence[Covered]) -> str:
    # without a gap a snapshot may still be older than the end for which it stands
    return join_notes(*(getattr(view, "unread_note", "") for view in views), *(view.note for view in views))
