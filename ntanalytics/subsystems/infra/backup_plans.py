"""Backup plans at the end of a period, with their last success."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Entity
from ntanalytics.metrics.infra import backups
from ntanalytics.metrics.infra.backup_waits import unmade_backups
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.infra.text import BACKUP_PLANS

#: Days between runs of the rarest backup plan, times the runs from which its usual interval is taken.
BACKUP_DAYS = 70

ALL_PLANS = Entity("plans", "all", BACKUP_PLANS)


def plan_entity(row: Mapping[str, Any]) -> Entity:
    """Return the backup plan of a row."""
    return Entity("plan", str(row["plan"]), str(row["plan"]))


def plans(context: CheckContext) -> pa.Table:
    """Return the backup plans at the end of the period (``metrics.infra.backups.plans``), with ``unmade_backups``."""
    runs = context.dataset("infra.backups", BACKUP_DAYS)
    known = backups.plans(runs.recent, context.begins_at, runs.known_end).to_pyarrow()
    by_plan: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows(runs.recent.select("plan", "medium", "started_at", "outcome")):
        by_plan.setdefault((row["plan"], row["medium"]), []).append(row)
    unmade = [
        unmade_backups(by_plan[row["plan"], row["medium"]], context.begins_at, runs.known_end)
        for row in known.select(["plan", "medium"]).to_pylist()
    ]
    return known.append_column("unmade_backups", pa.array(unmade, pa.int64()))


def is_offline_read(context: CheckContext) -> bool:
    """Return whether any source ever gave a run of an offline plan: without one nobody knows what is kept offline."""
    recent = context.dataset("infra.backups", BACKUP_DAYS).recent
    ever = context.workspace.table("infra.backups", last=context.on)
    return any(table.filter(table.medium == "offline").limit(1).to_pyarrow().num_rows for table in (recent, ever))


def last_successes(context: CheckContext) -> dict[str, datetime]:
    """Return plan → begin of its last success, of the plans that had one."""
    moments = {row["plan"]: row["last_success_at"] for row in rows(context.shared(plans))}
    return {plan: moment for plan, moment in moments.items() if moment is not None}
