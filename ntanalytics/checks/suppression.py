"""What planned work excuses of an inspected day, from the changes and trainings of the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.entities import places
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.maintenance_windows import maintenance_windows, suppress_maintenance

#: A change may be planned so many days before it is carried out.
LONGEST_CHANGE = 7


def suppress_planned(context: CheckContext, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a day, those in order that a confirmed maintenance, a mailing or a training explains."""
    changes = context.dataset("desk.changes", history=LONGEST_CHANGE)
    trainings = context.dataset("desk.trainings")
    windows = maintenance_windows(changes.recent, context.begins_at)
    held = trainings.table.filter(trainings.table.unit.notnull()).select("unit").distinct().to_pyarrow()
    return suppress_maintenance(findings, windows, held["unit"].to_pylist(), places(context) if windows else {})
