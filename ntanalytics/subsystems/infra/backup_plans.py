"""Backup plans at the end of a period, with their last success."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Entity
from ntanalytics.metrics.infra import backups
from ntanalytics.metrics.infra.backup_waits import unmade_backups, waits
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.infra.text import BACKUP_PLANS

#: Days between runs of the rarest backup plan, times the runs from which its usual interval is taken.
BACKUP_DAYS = 70

ALL_PLANS = Entity("plans", "all", BACKUP_PLANS)


def plan_entity(row: Mapping[str, Any]) -> Entity:
    """Return the backup plan of a row."""
    return Entity("plan", str(row["plan"]), str(row["plan"]))


def runs_by_plan(context: CheckContext) -> ir.Table:
    """Return the runs of the weeks up to the end of the period, plans of one name told apart by their source."""
    return backups.by_source(context.dataset("infra.backups", BACKUP_DAYS).recent)


def plan_runs(context: CheckContext) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    """Return plan and medium → when its runs of those weeks began and how they ended."""
    by_plan: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows(context.shared(runs_by_plan).select("plan", "medium", "started_at", "outcome")):
        by_plan.setdefault((row["plan"], row["medium"]), []).append(row)
    return by_plan


def plans(context: CheckContext) -> pa.Table:
    """Return the backup plans at the end of the period: ``metrics.infra.backups.plans``, and what their waits tell.

    These are ``usual_interval_s``, ``backup_lateness`` and ``unmade_backups`` (``metrics.infra.backup_waits``).
    """
    at = context.dataset("infra.backups", BACKUP_DAYS).known_end
    known = backups.plans(context.shared(runs_by_plan), context.begins_at, at).to_pyarrow()
    own = [context.shared(plan_runs)[row["plan"], row["medium"]] for row in known.to_pylist()]
    last = [waits(runs, at)[-1:] for runs in own]
    by_wait = {
        "usual_interval_s": pa.array([wait[0].usual_s if wait else None for wait in last], pa.float64()),
        "backup_lateness": pa.array([wait[0].lateness if wait else None for wait in last], pa.float64()),
        "unmade_backups": pa.array([unmade_backups(runs, context.begins_at, at) for runs in own], pa.int64()),
    }
    for name, column in by_wait.items():
        known = known.append_column(name, column)
    return known


def is_offline_read(context: CheckContext) -> bool:
    """Return whether any source ever gave a run of an offline plan: without one nobody knows what is kept offline."""
    recent = context.dataset("infra.backups", BACKUP_DAYS).recent
    ever = context.workspace.table("infra.backups", last=context.on)
    return any(table.filter(table.medium == "offline").limit(1).to_pyarrow().num_rows for table in (recent, ever))


def last_successes(context: CheckContext) -> dict[str, datetime]:
    """Return plan → begin of its last success, of the plans that had one."""
    moments = {row["plan"]: row["last_success_at"] for row in rows(context.shared(plans))}
    return {plan: moment for plan, moment in moments.items() if moment is not None}
