"""What the inspection of a day asks of the data themselves: whether they came, whole and as much as usual."""

from __future__ import annotations

from datetime import date, timedelta

from ntanalytics.checks.context import CheckContext
from ntanalytics.contract import Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.infra import HOST_METRICS
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics.infra import hosts
from ntanalytics.subsystems.data.completeness import completeness
from ntanalytics.subsystems.data.row_counts import SourceDays, row_counts, stood_still
from ntanalytics.subsystems.infra.web_checks import HISTORY

#: Days of host metrics that tell what always moves.
METRICS_BACK = 14


def inspect_data(context: CheckContext) -> list[Finding]:
    """Holes, rows that were set aside, far fewer rows than usual, sources gone silent, sensors that stand still.

    It speaks of every dataset that the report has read, so it is asked last.
    """
    on, rules = context.period.last, context.rules
    found = completeness(context.status(), on, rules)
    found += row_counts(rules, _taken(context), on)
    metrics = context.dataset("infra.metrics", history=METRICS_BACK)
    if metrics.sources and metrics.is_complete:
        still = hosts.still(metrics.recent, on)
        found += stood_still(rules["data.stood_still"], still, HOST_METRICS, metrics.contract.label)
    return found


def _taken(context: CheckContext) -> list[SourceDays]:
    """How much came of each dataset of events, from each source, over ten weeks."""
    workspace, on = context.workspace, context.period.last
    first = on - timedelta(days=HISTORY)
    calendar = workspace.days(first, on, set()).to_pyarrow().to_pylist()
    found = []
    for name, sources in workspace.sources_by_dataset.items():
        contract = dataset_named(name)
        # how many cases are of a day depends on what became of them since
        if contract.kind is not Kind.EVENT:
            continue
        covered = workspace.covered_days(name, first, on)
        for source in sources:
            by_day: dict[date, int] = {
                each.day: each.source_rows for each in covered if each.source == source and each.is_held
            }
            days = tuple(
                {**row, "is_covered": row["day"] in by_day, "source_rows": by_day.get(row["day"])} for row in calendar
            )
            found.append(SourceDays(name, contract.label, source, days))
    return found
