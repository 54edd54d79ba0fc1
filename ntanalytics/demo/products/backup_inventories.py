"""The demo city's backups: inventories of pgBackRest and restic (online), Bacula's catalog (offline, on tape)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from ntanalytics.demo.incidents.incident import ZONE
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.backup_runs import DATABASES, FILE_TREES, hits, run
from ntanalytics.demo.products.bacula import write_tapes
from ntanalytics.demo.store import Store

_SUNDAY = 6


def write_backups(city: City, folder: Path, store: Store) -> int:
    """Write the inventories into ``folder`` and Bacula's catalog into the store; return the number of runs.

    An inventory says how everything is at the estate's end, and was written then.
    """
    pgbackrest = _pgbackrest(city)
    restic = _restic(city)
    _write(folder / "pgbackrest" / "main.json", pgbackrest, city)
    _write(folder / "restic" / "files.json", restic, city)
    return sum(len(stanza["backup"]) for stanza in pgbackrest) + len(restic) + write_tapes(city, store)


def _write(path: Path, document: list[dict[str, Any]], city: City) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    written = dt.datetime.combine(city.until + dt.timedelta(days=1), dt.time(), ZONE).timestamp()
    os.utime(path, (written, written))


def _pgbackrest(city: City) -> list[dict[str, Any]]:
    """As ``pgbackrest info --output=json``: a full backup each Sunday, a differential one each other night."""
    stanzas = []
    for place, (name, (gigabytes, minute)) in enumerate(DATABASES.items()):
        backups = []
        for day in city.days:
            if hits(city, day, name, "backup_missing"):
                continue
            began, lasted, size = run(city, day, name, place, gigabytes, minute)
            sunday = day - dt.timedelta(days=(day.weekday() - _SUNDAY) % 7)
            full = f"{run(city, sunday, name, place, gigabytes, minute)[0]:%Y%m%d-%H%M%S}F"
            is_full = day == sunday
            start = int(began.timestamp())
            delta = size if is_full else int(size * 0.004 * ((day - sunday).days))
            backups.append(
                {
                    "backrest": {"format": 5, "version": "2.55.1"},
                    "database": {"id": 1, "repo-key": 1},
                    "error": False,
                    "info": {"delta": delta, "repository": {"delta": delta // 4, "size": size // 4}, "size": size},
                    "label": full if is_full else f"{full}_{began:%Y%m%d-%H%M%S}D",
                    "prior": None if is_full else full,
                    "timestamp": {"start": start, "stop": start + (lasted if is_full else lasted // 12 + 20)},
                    "type": "full" if is_full else "diff",
                }
            )
        status = {"code": 0, "lock": {"backup": {"held": False}}, "message": "ok"}
        databases = [{"id": 1, "repo-key": 1, "system-id": 7_312_000_000 + place, "version": "15"}]
        stanzas.append(
            {"archive": [], "backup": backups, "cipher": "none", "db": databases, "name": name, "status": status}
        )
    return stanzas


def _restic(city: City) -> list[dict[str, Any]]:
    """As ``restic snapshots --json``: a snapshot a night, saved as the difference to the one before."""
    found = []
    for place, ((host, path), (gigabytes, minute)) in enumerate(FILE_TREES.items(), start=len(DATABASES)):
        for day in city.days:
            if hits(city, day, f"{host} {path}", "backup_missing"):
                continue
            began, lasted, size = run(city, day, f"{host} {path}", place, gigabytes, minute)
            number = _number(city, host, day)
            found.append(
                {
                    "time": began.isoformat(),
                    "parent": _number(city, host, day - dt.timedelta(days=1)),
                    "tree": _number(city, f"tree {host}", day),
                    "paths": [path],
                    "hostname": host,
                    "username": "root",
                    "uid": 0,
                    "gid": 0,
                    "program_version": "restic 0.18.0",
                    "summary": {
                        "backup_start": began.isoformat(),
                        "backup_end": (began + dt.timedelta(seconds=lasted // 20 + 30)).isoformat(),
                        "data_added": size // 900,
                        "total_bytes_processed": size,
                    },
                    "id": number,
                    "short_id": number[:8],
                }
            )
    return sorted(found, key=lambda snapshot: str(snapshot["time"]))


def _number(city: City, what: str, day: dt.date) -> str:
    return hashlib.sha256(f"{city.seed} {what} {day}".encode()).hexdigest()
