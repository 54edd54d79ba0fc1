"""Comparison of the lake with the sources: after all faults it must equal a lake that is filled at once."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.dataset as ds

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.demo import Estate
from ntanalytics.extraction import Extractor
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import Ledger
from ntanalytics.operations.maintenance import maintain
from ntanalytics.reports.verification import verify
from ntanalytics.runner import RunContext
from ntanalytics.runner.notebooks import load_report
from ntanalytics.settings import load
from tests.demo.taken import Lake
from tests.soak.expected_runs import ZONE

#: (source, day) → rows.
_Rows = Counter[tuple[str, dt.date]]


def compare(
    estate: Estate, reports: set[str], notebooks: Path | None, aside: Path, figures: dict[str, object]
) -> Iterator[str]:
    """What differs, a sentence each, once all sources have been there for a while.

    Args:
        estate: the site.
        reports: the reports whose data are compared.
        notebooks: their folder; None for the project's.
        aside: a folder in which another lake is filled in one go.
        figures: what was counted is put there.
    """
    needs = sorted({name for report in reports for name in load_report(report, notebooks).needs})
    wanted = [name for name in needs if DATASETS[name].kind is not Kind.STATE]
    settings = load(estate.config)
    ledger = Ledger(settings.ledger)
    later = dt.datetime.combine(estate.until + dt.timedelta(days=15), dt.time(6), ZONE)
    taken = Extractor(settings, ledger, clock=lambda: later).ensure_coverage(
        dict.fromkeys(wanted, 0), estate.first, estate.until
    )
    for each in taken:
        if each.error:
            yield f"at the end {each.dataset} of {each.source} cannot be taken: {each.error}"
    whole = Lake(estate, aside, datasets=wanted)
    rows = 0
    for name in wanted:
        ours, theirs = _rows(DeltaLake(settings.lake), name, estate), _rows(DeltaLake(aside / "lake"), name, estate)
        rows += ours.total()
        for source, day in sorted(k for k in ours.keys() | theirs.keys() if ours[k] != theirs[k])[:3]:
            yield f"{name} of {source} on {day}: {ours[source, day]} rows, in one go {theirs[source, day]}"
    if any(each.error for each in whole.taken):
        yield "the other lake could not be filled"
    if "sms.messages" in wanted:
        yield from _as_the_platform_counts(estate, _rows(DeltaLake(settings.lake), "sms.messages", estate))
    figures["rows of the lake, equal to the sources'"] = rows
    figures["datasets compared"] = len(wanted)


def _rows(lake: DeltaLake, name: str, estate: Estate) -> _Rows:
    version = lake.version(name)
    files = [] if version is None else lake.files(name, version, estate.first, estate.until)
    if not files:
        return Counter()
    table = ds.dataset(files, format="parquet", partitioning="hive").to_table(columns=["source", "day"])
    counted = table.group_by(["source", "day"]).aggregate([([], "count_all")]).to_pylist()
    return Counter({(row["source"], dt.date.fromisoformat(str(row["day"]))): row["count_all"] for row in counted})


def _as_the_platform_counts(estate: Estate, ours: _Rows) -> Iterator[str]:
    """The messages of each day by a count of our own in the platform's database: a batch and a recipient are one."""
    counted: Counter[dt.date] = Counter()
    with (
        closing(sqlite3.connect(f"file:{estate.directory}/sources/sms_platform.sqlite?mode=ro", uri=True)) as database,
        database,
    ):
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE name LIKE 'submit_2%'")]
        for table in tables:
            query = (
                f"SELECT date(MIN(Submit_Date)) FROM {table} WHERE COALESCE(Data_Status_Code, '0') <> '2' "
                "GROUP BY Msg_Batch_No, Phone_No"
            )
            counted.update(dt.date.fromisoformat(day) for (day,) in database.execute(query))
    for day in sorted(counted.keys() | {day for _, day in ours}):
        if counted[day] != ours["sms", day]:
            yield f"sms.messages on {day}: {ours['sms', day]} rows, and the platform has {counted[day]}"


def prove(folders: list[Path], figures: dict[str, object]) -> Iterator[str]:
    """Whether every figure of some published reports is its record's."""
    for folder in folders:
        try:
            verify(folder)
        except Exception as error:  # noqa: BLE001 - whatever it is, this one is not proved
            yield f"{folder} is not proved: {error}"
    figures["reports verified"] = len(folders)


def tidy(config: Path) -> Iterator[str]:
    """What killed extractions left is removed by the lake's upkeep when it is a day old."""
    settings = load(config)
    spool = settings.lake / ".spool"
    aged = dt.datetime.now(dt.UTC).timestamp() - 2 * 86400
    for path in [*spool.rglob("*"), spool] if spool.is_dir() else []:
        os.utime(path, (aged, aged))
    maintain(RunContext(settings=settings))
    for path in spool.iterdir() if spool.is_dir() else ():
        yield f"the upkeep left {path}"
