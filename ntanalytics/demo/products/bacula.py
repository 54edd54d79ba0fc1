"""Bacula's catalog: everything is saved on tape each Saturday, and the tapes go to another house."""

from __future__ import annotations

import datetime as dt

import numpy as np
import sqlalchemy as sa

from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.backup_runs import DATABASES, FILE_TREES, run
from ntanalytics.demo.store import Database, Store, Values

_SATURDAY = 5


def write_tapes(city: City, store: Store) -> int:
    """Write the catalog, and return the number of jobs in it."""
    with store.database("bacula", "postgresql") as db:
        _create_catalog(db)
        return _write_jobs(db, city)


def _create_catalog(db: Database) -> None:
    """Bacula's tables, as far as its catalog tells of runs and media."""
    big, whole, letter = sa.BigInteger(), sa.Integer(), sa.CHAR(1)
    db.create(
        "job",
        {
            "jobid": whole,
            "job": sa.String(128),
            "name": sa.String(128),
            "type": letter,
            "level": letter,
            "jobstatus": letter,
            "schedtime": sa.DateTime(),
            "starttime": sa.DateTime(),
            "endtime": sa.DateTime(),
            "jobfiles": whole,
            "jobbytes": big,
        },
        key=["jobid"],
    )
    db.create(
        "jobmedia", {"jobmediaid": big, "jobid": whole, "mediaid": whole}, key=["jobmediaid"], indexes=[["jobid"]]
    )
    db.create(
        "media",
        {"mediaid": whole, "volumename": sa.String(128), "mediatype": sa.String(128), "volstatus": sa.String(20)},
        key=["mediaid"],
    )


def _write_jobs(db: Database, city: City) -> int:
    """A full backup of everything, from eight in the evening on."""
    plans = [(f"{name}-tape", gigabytes) for name, (gigabytes, _) in DATABASES.items()]
    plans += [(f"{host}-tape", gigabytes) for (host, _), (gigabytes, _) in FILE_TREES.items()]
    jobs = []
    for day in city.days:
        if day.weekday() == _SATURDAY:
            begin = 20 * 60
            for place, (name, gigabytes) in enumerate(plans, start=100):
                began, lasted, size = run(city, day, name, place, gigabytes, begin)
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
