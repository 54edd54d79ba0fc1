"""What was taken, on disk until all of it is there: the lake sees nothing of a source that fails.

Memory stays flat whatever the window: a Parquet file a day, written batch by batch, and read back
in the order of days.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ntanalytics.contract import Dataset
from ntanalytics.lake.delta import REJECTS


class Spool:
    """Rows of one extraction, kept a day apart until they are handed to the lake.

    Args:
        folder: where to spool; on the lake's disk, so that a full disk is met before the commit.
        dataset: whose rows.
    """

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=f"{dataset.name}.", dir=folder))
        self._dataset = dataset
        self._writers: dict[dt.date, pq.ParquetWriter] = {}
        self._rejects: list[pa.Table] = []
        self.rows: Counter[dt.date] = Counter()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, rows: pa.Table, rejects: pa.Table) -> None:
        """Keep the rows of one checked batch."""
        self._rejects.append(rejects)
        for day in pc.unique(rows["day"]).to_pylist():
            of_day = rows.filter(pc.equal(rows["day"], day))
            if day not in self._writers:
                self._writers[day] = pq.ParquetWriter(self._file(day), self._dataset.schema(), compression="zstd")
            self._writers[day].write_table(of_day)
            self.rows[day] += of_day.num_rows

    def finish(self) -> None:
        """Close the files; of rows with one key (unique within a day), all but the first are set aside, or added up."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        for day in list(self.rows):
            self._drop_duplicates(day)

    def reader(self) -> pa.RecordBatchReader:
        """All rows, day after day, as a stream."""

        def batches() -> Iterator[pa.RecordBatch]:
            for day in sorted(self.rows):
                yield from pq.ParquetFile(self._file(day)).iter_batches()

        return pa.RecordBatchReader.from_batches(self._dataset.schema(), batches())

    def rejects(self) -> pa.Table:
        """All rows that were set aside."""
        return pa.concat_tables([REJECTS.empty_table(), *self._rejects])

    def _file(self, day: dt.date) -> Path:
        return self._folder / f"{day.isoformat()}.parquet"

    def _drop_duplicates(self, day: dt.date) -> None:
        file = self._file(day)
        key = ", ".join(self._dataset.key)
        with duckdb.connect(":memory:") as connection:
            connection.execute("SET TimeZone = 'UTC'")
            count = f"SELECT count(*) - count(DISTINCT ({key})) FROM read_parquet($1)"  # noqa: S608  # the contract's names
            (extra,) = connection.execute(count, [str(file)]).fetchall()[0]
            if not extra:
                return
            kept = self._folder / "kept.parquet"
            counts = self._dataset.counts
            added = (
                f"* REPLACE (CAST(sum({counts}) OVER (PARTITION BY {key}) AS BIGINT) AS {counts})" if counts else "*"
            )
            connection.execute(
                f"COPY (SELECT {added} FROM read_parquet($1) QUALIFY row_number() OVER (PARTITION BY {key}) = 1) "  # noqa: S608
                f"TO '{kept}' (FORMAT parquet)",
                [str(file)],
            )
        # Types and nullability as the contract has them, whatever DuckDB wrote.
        table = pq.read_table(kept).cast(self._dataset.schema())
        pq.write_table(table, file, compression="zstd")
        self.rows[day] -= extra
        if counts:
            return
        reason = f"与另一行的{'、'.join(self._dataset.column(name).label for name in self._dataset.key)}相同"
        source = table["source"][0].as_py()
        self._rejects.append(pa.Table.from_pylist(
            [{"source": source, "day": day, "reason": reason, "source_rows": extra, "record": None}], schema=REJECTS
        ))  # fmt: skip
