"""Inventory of restic: file trees, a snapshot a night, saved as the difference to the one before."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.backup_plans import FILE_PLANS, BackupPlan
from ntanalytics.demo.products.backup_runs import is_missing, run_of, write_inventory


def write_restic(city: City, folder: Path) -> int:
    """Write the output of ``restic snapshots --json`` into ``folder``, and return the number of snapshots."""
    pairs = [(plan, day) for plan in FILE_PLANS for day in city.days]
    snapshots = [_snapshot(city, day, plan) for plan, day in pairs if not is_missing(city, day, plan)]
    snapshots.sort(key=lambda snapshot: str(snapshot["time"]))
    write_inventory(folder / "files.json", snapshots, city)
    return len(snapshots)


def _snapshot(city: City, day: dt.date, plan: BackupPlan) -> dict[str, object]:
    host, path = plan.name.split()
    run, id_ = run_of(city, day, plan), _id(city, host, day)
    return {
        "time": run.started_at.isoformat(),
        "parent": _id(city, host, day - dt.timedelta(days=1)),
        "tree": _id(city, f"tree {host}", day),
        "paths": [path],
        "hostname": host,
        "username": "root",
        "uid": 0,
        "gid": 0,
        "program_version": "restic 0.18.0",
        "summary": {
            "backup_start": run.started_at.isoformat(),
            "backup_end": (run.started_at + dt.timedelta(seconds=run.duration_s // 20 + 30)).isoformat(),
            "data_added": run.size_bytes // 900,
            "total_bytes_processed": run.size_bytes,
        },
        "id": id_,
        "short_id": id_[:8],
    }


def _id(city: City, name: str, day: dt.date) -> str:
    return hashlib.sha256(f"{city.seed} {name} {day}".encode()).hexdigest()
