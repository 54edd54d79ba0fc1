"""Which subsystem a host or a service carries, as the targets of the availability checks tell."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.correlation import places_of


def places(context: CheckContext) -> dict[str, str]:
    """The heads of the names of hosts and services → the subsystem, as ``findings.stories`` takes them."""
    targets = context.dataset("infra.checks").table.select("subsystem", "target").distinct().to_pyarrow().to_pylist()
    return places_of(sorted((row["subsystem"], row["target"]) for row in targets))
