"""Figures against those of the period before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import PREVIOUS, Measure, rate


@dataclass(frozen=True)
class ComparedPart:
    """Measures that are compared over the same gaps.

    Attributes:
        columns: the measures.
        is_complete: the period has no gap that counts for them.
        was_complete: the period before has none; their figures of it are null where it has one.
    """

    columns: Sequence[str]
    is_complete: bool = True
    was_complete: bool = True


def compare(
    now: ir.Table,
    before: ir.Table,
    measures: Mapping[str, Measure],
    *,
    columns: Sequence[str],
    by: Sequence[str] = (),
    is_complete: bool = True,
    was_complete: bool = True,
) -> ir.Table:
    """Return figures with their change against the period before (docs/domain.md, General: change).

    A change is null where either figure is null, and everywhere when either period has a gap. Over a gap, an
    additive figure is a lower bound, and any other is null. A group that one of two complete periods lacks counts as
    0 there in additive measures. The change of a rate is the difference of the two fractions (shown in percentage
    points) and has no relative change. A relative change from 0 is null.

    Args:
        now: the period's figures, one row for each group.
        before: the figures of the period before.
        measures: the measures by name.
        columns: the measures to compare.
        by: the columns that name a group; nulls match nulls.
        is_complete: the period has no gap.
        was_complete: the period before has no gap; its figures are null where it has one.

    Returns:
        ``by``, then for each measure ``m``: ``m``, ``m_before``, ``m_change`` (m − m_before) and, unless it is a
        rate, ``m_change_rate`` ((m − m_before) / m_before), ordered by ``by``.
    """
    return compare_parts(now, before, measures, [ComparedPart(columns, is_complete, was_complete)], by)


def compare_parts(
    now: ir.Table,
    before: ir.Table,
    measures: Mapping[str, Measure],
    parts: Sequence[ComparedPart],
    by: Sequence[str] = (),
) -> ir.Table:
    """Return what :func:`compare` returns, of measures over different gaps: part by part, in one statement.

    Args:
        now: as there.
        before: as there.
        measures: as there.
        parts: the measures, no measure in two of them.
        by: as there.
    """
    columns = [name for part in parts for name in part.columns]
    ours = now.select(*by, **{f"_now_{name}": now[name] for name in columns})
    theirs = before.select(
        **{f"_{name}": before[name] for name in by}, **{f"_was_{name}": before[name] for name in columns}
    )
    if by:
        joined = ours.outer_join(theirs, [ours[name].identical_to(theirs[f"_{name}"]) for name in by])
    else:
        joined = ours.cross_join(theirs)
    # A key of an outer join is null on the side that lacks the row, so the other side gives it. A literal that marks
    # the side does not work: DuckDB takes it for a constant through some joins.
    keys = {name: ibis.coalesce(joined[name], joined[f"_{name}"]) for name in by}
    compared: dict[str, ir.Value] = {}
    for part in parts:
        for name in part.columns:
            compared |= _compared(joined, measures[name], part)
    result = joined.select(**keys, **compared)
    return result.order_by(*by) if by else result


def _compared(joined: ir.Table, measure: Measure, part: ComparedPart) -> Mapping[str, ir.Value]:
    """Return a measure, its figure before, its change and, unless it is a rate, its relative change."""
    name = measure.name
    value, was = joined[f"_now_{name}"], joined[f"_was_{name}"]
    if measure.is_additive:
        # such a figure is never null in a row that is there
        value = value.fill_null(0) if part.is_complete else value
        was = was.fill_null(0)
    elif not part.is_complete:
        value = ibis.null(value.type())
    was = was if part.was_complete else ibis.null(was.type())
    change = value - was if part.is_complete else ibis.null(was.type())
    made = {name: value, f"{name}_before": was, f"{name}_change": change}
    return made if measure.is_rate else made | {f"{name}_change_rate": change / was.nullif(0)}


def with_changes(measures: Iterable[Measure]) -> list[Measure]:
    """Return the measures, each comparable one followed by the measures that ``compare`` derives from it."""
    result: list[Measure] = []
    for measure in measures:
        result.append(measure)
        if measure.is_comparable:
            result.extend(_derived(measure))
    return result


def _derived(measure: Measure) -> list[Measure]:
    name, label = measure.name, measure.label
    before = replace(
        measure,
        name=f"{name}_before",
        label=f"{PREVIOUS}{label}",
        definition=f"{name} of the period before; null where that has a gap (docs/domain.md, General: change).",
        good="",
        is_additive=False,
        over_gap=None,
        spans="before",
        values=MappingProxyType({}),
    )
    digits = measure.format.partition(":")[2]
    change = replace(
        before,
        name=f"{name}_change",
        label=f"{label}增减",
        definition=f"{name} − {name}_before; null where either is null or has a gap (docs/domain.md, General: change).",
        format=f"points:{digits}" if measure.is_rate else measure.format,
        is_share=False,
        good=measure.good,
        spans="both",
    )
    if measure.is_rate:
        return [before, change]
    definition = (
        f"({name} − {name}_before) / {name}_before; null where that is null or 0 (docs/domain.md, General: change)."
    )
    relative = rate(f"{name}_change_rate", f"{label}增幅", definition, good=measure.good, is_share=False)
    return [before, change, replace(relative, spans="both")]
