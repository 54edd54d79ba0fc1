"""Bacula's catalog: a full backup of everything on tape each Saturday."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.local_time import wall_clock
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.backup_plans import DATABASE_PLANS, FILE_PLANS, BackupPlan
from ntanalytics.demo.products.backup_runs import BackupRun, run_of
from ntanalytics.demo.store import Columns, Database, Store, parse_tables

_SATURDAY, _FIRST_SATURDAY = 5, dt.date(2024, 1, 6)
#: Minute of the day at which the first job begins, and drives that write at once.
_BEGIN, _DRIVES = 20 * 60, 4
#: Place of the first plan: other random numbers than those of the online backups.
_FIRST_PLACE = 100
_ONLINE_PLANS = (*DATABASE_PLANS, *FILE_PLANS)

_TABLES = parse_tables("""
job: jobid* int, job 128, name 128, type char, level char, jobstatus char, schedtime time, starttime time,
  endtime time, jobfiles int, jobbytes bigint
jobmedia: jobmediaid* bigint, jobid int, mediaid int; index jobid
media: mediaid* int, volumename 128, mediatype 128, volstatus 20
""")


def write_bacula(city: City, store: Store) -> int:
    """Write the database ``bacula`` (PostgreSQL), and return the number of jobs."""
    with store.database("bacula", "postgresql") as database:
        database.create(*_TABLES)
        media: Columns = {
            "mediaid": [1, 2],
            "volumename": ["LTO001", "LTO002"],
            "mediatype": "LTO-8",
            "volstatus": "Append",
        }
        database.insert("media", media)
        return _write_jobs(database, city)


def _runs(city: City) -> list[tuple[str, BackupRun]]:
    """Return the runs that ended before the estate's end, each with the name of its plan."""
    runs = []
    for day in city.days:
        if day.weekday() == _SATURDAY:
            begin = _BEGIN
            for plan in _ONLINE_PLANS:
                name = f"{plan.name.split()[0]}-tape"
                run = run_of(city, day, BackupPlan(name, plan.gigabytes, begin, _FIRST_PLACE + plan.place))
                runs.append((name, run))
                begin += run.duration_s // (60 * _DRIVES) + 2
    return [(name, run) for name, run in runs if _ended_at(run).date() <= city.until]


def _ended_at(run: BackupRun) -> dt.datetime:
    return wall_clock(run.started_at) + dt.timedelta(seconds=run.duration_s)


def _write_jobs(database: Database, city: City) -> int:
    runs = _runs(city)
    if not runs:
        return 0
    # ids follow the calendar, so that a shorter estate has the same
    first = (city.days[0].toordinal() - _FIRST_SATURDAY.toordinal() + 6) // 7 * len(_ONLINE_PLANS) + 1
    ids = np.arange(first, first + len(runs))
    started = np.array([wall_clock(run.started_at) for _, run in runs], dtype="datetime64[s]")
    jobs: Columns = {
        "jobid": ids,
        "job": [
            f"{name}.{run.started_at:%Y-%m-%d_%H.%M.%S}_{number % 100:02d}"
            for number, (name, run) in zip(ids.tolist(), runs, strict=True)
        ],
        "name": [name for name, _ in runs],
        "type": "B",
        "level": "F",
        "jobstatus": "T",
        "schedtime": started,
        "starttime": started,
        "endtime": np.array([_ended_at(run) for _, run in runs], dtype="datetime64[s]"),
        "jobfiles": [run.size_bytes // 180_000 % 2_000_000_000 for _, run in runs],
        "jobbytes": [run.size_bytes for _, run in runs],
    }
    database.insert("job", jobs)
    database.insert("jobmedia", {"jobmediaid": ids, "jobid": ids, "mediaid": 1 + ids % 2})
    return len(runs)
