"""Summary of one subsystem in a report's period: figures, findings and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis.expr.types as ir

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.threshold import Status, worst
from ntanalytics.metrics import MEASURES, change
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import NO_FIGURES, Figures, figures
from ntanalytics.metrics.measure import Measure
from ntanalytics.metrics.quantity import Quantity
from ntanalytics.workspace.dataset_view import DatasetView

#: Days of history before the period, for usual values and for the line beside a figure.
HISTORY = 28


@dataclass(frozen=True, kw_only=True)
class SubsystemSummary:
    """One subsystem in a report's period.

    Attributes:
        subsystem: its id.
        highlights: a few figures in a row, in Chinese; empty where the engine asks the section for them.
        lead: the measure that stands for the subsystem.
        total: the period's figures, compared with the period before.
        daily: the figures of each of the last days, oldest first.
        tables: figures in detail, by name.
        origin: where the figures come from.
        findings: the findings of the subsystem; the engine fills them in.
    """

    subsystem: str
    highlights: str
    lead: str
    total: FigureRow
    daily: Figures = NO_FIGURES
    tables: Mapping[str, Figures] = field(default_factory=dict)
    origin: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """The subsystem's Chinese name."""
        return SUBSYSTEMS[self.subsystem]

    @property
    def status(self) -> Status:
        """The worst status of what was judged; unknown where nothing is wrong, and figures of it have a gap."""
        judged = worst(finding.status for finding in self.findings if finding.is_applicable)
        return "unknown" if judged == "ok" and not self.is_complete else judged

    @property
    def is_complete(self) -> bool:
        """True if the data of its figures have no gap."""
        return self.total.is_complete

    @property
    def recent(self) -> tuple[Quantity, ...]:
        """The lead figure of each of the last days, oldest first."""
        return self.daily.quantities(self.lead)

    @property
    def measure(self) -> Measure:
        """The words of the lead figure."""
        return MEASURES[self.lead]

    def quantity(self, name: str) -> Quantity:
        """Return a figure of the period as a quantity; unknown where the section does not have it."""
        return self.total.quantity(name)

    def before(self, name: str) -> Quantity:
        """Return the figure of the period before."""
        return self.total.quantity(f"{name}_before")


def compared(now: ir.Table, before: ir.Table, measures: Sequence[Measure], *scopes: DatasetView) -> FigureRow:
    """Return the figures of a period with their changes; gaps in any of the scopes count."""
    made = change.compare(
        now,
        before,
        MEASURES,
        columns=[measure.name for measure in measures if measure.is_comparable],
        is_complete=all(scope.is_complete for scope in scopes),
        was_complete=all(scope.was_complete for scope in scopes),
    )
    return figures(made, *scopes).total


def highlights(row: FigureRow, names: Sequence[str]) -> str:
    """Some figures in a row: ``登录 182,340 次，登录失败率 1.8%``, ``登录 ≥ 12 次，登录失败率未知``."""
    return "，".join(row.quantity(name).named() for name in names)


class _NoTables(dict[str, Figures]):
    """Tables of a subsystem without a source: each has no column, and a report shows that there is none."""

    def __missing__(self, name: str) -> Figures:
        return NO_FIGURES


def failed_summary(subsystem: str, lead: str) -> SubsystemSummary:
    """Return the summary of a subsystem whose figures ended in an error: unknown.

    Args:
        subsystem: its id.
        lead: the measure that stands for it.
    """
    return _empty_summary(
        subsystem, "计算出错，本节未能出具", lead, FigureRow({}, is_complete=False, was_complete=False)
    )


def no_source_summary(subsystem: str, lead: str, missing: Sequence[str]) -> SubsystemSummary:
    """Return the summary of a subsystem for which some datasets have no source: unknown.

    Args:
        subsystem: its id.
        lead: the measure that stands for it.
        missing: labels of the datasets.
    """
    return _empty_summary(subsystem, f"没有配置{'、'.join(missing)}的数据源", lead, FigureRow.without_source())


def _empty_summary(subsystem: str, reason: str, lead: str, total: FigureRow) -> SubsystemSummary:
    return SubsystemSummary(subsystem=subsystem, highlights=reason, lead=lead, total=total, tables=_NoTables())
