"""Years of history made of a demo city's ten weeks, or months of its one day: lake, ledger and outputs, copied back.

Nothing of it is read from sources: the rows of the city's days are written again so many days earlier, by commits
of Delta as extraction makes them; the ledger gets the coverage, the runs, the inspections and the turns of those days,
and the outputs a folder for each run.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import tempfile
import zlib
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import WriterProperties, write_deltalake

from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.parts import day_of, part_path
from ntanalytics.periods import Calendar, Period

_DAY = dt.timedelta(days=1)


def age(city: Path, into: Path, days: int, until: dt.date, step: int = 70) -> None:
    """Copy a city and give the copy a past.

    Args:
        city: a demo city with its lake, its ledger and its outputs.
        into: the folder of the copy; what is there is removed.
        days: how many days of history the copy has.
        until: the city's last day.
        step: how many days the city has, and by how many each copy of its rows is earlier; whole weeks keep weekdays.
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
    _age_outputs(into, days, until)


def _age_table(lake: DeltaLake, dataset: Dataset, files: list[str], back: list[int], before: dt.date) -> None:
    """The last days of a table again, earlier; of a state its last snapshot on every day."""
    if dataset.kind is Kind.STATE:
        _stand_still(lake, dataset, [Path(file) for file in files], max(back, default=0))
        return
    names, schema = dataset.schema().names, dataset.schema()
    whole = pa.concat_tables(_with_day(Path(file)).select(names).cast(schema) for file in files)
    recent = whole.filter(pc.greater(whole["day"], pa.scalar(before)))
    for days in back:
        _append(lake, dataset, _earlier(recent, dataset, days))


def _with_day(file: Path) -> pa.Table:
    rows = pq.ParquetFile(file).read()
    day = dt.date.fromisoformat(file.parent.name.removeprefix("day="))
    return rows if "day" in rows.schema.names else rows.append_column("day", pa.repeat(pa.scalar(day), rows.num_rows))


def _append(lake: DeltaLake, dataset: Dataset, rows: pa.Table) -> None:
    """One commit a source, so that no file holds rows of two."""
    for source in pc.unique(rows["source"]).to_pylist():
        own = rows.filter(pc.equal(rows["source"], source))
        write_deltalake(
            str(lake.path(dataset.name)), own, mode="append", partition_by=["day"],
            writer_properties=WriterProperties(compression="ZSTD"),
        )  # fmt: skip


def _stand_still(lake: DeltaLake, dataset: Dataset, files: list[Path], days: int) -> None:
    """The last snapshot of each source as that of each of so many days before it, in one commit."""
    last = max(day_of(file) for file in files)
    with tempfile.TemporaryDirectory(dir=lake.folder) as folder:
        for file in (each for each in files if day_of(each) == last):
            copies = [part_path(Path(folder), last - number * _DAY) for number in range(1, days + 1)]
            for copy in copies:
                copy.parent.mkdir(exist_ok=True)
                copy.hardlink_to(file)
            source = pc.min(pq.ParquetFile(file).read(["source"])["source"]).as_py()
            lake.replace(dataset, copies, source, last - days * _DAY, last - _DAY)


def _earlier(rows: pa.Table, dataset: Dataset, days: int) -> pa.Table:
    """The rows, all their moments so many days earlier; of a case, under numbers of their own."""
    made = {}
    for field in rows.schema:
        column = rows[field.name].combine_chunks()
        if pa.types.is_timestamp(field.type):
            column = pc.subtract(column, pa.scalar(dt.timedelta(days=days), pa.duration("us")))
        elif pa.types.is_date(field.type):
            column = pc.subtract(column.cast(pa.int32()), pa.scalar(days, pa.int32())).cast(pa.date32())
        elif dataset.kind is Kind.CASE and field.name == dataset.key[-1] and pa.types.is_string(field.type):
            column = pc.binary_join_element_wise(column, f"{days}", "~")
        made[field.name] = column.cast(field.type)
    return pa.table(made, schema=rows.schema)


def _age_ledger(path: Path, many: int, before: dt.date) -> None:
    """Coverage as far back as the lake goes, by extractions of a day each, as a morning's run notes them."""
    with closing(sqlite3.connect(path)) as ledger, ledger:
        sources = ledger.execute("SELECT dataset, source, max(day) FROM coverage GROUP BY dataset, source").fetchall()
        for dataset, source, last in sources:
            reaches = dt.date.fromisoformat(last)
            known = {each for (each,) in ledger.execute(
                "SELECT day FROM coverage WHERE dataset = ? AND source = ?", (dataset, source))}  # fmt: skip
            days = [reaches - back * _DAY for back in range(many)]
            for day in days:
                if day.isoformat() in known and day > before:
                    continue
                taken_at = f"{day + _DAY} 22:10:00.000000"
                at = ledger.execute(
                    "INSERT INTO extractions (dataset, source, first_on, last_on, taken_at, seconds, status, "
                    "source_rows, rows, rejected, error, cause) "
                    "VALUES (?, ?, ?, ?, ?, 1, 'taken', 100, 100, 0, '', '')",
                    (dataset, source, day.isoformat(), day.isoformat(), taken_at),
                ).lastrowid
                ledger.execute(
                    "INSERT OR REPLACE INTO coverage (dataset, source, day, taken_at, rows, source_rows, rejected, "
                    "is_held, extraction_id) VALUES (?, ?, ?, ?, 100, 100, 0, 1, ?)",
                    (dataset, source, day.isoformat(), taken_at, at),
                )


def _age_outputs(city: Path, days: int, until: dt.date) -> None:
    """A run, a folder and, of an inspection, its findings, for each period that a schedule would have issued."""
    calendar, since = Calendar(), until - days * _DAY
    with closing(sqlite3.connect(city / "ledger.sqlite")) as ledger, ledger:
        ledger.row_factory = sqlite3.Row
        issued = ledger.execute("SELECT * FROM runs WHERE status = 'published'").fetchall()
        for kind in sorted({(run["report"], _period(run["period"]).kind) for run in issued}):
            models = [run for run in issued if (run["report"], _period(run["period"]).kind) == kind]
            period, number = min((_period(run["period"]) for run in models), key=lambda each: each.first), 0
            while (period := period.previous()).first >= since:
                if len(period.days) > 1 or calendar.is_working_day(period.first):
                    _issue(ledger, city, models[number % len(models)], period)
                    number += 1


def _period(text: str) -> Period:
    from ntanalytics.periods import parse_period

    return parse_period(text, dt.date(2026, 11, 23))


def _issue(ledger: sqlite3.Connection, city: Path, model: sqlite3.Row, period: Period) -> None:
    """What a run left, again for another period: the row of the run, the folder, the inspection."""
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
    mine = ledger.execute(
        "INSERT INTO inspections (run_id, report, day, published_at, codes) VALUES (?, ?, ?, ?, ?)",
        (run_id, inspection["report"], period.first.isoformat(), f"{at:%F %T}.000000", inspection["codes"]),
    ).lastrowid
    for found in ledger.execute("SELECT * FROM findings WHERE inspection_id = ?", (inspection["id"],)).fetchall():
        row = {**dict(found), "inspection_id": mine}
        row.pop("id")
        names = ", ".join(f'"{name}"' for name in row)
        ledger.execute(f"INSERT INTO findings ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))  # noqa: S608 - columns of ours


def part_units(city: Path, into: Path, split: int) -> None:
    """Copy a city, and part each of its units by the numbers of the accounts: the same rows, more units.

    Args:
        city: a demo city with its lake.
        into: the folder of the copy; what is there is removed.
        split: into how many each unit is parted.
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
            told = rows["account_id" if "account_id" in schema.names else "task_id"].to_pylist()
            rows = _renamed(rows, dataset, [str(zlib.crc32(str(each).encode()) % split) for each in told])
        write_deltalake(str(lake.path(name)), rows, mode="overwrite", partition_by=["day"])


def _renamed(rows: pa.Table, dataset: Dataset, parts: list[str]) -> pa.Table:
    """The rows with a number behind the name, and the number, of each unit."""
    for name in ("unit", "unit_id"):
        if name in rows.schema.names and pa.types.is_string(rows.schema.field(name).type):
            place = rows.schema.get_field_index(name)
            made = pc.binary_join_element_wise(rows[name].combine_chunks(), pa.array(parts), "~")
            rows = rows.set_column(place, rows.schema.field(name), made)
    return rows.cast(dataset.schema())
