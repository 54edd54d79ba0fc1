"""Summary of one subsystem in a report's period: figures, findings and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.threshold import Status, worst
from ntanalytics.metrics import MEASURES, change
from ntanalytics.metrics.measure import Measure
from ntanalytics.metrics.quantity import Quantity, quantity
from ntanalytics.workspace.dataset_view import DatasetView

#: Days of history before the period, for usual values and for the line beside a figure.
HISTORY = 28


@dataclass(frozen=True, kw_only=True)
class SubsystemSummary:
    """One subsystem in a report's period.

    Attributes:
        subsystem: its id.
        highlights: a few figures in a row, in Chinese.
        lead: the measure that stands for the subsystem.
        total: the row of the period's figures, compared with the period before.
        recent: the lead figure of each of the last days, oldest first; None is a gap.
        others: other figures of the last days by name, as ``recent``.
        tables: tables in detail, by name.
        origin: where the figures come from.
        note: what must be said of gaps, or empty.
        is_complete: whether its data have no gap.
        was_complete: whether those of the period before have none.
        findings: the findings of the subsystem; the engine fills them in.
    """

    subsystem: str
    highlights: str
    lead: str
    total: Mapping[str, Any]
    recent: tuple[float | None, ...] = ()
    others: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    origin: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    is_complete: bool = True
    was_complete: bool = True
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """The subsystem's Chinese name."""
        return SUBSYSTEMS[self.subsystem]

    @property
    def status(self) -> Status:
        """The worst status of its findings."""
        return worst(finding.status for finding in self.findings)

    def quantity(self, name: str) -> Quantity:
        """Return a figure of the period as a quantity; unknown where the section does not have it."""
        return quantity(MEASURES[name], self.total.get(name), is_complete=self.is_complete)

    def before(self, name: str) -> Quantity:
        """Return the figure of the period before."""
        return quantity(MEASURES[name], self.total.get(f"{name}_before"), is_complete=self.was_complete)

    @property
    def measure(self) -> Measure:
        """The words of the lead figure."""
        return MEASURES[self.lead]


def compared(now: ir.Table, before: ir.Table, measures: Sequence[Measure], *scopes: DatasetView) -> dict[str, Any]:
    """Return the figures of a period with their changes, as one row; gaps in any of the scopes count."""
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
    """Return whether none of the scopes has a gap in the period."""
    return all(scope.is_complete for scope in scopes)


def format_measure(row: Mapping[str, Any], name: str, *, is_complete: bool = True) -> str:
    """Return a figure in words: ``登录 182,340 次``, ``登录 ≥ 12 次``, ``登录未知``."""
    return quantity(MEASURES[name], row.get(name), is_complete=is_complete).named()


def highlights(row: Mapping[str, Any], names: Sequence[str], *, is_complete: bool = True) -> str:
    """Some figures in a row: ``登录 182,340 次，登录失败率 1.8%``."""
    return "，".join(format_measure(row, name, is_complete=is_complete) for name in names)


def series(daily: ir.Table, name: str) -> tuple[float | None, ...]:
    """Return one figure of each day, oldest first."""
    return tuple(daily.order_by("day")[name].to_pyarrow().to_pylist())


class _NoTables(dict[str, pa.Table]):
    """Tables of a subsystem without a source: each has no column, and a report shows that there is none."""

    def __missing__(self, name: str) -> pa.Table:
        return pa.table({})


def no_source_summary(subsystem: str, lead: str, missing: Sequence[str]) -> SubsystemSummary:
    """Return the summary of a subsystem for which some datasets have no source: unknown.

    Args:
        subsystem: its id.
        lead: the measure that stands for it.
        missing: labels of the datasets.
    """
    highlights = f"没有配置{'、'.join(missing)}的数据源"
    return SubsystemSummary(
        subsystem=subsystem, highlights=highlights, lead=lead, total={}, tables=_NoTables(), is_complete=False
    )


def evaluated(*pairs: tuple[str, ir.Table]) -> dict[str, pa.Table]:
    """Tables by name, worked out."""
    return {name: table.to_pyarrow() for name, table in pairs}
