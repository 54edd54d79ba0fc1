"""Inventory of pgBackRest: databases, a full backup each Sunday and a differential one each other night."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.backup_plans import DATABASE_PLANS, BackupPlan
from ntanalytics.demo.products.backup_runs import is_missing, run_of, write_inventory

_SUNDAY = 6
#: Change of a database a day, as a share, and part of a full backup's duration that a differential one takes.
_CHANGE, _PART, _MIN_S = 0.004, 12, 20
#: A repository holds a quarter of the bytes.
_COMPRESSION = 4


def write_pgbackrest(city: City, folder: Path) -> int:
    """Write the output of ``pgbackrest info --output=json`` into ``folder``, and return the number of backups."""
    stanzas, count = list[object](), 0
    for plan in DATABASE_PLANS:
        backups = [_backup(city, day, plan) for day in city.days if not is_missing(city, day, plan)]
        count += len(backups)
        stanza = {
            "archive": [],
            "backup": backups,
            "cipher": "none",
            "db": [{"id": 1, "repo-key": 1, "system-id": 7_312_000_000 + plan.place, "version": "15"}],
            "name": plan.name,
            "status": {"code": 0, "lock": {"backup": {"held": False}}, "message": "ok"},
        }
        stanzas.append(stanza)
    write_inventory(folder / "main.json", stanzas, city)
    return count


def _backup(city: City, day: dt.date, plan: BackupPlan) -> dict[str, object]:
    run = run_of(city, day, plan)
    sunday = day - dt.timedelta(days=(day.weekday() - _SUNDAY) % 7)
    full = f"{run_of(city, sunday, plan).started_at:%Y%m%d-%H%M%S}F"
    is_full = day == sunday
    size, start = run.size_bytes, int(run.started_at.timestamp())
    delta = size if is_full else int(size * _CHANGE * (day - sunday).days)
    repository = {"delta": delta // _COMPRESSION, "size": size // _COMPRESSION}
    duration_s = run.duration_s if is_full else run.duration_s // _PART + _MIN_S
    return {
        "backrest": {"format": 5, "version": "2.55.1"},
        "database": {"id": 1, "repo-key": 1},
        "error": False,
        "info": {"delta": delta, "repository": repository, "size": size},
        "label": full if is_full else f"{full}_{run.started_at:%Y%m%d-%H%M%S}D",
        "prior": None if is_full else full,
        "timestamp": {"start": start, "stop": start + duration_s},
        "type": "full" if is_full else "diff",
    }
