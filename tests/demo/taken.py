"""An estate's datasets, as the real extractor takes them into a lake on the morning after the estate's last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.dataset as ds

from ntanalytics import settings
from ntanalytics.demo import Estate
from ntanalytics.demo.local_time import ZONE
from ntanalytics.extraction import Extractor
from ntanalytics.extraction.pseudonym import KEY_NAME
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import ExtractionResult, Ledger
from ntanalytics.workspace.units import Units, read_aliases

KEY = bytes(range(32))


def differing(one: pa.Table, other: pa.Table) -> int:
    """Return the number of rows that one of two tables has and the other has not, each as often as it is there."""
    assert one.column_names == other.column_names
    if not one.num_columns:  # nothing was taken into either
        return 0
    with duckdb.connect() as database:
        database.register("one", one)
        database.register("other", other)
        only = "SELECT count(*) FROM (FROM {} EXCEPT ALL FROM {})"
        return sum(
            database.execute(only.format(*pair)).fetchall()[0][0] for pair in (("one", "other"), ("other", "one"))
        )


class Lake:
    """All of an estate's sources, taken into a lake.

    Args:
        estate: the estate.
        folder: where the lake and the ledger go. Lakes have the same key of pseudonyms, so that they can be compared.
        first: the first day that is taken; default: the estate's.
        datasets: what is taken; default: all.

    Attributes:
        taken: what was taken, an entry a source and dataset.
    """

    def __init__(
        self, estate: Estate, folder: Path, first: dt.date | None = None, datasets: Sequence[str] = ()
    ) -> None:
        lake = folder / "lake"
        lake.mkdir(parents=True)
        (lake / KEY_NAME).write_bytes(KEY)
        changed = {"lake": lake, "ledger": f"sqlite:///{folder / 'ledger.sqlite'}"}
        self._settings = settings.load(estate.config).model_copy(update=changed)
        extractor = Extractor(self._settings, Ledger(self._settings.ledger), clock=estate.clock)
        self.taken: list[ExtractionResult] = extractor.extract(datasets, first or estate.first, estate.until)
        self._lake = DeltaLake(lake)

    def table(self, name: str) -> pa.Table:
        """A dataset's rows with their source and day."""
        version = self._lake.version(name)
        files = [] if version is None else self._lake.files(name, version)
        return ds.dataset(files, format="parquet", partitioning="hive").to_table() if files else pa.table({})

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The same as dictionaries, each moment as the city's wall clock shows it."""
        return [
            {
                key: value.astimezone(ZONE).replace(tzinfo=None) if isinstance(value, dt.datetime) else value
                for key, value in row.items()
            }
            for row in self.table(name).to_pylist()
        ]

    @cached_property
    def units(self) -> Units:
        """The city's units with the site's aliases."""
        aliases = self._settings.site.unit_aliases
        assert aliases is not None
        return Units(ibis.memtable(self.table("identity.units")), read_aliases(aliases))
