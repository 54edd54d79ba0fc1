"""Long histories made from the days of a demo city: its lake, ledger and outputs, copied to earlier days.

The sources are not read: the rows of the city's days are written to the lake with earlier days, by commits as
extraction makes them. The ledger gets the coverage, the runs and the inspections of those days, and the outputs a
folder for each run.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import tempfile
import zlib
from contextlib import closing
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import WriterProperties, write_deltalake

from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.parts import day_of, part_path
from ntanalytics.ledger.tables import findings
from ntanalytics.periods import Calendar, Period

_DAY = dt.timedelta(days=1)

#: Column by which deliveries belong to their document: each copy of it has deliveries of its own.
_DOCUMENT = "document_id"


def age(city: Path, into: Path, days: int, until: dt.date, step: int = 70) -> None:
    """Copy a city and extend the history of the copy.

    Args:
        city: a demo city with its lake, its ledger and its outputs.
        into: the folder of the copy; it is emptied before.
        days: days of history of the copy.
        until: the city's last day.
        step: days of the city, by which each copy of its rows is earlier than the one before; whole weeks keep
            weekdays.
    """
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(city, into, symlinks=True)
    back = [number * step for number in range(1, -(-(days - step) // step) + 1)]
    lake = DeltaLake(into / "lake")
    for dataset in DATASETS.values():
        version = lake.version(dataset.name)
        files = [] if version is None else lake.files(dataset.name, version)
        if files:
            _age_table(lake, dataset, files, back, until - step * _DAY)
    _age_ledger(into / "ledger.sqlite", days, until - step * _DAY)
    age_outputs(into, days, until)


def _age_table(lake: DeltaLake, dataset: Dataset, files: list[str], back: list[int], before: dt.date) -> None:
    """Write the last days of a table again, as earlier days; of a state, its last snapshot for every day."""
    if dataset.kind is Kind.STATE:
        _repeat_snapshot(lake, dataset, [Path(file) for file in files], max(back, default=0))
        return
    names, schema = dataset.schema().names, dataset.schema()
    rows = pa.concat_tables(_with_day(Path(file)).select(names).cast(schema) for file in files)
    recent = rows.filter(pc.greater(rows["day"], pa.scalar(before)))
    for days in back:
        _append(lake, dataset, _earlier(recent, dataset, days))


def _with_day(file: Path) -> pa.Table:
    rows = pq.ParquetFile(file).read()
    day = dt.date.fromisoformat(file.parent.name.removeprefix("day="))
    return rows if "day" in rows.schema.names else rows.append_column("day", pa.repeat(pa.scalar(day), rows.num_rows))


def _append(lake: DeltaLake, dataset: Dataset, rows: pa.Table) -> None:
    """Append rows in one commit per source, so that no file has rows of two sources."""
    for source in pc.unique(rows["source"]).to_pylist():
        own = rows.filter(pc.equal(rows["source"], source))
        write_deltalake(
            str(lake.path(dataset.name)), own, mode="append", partition_by=["day"],
            writer_properties=WriterProperties(compression="ZSTD"),
        )  # fmt: skip


def _repeat_snapshot(lake: DeltaLake, dataset: Dataset, files: list[Path], days: int) -> None:
    """Copy the last snapshot of each source to some days before it, in one commit."""
    last = max(day_of(file) for file in files)
    with tempfile.TemporaryDirectory(dir=lake.folder) as folder:
        for file in (file for file in files if day_of(file) == last):
            copies = [part_path(Path(folder), last - number * _DAY) for number in range(1, days + 1)]
            for copy in copies:
                copy.parent.mkdir(exist_ok=True)
                copy.hardlink_to(file)
            source = pc.min(pq.ParquetFile(file).read(["source"])["source"]).as_py()
            lake.replace(dataset, copies, source, last - days * _DAY, last - _DAY)


def _earlier(rows: pa.Table, dataset: Dataset, days: int) -> pa.Table:
    """Return the rows with all times some days earlier; cases and documents get new keys.

    A case that was open ended with its last change: a city has as many open cases after three years as after ten weeks.
    """
    columns = {}
    own = {_DOCUMENT, *([dataset.key[-1]] if dataset.kind is Kind.CASE else [])}
    for field in rows.schema:
        column = rows[field.name].combine_chunks()
        if pa.types.is_timestamp(field.type):
            column = pc.subtract(column, pa.scalar(dt.timedelta(days=days), pa.duration("us")))
        elif pa.types.is_date(field.type):
            column = pc.subtract(column.cast(pa.int32()), pa.scalar(days, pa.int32())).cast(pa.date32())
        elif field.name in own and pa.types.is_string(field.type):
            column = pc.binary_join_element_wise(column, f"{days}", "~")
        columns[field.name] = column.cast(field.type)
    if dataset.ended:
        may_be_open = reduce(pc.and_, (pc.is_null(columns[name]) for name in dataset.ended))
        end, kind = dataset.ended[0], rows.schema.field(dataset.ended[0]).type
        columns[end] = pc.if_else(may_be_open, columns[dataset.changed].cast(kind, safe=False), columns[end])
    return pa.table(columns, schema=rows.schema)


def _age_ledger(path: Path, count: int, before: dt.date) -> None:
    """Add coverage as far back as the lake goes, by one extraction per day, as the run of each morning records it."""
    with closing(sqlite3.connect(path)) as ledger, ledger:
        sources = ledger.execute("SELECT dataset, source, max(day) FROM coverage GROUP BY dataset, source").fetchall()
        for dataset, source, last in sources:
            query = "SELECT day FROM coverage WHERE dataset = ? AND source = ?"
            known = {day for (day,) in ledger.execute(query, (dataset, source))}
            for day in (dt.date.fromisoformat(last) - back * _DAY for back in range(count)):
                if day.isoformat() in known and day > before:
                    continue
                taken_at = f"{day + _DAY} 22:10:00.000000"
                extraction_id = ledger.execute(
                    "INSERT INTO extractions (dataset, source, first_on, last_on, taken_at, seconds, status, "
                    "source_rows, rows, rejected, error, cause) "
                    "VALUES (?, ?, ?, ?, ?, 1, 'taken', 100, 100, 0, '', '')",
                    (dataset, source, day.isoformat(), day.isoformat(), taken_at),
                ).lastrowid
                ledger.execute(
                    "INSERT OR REPLACE INTO coverage (dataset, source, day, taken_at, rows, source_rows, rejected, "
                    "is_held, extraction_id) VALUES (?, ?, ?, ?, 100, 100, 0, 1, ?)",
                    (dataset, source, day.isoformat(), taken_at, extraction_id),
                )


def age_outputs(city: Path, days: int, until: dt.date) -> None:
    """Add a run, a folder and the findings of an inspection for each period that a schedule would have issued."""
    calendar, since = Calendar(), until - days * _DAY
    with closing(sqlite3.connect(city / "ledger.sqlite")) as ledger, ledger:
        ledger.row_factory = sqlite3.Row
        issued = ledger.execute("SELECT * FROM runs WHERE status = 'published'").fetchall()
        for kind in sorted({(run["report"], _period(run["period"]).kind) for run in issued}):
            models = [run for run in issued if (run["report"], _period(run["period"]).kind) == kind]
            period, number = min((_period(run["period"]) for run in models), key=lambda first: first.first), 0
            while (period := period.previous()).first >= since:
                if len(period.days) > 1 or calendar.is_working_day(period.first):
                    _issue(ledger, city, models[number % len(models)], period)
                    number += 1


def _period(text: str) -> Period:
    from ntanalytics.periods import parse_period

    return parse_period(text, dt.date(2026, 11, 23))


def _issue(ledger: sqlite3.Connection, city: Path, model: sqlite3.Row, period: Period) -> None:
    """Copy a run to another period: its row, its folder, its inspection."""
    run_id = f"{period.last:%Y%m%d}T080000-{abs(hash((model['report'], period.text))) % 16**8:08x}"
    at = dt.datetime.combine(period.last + _DAY, dt.time(8), dt.UTC)
    there, folder = (city / "outputs" / model["report"] / text for text in (model["period"], period.text))
    ledger.execute(
        "INSERT INTO runs (id, report, period, parameters, started_at, ended_at, status, version, path, error, who) "
        "VALUES (?, ?, ?, ?, ?, ?, 'published', 1, ?, '', 'bench')",
        (run_id, model["report"], period.text, model["parameters"], f"{at:%F %T}.000000", f"{at:%F %T}.000000",
         str(folder)),
    )  # fmt: skip
    folder.mkdir()
    for file in there.iterdir():
        if file.name != "manifest.json":
            folder.joinpath(file.name).hardlink_to(file)
    content = json.loads((there / "manifest.json").read_text(encoding="utf-8"))
    span = {"first": period.first.isoformat(), "last": period.last.isoformat(), "text": period.text}
    content |= {"run_id": run_id, "created_at": at.isoformat(), "period": {**content["period"], **span}}
    folder.joinpath("manifest.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    inspection = ledger.execute("SELECT * FROM inspections WHERE run_id = ?", (model["id"],)).fetchone()
    if inspection is None:
        return
    inspection_id = ledger.execute(
        "INSERT INTO inspections (run_id, report, day, published_at, codes) VALUES (?, ?, ?, ?, ?)",
        (run_id, inspection["report"], period.first.isoformat(), f"{at:%F %T}.000000", inspection["codes"]),
    ).lastrowid
    table = findings.name
    for finding in ledger.execute(
        f"SELECT * FROM {table} WHERE inspection_id = ?",  # noqa: S608 - our own name
        (inspection["id"],),
    ).fetchall():
        row = {**dict(finding), "inspection_id": inspection_id}
        row.pop("id")
        names = ", ".join(f'"{name}"' for name in row)
        ledger.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608 - columns of ours


def split_units(city: Path, into: Path, split: int) -> None:
    """Copy a city, and split each of its units by account: the same rows, more units.

    Args:
        city: a demo city with its lake.
        into: the folder of the copy; it is emptied before.
        split: number of parts of each unit.
    """
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(city, into, symlinks=True)
    lake = DeltaLake(into / "lake")
    for name in ("oa.activities", "oa.members", "oa.tasks", "identity.units"):
        dataset, version = DATASETS[name], lake.version(name)
        files = [] if version is None else lake.files(name, version)
        schema = dataset.schema()
        if not files:
            continue
        rows = pa.concat_tables(_with_day(Path(file)).select(schema.names).cast(schema) for file in files)
        if name == "identity.units":
            parts = [_renamed(rows, dataset, [str(number)] * rows.num_rows) for number in range(split)]
            rows = pa.concat_tables([rows, *parts])
        else:
            keys = rows["account_id" if "account_id" in schema.names else "task_id"].to_pylist()
            rows = _renamed(rows, dataset, [str(zlib.crc32(str(key).encode()) % split) for key in keys])
        write_deltalake(str(lake.path(name)), rows, mode="overwrite", partition_by=["day"])


def _renamed(rows: pa.Table, dataset: Dataset, parts: list[str]) -> pa.Table:
    """Return the rows with a number behind each unit's name and id."""
    for name in ("unit", "unit_id"):
        if name in rows.schema.names and pa.types.is_string(rows.schema.field(name).type):
            place = rows.schema.get_field_index(name)
            names = pc.binary_join_element_wise(rows[name].combine_chunks(), pa.array(parts), "~")
            rows = rows.set_column(place, rows.schema.field(name), names)
    return rows.cast(dataset.schema())
