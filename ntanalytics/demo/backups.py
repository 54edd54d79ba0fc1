"""The demo city's backups: inventories of pgBackRest and restic (online), Bacula's catalog (offline, on tape)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from ntanalytics.demo.city import City
from ntanalytics.demo.incidents import ZONE
from ntanalytics.demo.store import Database, Store, Values

_STREAM = 43
_GB = 1 << 30
_SATURDAY, _SUNDAY = 5, 6

#: Databases, by the name of pgBackRest's stanza: gigabytes at the estate's end, and minute of the night it begins.
DATABASES = {
    "identity": (18.0, 62),
    "sso": (9.0, 68),
    "exchange": (164.0, 75),
    "oa": (212.0, 110),
    "im": (47.0, 160),
    "sms": (96.0, 175),
    "ca": (6.0, 200),
    "seal": (12.0, 205),
}
#: File trees, by restic's host and path, as its snapshots are told apart: gigabytes, minute of the night.
FILE_TREES = {
    ("oa-files", "/data/attachments"): (1480.0, 150),
    ("exchange-files", "/data/documents"): (860.0, 195),
    ("seal-files", "/data/seals"): (22.0, 215),
}
#: Growth a day, as a share, and what a backup that shrank still holds.
_GROWTH, _SHRUNK = 0.0008, 0.38
#: Gigabytes that are written in a minute.
_GB_A_MINUTE = 14.0


def write_backups(city: City, folder: Path, store: Store) -> int:
    """Write the inventories into ``folder`` and Bacula's catalog into the store; return the number of runs.

    An inventory says how everything is at the estate's end, and was written then.
    """
    pgbackrest = _pgbackrest(city)
    restic = _restic(city)
    _write(folder / "pgbackrest" / "main.json", pgbackrest, city)
    _write(folder / "restic" / "files.json", restic, city)
    with store.database("bacula", "postgresql") as db:
        _create_catalog(db)
        jobs = _write_jobs(db, city)
    return sum(len(stanza["backup"]) for stanza in pgbackrest) + len(restic) + jobs


def _write(path: Path, document: list[dict[str, Any]], city: City) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    written = dt.datetime.combine(city.until + dt.timedelta(days=1), dt.time(), ZONE).timestamp()
    os.utime(path, (written, written))


def _run(
    city: City, day: dt.date, plan: str, place: int, gigabytes: float, minute: int
) -> tuple[dt.datetime, int, int]:
    """When a plan's run of a day began, how many seconds it took, and how many bytes it holds."""
    rng = np.random.default_rng([city.seed, _STREAM, day.toordinal(), place])
    began = dt.datetime.combine(day, dt.time(), ZONE) + dt.timedelta(minutes=minute, seconds=int(rng.integers(1, 9)))
    size = gigabytes * (1 - _GROWTH * (city.until - day).days) * float(rng.normal(1, 0.002))
    if _is_hit(city, day, plan, "backup_shrunk"):
        size *= _SHRUNK
    return began, int(60 * size / _GB_A_MINUTE) + int(rng.integers(5, 30)), int(size * _GB)


def _is_hit(city: City, day: dt.date, plan: str, kind: str) -> bool:
    return any(incident.subject == plan and incident.span_ms(day) != (0, 0) for incident in city.planted(kind))


def _pgbackrest(city: City) -> list[dict[str, Any]]:
    """As ``pgbackrest info --output=json``: a full backup each Sunday, a differential one each other night."""
    stanzas = []
    for place, (name, (gigabytes, minute)) in enumerate(DATABASES.items()):
        backups = []
        for day in city.days:
            if _is_hit(city, day, name, "backup_missing"):
                continue
            began, lasted, size = _run(city, day, name, place, gigabytes, minute)
            sunday = day - dt.timedelta(days=(day.weekday() - _SUNDAY) % 7)
            full = f"{_run(city, sunday, name, place, gigabytes, minute)[0]:%Y%m%d-%H%M%S}F"
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
            if _is_hit(city, day, f"{host} {path}", "backup_missing"):
                continue
            began, lasted, size = _run(city, day, f"{host} {path}", place, gigabytes, minute)
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


def _create_catalog(db: Database) -> None:
    """Bacula's tables, as far as its catalog tells of runs and media."""
    big, whole, letter = sa.BigInteger(), sa.Integer(), sa.CHAR(1)
    db.create(
        "job",
        {
            "jobid": whole, "job": sa.String(128), "name": sa.String(128), "type": letter, "level": letter,
            "jobstatus": letter, "schedtime": sa.DateTime(), "starttime": sa.DateTime(), "endtime": sa.DateTime(),
            "jobfiles": whole, "jobbytes": big,
        },
        key=["jobid"],
    )  # fmt: skip
    db.create(
        "jobmedia", {"jobmediaid": big, "jobid": whole, "mediaid": whole}, key=["jobmediaid"], indexes=[["jobid"]]
    )
    db.create(
        "media",
        {"mediaid": whole, "volumename": sa.String(128), "mediatype": sa.String(128), "volstatus": sa.String(20)},
        key=["mediaid"],
    )


def _write_jobs(db: Database, city: City) -> int:
    """A full backup of everything on tape each Saturday night; the tapes go to another house."""
    plans = [(f"{name}-tape", gigabytes) for name, (gigabytes, _) in DATABASES.items()]
    plans += [(f"{host}-tape", gigabytes) for (host, _), (gigabytes, _) in FILE_TREES.items()]
    jobs = []
    for day in city.days:
        if day.weekday() == _SATURDAY:
            begin = 20 * 60
            for place, (name, gigabytes) in enumerate(plans, start=100):
                began, lasted, size = _run(city, day, name, place, gigabytes, begin)
                jobs.append(
                    (name, began.replace(tzinfo=None), began.replace(tzinfo=None) + dt.timedelta(seconds=lasted), size)
                )
                begin += lasted // 240 + 2  # four drives write at once
    now = dt.datetime.combine(city.until + dt.timedelta(days=1), dt.time())
    jobs = [job for job in jobs if job[2] < now]
    db.insert(
        "media", {"mediaid": [1, 2], "volumename": ["LTO001", "LTO002"], "mediatype": "LTO-8", "volstatus": "Append"}
    )
    if not jobs:
        return 0
    # numbers follow the calendar, so that a shorter estate has the same
    first = (city.days[0].toordinal() - dt.date(2024, 1, 6).toordinal() + 6) // 7 * len(plans) + 1
    ids = np.arange(first, first + len(jobs))
    columns: dict[str, Values] = {
        "jobid": ids,
        "job": [
            f"{name}.{began:%Y-%m-%d_%H.%M.%S}_{number % 100:02d}"
            for number, (name, began, _, _) in zip(ids.tolist(), jobs, strict=True)
        ],
        "name": [name for name, *_ in jobs],
        "type": "B",
        "level": "F",
        "jobstatus": "T",
        "schedtime": np.array([began for _, began, _, _ in jobs], dtype="datetime64[s]"),
        "starttime": np.array([began for _, began, _, _ in jobs], dtype="datetime64[s]"),
        "endtime": np.array([ended for _, _, ended, _ in jobs], dtype="datetime64[s]"),
        "jobfiles": [size // 180_000 % 2_000_000_000 for *_, size in jobs],
        "jobbytes": [size for *_, size in jobs],
    }
    db.insert("job", columns)
    db.insert("jobmedia", {"jobmediaid": ids, "jobid": ids, "mediaid": 1 + ids % 2})
    return len(jobs)
