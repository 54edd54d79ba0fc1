"""What the real mappings make of a source that a writer of the demo city wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from ntanalytics.demo.city import City
from ntanalytics.extraction import Extractor
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load

Rows = list[dict[str, Any]]


def extracted(city: City, folder: Path, source: str, *datasets: str) -> dict[str, Rows]:
    """The rows of some datasets over the city's days, without the columns of the lake's own.

    Args:
        city: whose days are asked for.
        folder: where the source's files are; the lake goes there, too.
        source: its entry in ntanalytics.yml, as YAML in one line: ``{product: zabbix, url: ...}``.
        datasets: their names.
    """
    config = folder / "ntanalytics.yml"
    config.write_text(f"sources: {{city: {source}}}\n", encoding="utf-8")
    settings = load(config)
    taken = Extractor(settings, Ledger(settings.ledger)).extract(list(datasets), city.days[0], city.until)
    assert [each.error for each in taken if each.error] == []
    assert sum(each.rejected.total() for each in taken) == 0
    lake = DeltaLake(settings.lake)
    found: dict[str, Rows] = {}
    for name in datasets:
        version = lake.version(name)
        files = [] if version is None else lake.files(name, version)
        rows = ds.dataset(files, format="parquet", partitioning="hive").to_table().to_pylist() if files else []
        found[name] = sorted(rows, key=repr)
    return found
