"""One way of reading a database, in a process of its own: duration and peak memory of each round.

    python -m benchmarks.reading WAY CASE URL FOLDER        (started by benchmarks.extraction)

For each line of its standard input it reads once, and prints a line of JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks.week import CASES, MONDAY, Case
from ntanalytics.catalog import load_product
from ntanalytics.settings import SourceSettings, project_dir

if TYPE_CHECKING:
    from ntanalytics.sources import Source

ZONE = ZoneInfo("Asia/Shanghai")
SUNDAY = MONDAY + dt.timedelta(days=6)
SINCE = dt.datetime.combine(MONDAY, dt.time(), ZONE)
UNTIL = SINCE + dt.timedelta(days=7)
VALUES = {"since": str(MONDAY), "until": str(MONDAY + dt.timedelta(days=7))}


def raw(case: Case, url: str, _: Path) -> Callable[[], int]:
    """Return a read by the server's fastest driver, to Arrow batches that are not used."""
    parsed, sql = sa.make_url(url), _sql(case)
    for name, value in VALUES.items():
        sql = sql.replace(f":{name}", f"TIMESTAMP '{value} 00:00:00'")

    plain = parsed.set(drivername=parsed.get_backend_name(), query={}).render_as_string(hide_password=False)

    def read() -> int:
        import connectorx

        stream = connectorx.read_sql(plain, sql, return_type="arrow_stream", batch_size=65_536)
        return sum(batch.num_rows for batch in stream)

    return read


def pandas(case: Case, url: str, _: Path) -> Callable[[], int]:
    """Return a read by pandas.read_sql with the same SQL."""
    import pandas as pd

    sql = _sql(case)

    def read() -> int:
        with sa.create_engine(url).connect() as connection:
            return len(pd.read_sql(sa.text(sql), connection, params=VALUES))

    return read


def source(case: Case, url: str, _: Path) -> Callable[[], int]:
    """Return a read by our source alone: the driver's batches."""
    opened = _source(case, url)

    def read() -> int:
        with opened.read(opened.mapping(case.dataset), SINCE, UNTIL) as batches:
            return sum(batch.num_rows for batch in batches)

    return read


def spooled(case: Case, url: str, folder: Path) -> Callable[[], int]:
    """Return a read by our extraction to checked rows on disk: times in UTC, reasons, hashes, repeated keys."""
    from ntanalytics.extraction.filling import fill_spool
    from ntanalytics.extraction.spool import Spool
    from ntanalytics.extraction.work_claims import ExtractionWindow

    opened = _source(case, url)
    window = ExtractionWindow(opened.mapping(case.dataset).dataset, opened, MONDAY, SUNDAY)

    def read() -> int:
        with Spool(folder, window.contract) as spool:
            fill_spool(spool, window, site_zone=ZONE, key=bytes(32), taken_at=UNTIL, progress=lambda _: None)
            return spool.rows.total()

    return read


def lake(case: Case, url: str, folder: Path) -> Callable[[], int]:
    """Return a whole extraction: a week replaced in the lake and recorded in the ledger."""
    from ntanalytics.extraction import Extractor
    from ntanalytics.ledger import Ledger
    from ntanalytics.settings import load

    folder.mkdir(parents=True)
    config = folder / "ntanalytics.yml"
    config.write_text(f'sources: {{read: {{product: {case.product}, url: "{url}"}}}}\n', encoding="utf-8")
    settings = load(config)

    def read() -> int:
        results = Extractor(settings, Ledger(settings.ledger)).extract([case.dataset], MONDAY, SUNDAY)
        for result in results:
            if result.error:
                raise SystemExit(result.error)
        return sum(result.rows.total() for result in results)

    return read


WAYS = {"raw": raw, "source": source, "spooled": spooled, "lake": lake, "pandas": pandas}


def _source(case: Case, url: str) -> Source:
    from ntanalytics.sources import SOURCES

    product = load_product(project_dir("queries") / case.product)
    return SOURCES["database"]("read", SourceSettings(product=product.name, url=url), product, ZONE)


def _sql(case: Case) -> str:
    return load_product(project_dir("queries") / case.product).mapping(case.dataset).sql


def peak_mb() -> float:
    """Return the peak memory of this process; getrusage would include that of its parent at the start."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Read once for each line of the standard input."""
    way, case, url, folder = sys.argv[1:]
    read = WAYS[way](CASES[case], url, Path(folder))
    for _ in sys.stdin:
        started = time.perf_counter()
        rows = read()
        seconds = time.perf_counter() - started
        print(json.dumps({"rows": rows, "seconds": seconds, "peak_mb": peak_mb()}), flush=True)  # noqa: T201 - its purpose


if __name__ == "__main__":
    main()
