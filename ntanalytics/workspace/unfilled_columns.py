"""Columns that many more rows of a period than usual lack (docs/domain.md, Gaps)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import Dataset, Kind
from ntanalytics.ledger import CoverageDay
from ntanalytics.metrics.column_needs import ENDS, LASTING, NAMED_ROWS, NEEDED_OF_ONE, SUBJECTS
from ntanalytics.metrics.data_quality import LOST_SHARE
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.slots import local_day
from ntanalytics.metrics.unfilled import Unfilled, is_far_beyond, usual_share
from ntanalytics.periods import Period, days_between
from ntanalytics.workspace.daily_counts import Count, DailyCount, count_by_day
from ntanalytics.workspace.rows_by_hour import utc_offset_s
from ntanalytics.workspace.unended_days import sum_by_end, unended_days, unended_sentence

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace

#: Days before the previous period that tell what is usual, and the least of them that do; else all days tell it.
_USUAL_DAYS, _LEAST_DAYS = 28, 5

#: Source → columns that rows lack.
_Lacking = dict[str, set[str]]


class _View(Protocol):
    """Dataset within a period (:class:`ntanalytics.workspace.dataset_view.DatasetView`)."""

    contract: Dataset
    period: Period
    sources: list[str]
    missing: list[dt.date]
    missing_before: list[dt.date]

    def sources_without(self, column: str) -> Sequence[str]: ...


class _StateView(_View, Protocol):
    """State at the ends of two periods (:class:`ntanalytics.workspace.snapshot_view.SnapshotView`)."""

    snapshots: dict[str, CoverageDay]
    snapshots_before: dict[str, CoverageDay]


def unfilled_columns(workspace: Workspace, view: _View) -> Unfilled:
    """Return the columns that name whom or what a row is of and that many more rows than usual lack; found once.

    Of events each day of the period is judged by itself; of cases, which stay open, all days that are held, too.

    Args:
        workspace: the site.
        view: a dataset of events or cases within the period.
    """
    return _found_once(
        workspace, view, lambda: _with_unknown_values(workspace, view, _unfilled_columns(workspace, view))
    )


def _found_once(workspace: Workspace, view: _View, find: Callable[[], Unfilled]) -> Unfilled:
    key = view.contract.name, view.period.first, view.period.last
    if key not in workspace.unfilled:
        workspace.unfilled[key] = find()
    return workspace.unfilled[key]


def _with_unknown_values(workspace: Workspace, view: _View, known: Unfilled) -> Unfilled:
    """Return what is known, with the columns of which many words are in no table: nobody knows what they name."""
    now, before = (_unknown(workspace, view.contract, span) for span in (view.period, view.period.previous()))
    if not (now or before):
        return known
    note = known.note + _note(view.contract, now, words="的取值在对照表中没有")
    return replace(
        known, dataset=view.contract.name, now=_joined(known.now, now), before=_joined(known.before, before), note=note
    )


def _unknown(workspace: Workspace, contract: Dataset, period: Period) -> _Lacking:
    """Return the columns of which more than one word in a hundred of a period is in no table."""
    replaced = Counter[tuple[str, str]]()
    for source, column, _, count in workspace.answers.unknown_values(contract.name, period.first, period.last):
        replaced[source, column] += count
    if not replaced:
        return {}
    read = Counter[str]()
    for day in workspace.covered_days(contract.name, period.first, period.last):
        read[day.source] += day.source_rows
    unknown: _Lacking = {}
    for (source, column), count in replaced.items():
        if count > LOST_SHARE * read[source]:
            unknown.setdefault(source, set()).add(column)
    return unknown


def _joined(one: Mapping[str, AbstractSet[str]], other: Mapping[str, AbstractSet[str]]) -> dict[str, AbstractSet[str]]:
    return {source: {*one.get(source, ()), *other.get(source, ())} for source in one.keys() | other.keys()}


def _unfilled_columns(workspace: Workspace, view: _View) -> Unfilled:
    contract, columns, end = view.contract, _columns_of(view), _end_of(view)
    if not (columns or end):
        return Unfilled()
    previous = view.period.previous()
    first = previous.first - dt.timedelta(days=_USUAL_DAYS)
    counted = _count(workspace, contract, first, view.period.last, columns, end)
    usual = _UsualShares(counted, previous.first, workspace.calendar.is_likely_worked)
    lost = _lacking_days(usual, columns)
    now, before = (
        _lacking(lost, {name: _judged_days(contract, name, span, first) for name in columns})
        for span in (view.period, previous)
    )
    if not end:
        return Unfilled(dataset=contract.name, now=now, before=before, note=_note(contract, now), days=lost)
    unended = unended_days(workspace, usual.by_source, {*view.missing, *view.missing_before})
    for source, days in unended.items():
        now.setdefault(source, set()).add(end)
        if days[0] <= previous.last:
            before.setdefault(source, set()).add(end)
    sentences = (unended_sentence(contract, source, days) for source, days in unended.items())
    note = "".join((_note(contract, now, without=end), *sentences))
    return Unfilled(dataset=contract.name, now=now, before=before, note=note, unended=unended, days=lost)


def _end_of(view: _View) -> str:
    """Return the column of the moment at which cases end, where all sources have it; empty of other datasets."""
    named = [name for name in view.contract.ended if f"{view.contract.name}.{name}" in ENDS]
    return next((name for name in named if not view.sources_without(name)), "")


def _judged_days(contract: Dataset, column: str, period: Period, first: dt.date) -> set[dt.date]:
    """Return the days whose rows count in a period: a case of weeks before may be open still, and is in no share."""
    is_open = contract.kind is Kind.CASE and f"{contract.name}.{column}" not in NEEDED_OF_ONE
    return set(days_between(first, period.last) if is_open else period.days)


def unfilled_of_snapshots(workspace: Workspace, view: _StateView) -> Unfilled:
    """Return the columns that more rows of a snapshot lack than of the one before; none where there is none before.

    They are found once.

    Args:
        workspace: the site.
        view: a state at the ends of the period and of the one before.
    """
    return _found_once(workspace, view, lambda: _unfilled_of_snapshots(workspace, view))


def _unfilled_of_snapshots(workspace: Workspace, view: _StateView) -> Unfilled:
    columns = _columns_of(view)
    now, before = (
        {
            row["source"]: row
            for day in {snapshot.day for snapshot in snapshots.values() if columns}
            for row in _count(workspace, view.contract, day, day, columns)
            if row["source"] in snapshots and snapshots[row["source"]].day == day
        }
        for snapshots in (view.snapshots, view.snapshots_before)
    )
    lacking: _Lacking = {}
    for source in now.keys() & before.keys():
        for name in columns:
            lack, of = now[source][f"no_{name}"], now[source][f"of_{name}"]
            usual = before[source][f"no_{name}"] / max(before[source][f"of_{name}"], 1)
            if is_far_beyond(lack, of, usual):
                lacking.setdefault(source, set()).add(name)
    lost, lost_before = (_lost_values(workspace, view, taken) for taken in (view.snapshots, view.snapshots_before))
    both = _joined(lacking, lost)
    return Unfilled(dataset=view.contract.name, now=both, before=lost_before, note=_note(view.contract, both))


def _lost_values(workspace: Workspace, view: _StateView, snapshots: Mapping[str, CoverageDay]) -> _Lacking:
    """Return the columns whose values stay and of which snapshots lack many that one of the weeks before had."""
    contract = view.contract
    columns = [name for dataset, _, name in (full.rpartition(".") for full in LASTING) if dataset == contract.name]
    lost: _Lacking = {}
    for source, snapshot in snapshots.items() if columns else ():
        first = snapshot.day - dt.timedelta(days=_USUAL_DAYS)
        held = [row for row in _count(workspace, contract, first, snapshot.day, columns) if row["source"] == source]
        now = next((row for row in held if row["day"] == snapshot.day), None)
        kept = [name for name in columns if source not in view.sources_without(name)]
        if now is not None and (gone := {name for name in kept if _are_gone(name, now, held)}):
            lost[source] = gone
    return lost


def _are_gone(column: str, now: Count, held: Iterable[Count]) -> bool:
    """Return whether many values of a column are gone, beyond those of rows that are gone themselves."""
    most = max(held, key=lambda row: row[f"of_{column}"] - row[f"no_{column}"])
    (rows_then, values_then), (rows_now, values_now) = (
        (row[f"of_{column}"], row[f"of_{column}"] - row[f"no_{column}"]) for row in (most, now)
    )
    return bool(values_then - values_now - max(0, rows_then - rows_now) > LOST_SHARE * values_then)


def _columns_of(view: _View) -> list[str]:
    """Return the columns that name someone or something and that a source has; one that lacks it is as usual."""
    own = [name for dataset, _, name in (full.rpartition(".") for full in SUBJECTS) if dataset == view.contract.name]
    return [name for name in own if len(view.sources_without(name)) < len(view.sources)]


def _count(
    workspace: Workspace, contract: Dataset, first: dt.date, last: dt.date, columns: Sequence[str], end: str = ""
) -> Sequence[Count]:
    """Return by source and day the rows that should have a column, and those that lack it.

    With the column of an end, ``rows`` and ``ended``, too: local day → the rows that ended on it.
    """
    offset_h = utc_offset_s(workspace, last) // 3600 if end else 0
    named = {name: NAMED_ROWS.get(f"{contract.name}.{name}") for name in columns}

    def lacking(table: ir.Table) -> Sequence[Count]:
        counts: dict[str, ir.Value] = {}
        for name, own in named.items():
            is_of = ibis.literal(value=True)
            if own:
                is_of = table[own[0]].notnull() if own[1] is None else table[own[0]] == own[1]
            counts |= {f"of_{name}": table.count(where=is_of)}
            counts |= {f"no_{name}": table.count(where=is_of & table[name].isnull())}
        if not end:
            return rows(table.aggregate(by=["source", "day"], **counts))
        by = ["source", "day", local_day(table[end], offset_h).name("ended_on")]
        return sum_by_end(rows(table.aggregate(by=by, rows=table.count(), **counts)))

    words = ("rows without", str(named), *((end, str(offset_h)) if end else ()))
    return count_by_day(workspace, contract, first, last, DailyCount(words, lacking))


class _UsualShares:
    """Rows that lack a column by day, and the share of them that is usual on such a day.

    Args:
        counted: what was counted of each source and day.
        until: the first day that does not tell what is usual, where enough days before it are known.
        is_worked: tells a working day from a day off, on which others may write, and with other devices.
    """

    def __init__(self, counted: Iterable[Count], until: dt.date, is_worked: Callable[[dt.date], bool]) -> None:
        self._until, self._is_worked = until, is_worked
        self.by_source: dict[str, list[Count]] = {}
        for row in counted:
            self.by_source.setdefault(row["source"], []).append(row)

    def of(self, source: str, column: str) -> Iterator[tuple[Count, float]]:
        """Yield the counts of each day of a source on which a row should have a column, with the usual share."""
        held = [row for row in self.by_source[source] if row[f"of_{column}"]]
        earlier = [row for row in held if row["day"] < self._until]
        known = earlier if len(earlier) >= _LEAST_DAYS else held
        usual: dict[bool, float] = {}
        for is_worked in (True, False):
            alike = [row for row in known if self._is_worked(row["day"]) == is_worked]
            chosen = alike if len(alike) >= _LEAST_DAYS else known
            usual[is_worked] = usual_share([row[f"no_{column}"] / row[f"of_{column}"] for row in chosen])
        for row in held:
            yield row, usual[self._is_worked(row["day"])]


def _lacking_days(usual: _UsualShares, columns: Sequence[str]) -> dict[str, dict[str, list[dt.date]]]:
    """Return source → column → the days on which more rows than usual lack it, of those that are counted."""
    lacking: dict[str, dict[str, list[dt.date]]] = {}
    for source in usual.by_source:
        for name in columns:
            shares = usual.of(source, name)
            days = [row["day"] for row, at in shares if is_far_beyond(row[f"no_{name}"], row[f"of_{name}"], at)]
            if days:
                lacking.setdefault(source, {})[name] = sorted(days)
    return lacking


def _lacking(days: Mapping[str, Mapping[str, Sequence[dt.date]]], judged: Mapping[str, set[dt.date]]) -> _Lacking:
    """Return the columns that more rows than usual lack on one of the days that are judged."""
    lacking: _Lacking = {}
    for source, by_column in days.items():
        for name, own in by_column.items():
            if not judged[name].isdisjoint(own):
                lacking.setdefault(source, set()).add(name)
    return lacking


def _note(contract: Dataset, lacking: Mapping[str, AbstractSet[str]], without: str = "", words: str = "") -> str:
    """Return in Chinese which columns many rows lack, but for one; empty without any.

    Args:
        contract: the dataset.
        lacking: source → columns.
        without: the column that is left out.
        words: what is wrong with them, if they are there.
    """
    columns: dict[str, list[str]] = {}
    for source in sorted(lacking):
        for name in sorted(lacking[source] - {without}):
            columns.setdefault(contract.column(name).label, []).append(source)
    return "".join(
        f"数据源 {'、'.join(sources)} 的{contract.label}"
        f"{f'有较多{label}{words}' if words else f'缺少{label}的明显多于平时'}，有关数量为下限，比率与环比不予计算。"
        for label, sources in columns.items()
    )
