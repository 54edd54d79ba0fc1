"""Entities: keys and labels that several subsystems share, and the subsystem that a host or service carries."""

from __future__ import annotations

from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.topology import places_of


def places(context: CheckContext) -> dict[str, str]:
    """Return the head of the name of a host or service → the subsystem that it carries."""
    targets = context.dataset("infra.checks").table.select("subsystem", "target").distinct().to_pyarrow().to_pylist()
    return places_of(sorted((row["subsystem"], row["target"]) for row in targets))
