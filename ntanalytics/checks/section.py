"""What a report sees of one subsystem in its period: figures, findings, and what is worth saying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.checks import onset
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding, State, worst
from ntanalytics.findings.rule import Subject, unknown
from ntanalytics.metrics import MEASURES, change
from ntanalytics.metrics.measure import Measure
from ntanalytics.metrics.number_format import format_number
from ntanalytics.workspace.dataset_view import DatasetView

#: How many days before the period are looked at: what is usual, and the line beside the figure.
HISTORY = 28


@dataclass(frozen=True)
class SubsystemSummary:
    """One subsystem in a report's period.

    Attributes:
        subsystem: its id.
        findings: what was judged.
        points: what is worth knowing, in Chinese: a few figures in a row.
        lead: the measure that stands for the subsystem.
        total: the row of the period's figures, compared with the period before.
        recent: the lead figure of each of the last days, oldest first; None is a hole.
        others: other figures of the last days by name, as ``recent``.
        tables: what can be shown in detail, by name.
        origin: where the figures come from.
        note: what must be said of holes, or empty.
        is_complete: whether its data have no hole.
        was_complete: whether those of the period before have none.
    """

    subsystem: str
    findings: tuple[Finding, ...]
    points: str
    lead: str
    total: Mapping[str, Any]
    recent: tuple[float | None, ...] = ()
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    origin: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    is_complete: bool = True
    was_complete: bool = True
    others: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The subsystem's Chinese name."""
        return SUBSYSTEMS[self.subsystem]

    @property
    def state(self) -> State:
        """The worst state of its findings."""
        return worst(finding.state for finding in self.findings)

    @property
    def measure(self) -> Measure:
        """The words of the lead figure."""
        return MEASURES[self.lead]


def compared(now: ir.Table, before: ir.Table, measures: Sequence[Measure], *scopes: DatasetView) -> dict[str, Any]:
    """The figures of a period with their changes, as one row; holes in any of the scopes count."""
    made = change.compare(
        now,
        before,
        MEASURES,
        columns=[measure.name for measure in measures if measure.is_comparable],
        is_complete=is_whole(*scopes),
        was_complete=all(scope.was_complete for scope in scopes),
    )
    [row] = made.to_pyarrow().to_pylist()
    return dict(row)


def is_whole(*scopes: DatasetView) -> bool:
    """Whether none of the scopes has a hole in the period."""
    return all(scope.is_complete for scope in scopes)


def format_measure(row: Mapping[str, Any], name: str, *, is_complete: bool = True) -> str:
    """A figure in words: ``登录 182,340 次``; a count over a hole is a lower bound, anything else unknown there."""
    measure = MEASURES[name]
    value = row.get(name)
    if value is None or not (is_complete or measure.is_additive):
        return f"{measure.label}未知"
    bound = "" if is_complete else "≥ "
    return f"{measure.label} {bound}{format_number(value, measure.format, measure.unit)}"


def highlights(row: Mapping[str, Any], names: Sequence[str], *, is_complete: bool = True) -> str:
    """Some figures in a row: ``登录 182,340 次，登录失败率 1.8%``."""
    return "，".join(format_measure(row, name, is_complete=is_complete) for name in names)


def series(daily: ir.Table, name: str) -> tuple[float | None, ...]:
    """One figure of each day, oldest first."""
    return tuple(daily.order_by("day")[name].to_pyarrow().to_pylist())


def with_onset(
    context: CheckContext, findings: Sequence[Finding], code: str, daily: ir.Table, subject: Subject = ""
) -> list[Finding]:
    """The findings, of a day those of one rule with the day since when; of a longer period as they are.

    See :func:`ntanalytics.checks.onset.by_day`; ``daily`` is worked out only where it is needed.
    """
    if context.period.kind != "day":
        return list(findings)
    return onset.by_day(findings, context.rules[code], daily, context.period.last, subject)


def with_onset_at(
    context: CheckContext, findings: Sequence[Finding], code: str, moments: Mapping[str, datetime | None]
) -> list[Finding]:
    """The findings, of a day those of one rule with the day of a moment that is known of their subject."""
    if context.period.kind != "day":
        return list(findings)
    return onset.from_moment(findings, code, moments, context.utc_offset_h)


class _Unfed(dict[str, pa.Table]):
    """The tables of a subsystem that no source feeds: each has no column, and a report shows that there is none."""

    def __missing__(self, name: str) -> pa.Table:
        return pa.table({})


def no_source_summary(subsystem: str, lead: str, *scopes: DatasetView) -> SubsystemSummary | None:
    """The look of a subsystem whose data no source feeds: unknown, and it says so; None where they are fed."""
    missing = [scope.contract.label for scope in scopes if not scope.sources]
    if not missing:
        return None
    why = f"没有配置{'、'.join(missing)}的数据源"
    finding = unknown(f"{subsystem}.source", SUBSYSTEMS[subsystem], "数据", why, "在配置中接入该系统")
    return SubsystemSummary(subsystem, (finding,), why, lead, {}, tables=_Unfed(), is_complete=False)


def evaluated(*pairs: tuple[str, ir.Table]) -> dict[str, pa.Table]:
    """Tables by name, worked out."""
    return {name: table.to_pyarrow() for name, table in pairs}
