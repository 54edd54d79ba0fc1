"""Runs of the backup plans: time, duration and size."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.local_time import midnight
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.backup_plans import BackupPlan

_STREAM = 43
_GB = 1 << 30
#: Growth a day, as a share, and gigabytes that are written in a minute.
_GROWTH, _GB_A_MINUTE = 0.0008, 14.0


@dataclass(frozen=True)
class BackupRun:
    """Run of a plan: beginning, duration and saved bytes."""

    started_at: dt.datetime
    duration_s: int
    size_bytes: int


def run_of(city: City, day: dt.date, plan: BackupPlan) -> BackupRun:
    """Return a plan's run of a day."""
    rng = np.random.default_rng([city.seed, _STREAM, day.toordinal(), plan.place])
    started_at = midnight(day) + dt.timedelta(minutes=plan.minute, seconds=int(rng.integers(1, 9)))
    size = plan.gigabytes * (1 - _GROWTH * (city.until - day).days) * float(rng.normal(1, 0.002))
    for incident in _incidents(city, day, plan, "backup_shrunk"):
        size *= 1 - incident.size
    for incident in _incidents(city, day, plan, "backup_moved"):
        started_at += dt.timedelta(hours=incident.size)
    return BackupRun(started_at, int(60 * size / _GB_A_MINUTE) + int(rng.integers(5, 30)), int(size * _GB))


def is_missing(city: City, day: dt.date, plan: BackupPlan) -> bool:
    """Return whether a plan does not run on a day."""
    return bool(_incidents(city, day, plan, "backup_missing"))


def _incidents(city: City, day: dt.date, plan: BackupPlan, kind: str) -> list[Incident]:
    return [incident for incident in city.incidents_of(kind) if incident.subject == plan.name and incident.is_on(day)]


def write_inventory(path: Path, entries: Sequence[object], city: City) -> None:
    """Write an inventory as JSON, with the estate's end as time of change."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    changed = midnight(city.until + dt.timedelta(days=1)).timestamp()
    os.utime(path, (changed, changed))
