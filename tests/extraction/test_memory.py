"""Four times the rows of four times the days are taken in one window with the same memory."""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ntanalytics.catalog import load_product
from ntanalytics.extraction.filling import fill
from ntanalytics.extraction.spool import Spool
from ntanalytics.settings import project_dir

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = dt.date(2026, 1, 1)
ROWS_A_DAY = 40_000
#: What the rows of 21 more days weigh is several times as much.
ALLOWED_MB = 60


def batches(days: int) -> Iterator[pa.RecordBatch]:
    """Logins as MaxKey's mapping selects them, from people who each have an address of their own."""
    for day in range(days):
        number = pa.array(range(day * ROWS_A_DAY, (day + 1) * ROWS_A_DAY), pa.int64())
        seconds = pc.add(pc.multiply(pc.subtract(number, day * ROWS_A_DAY), 2), day * 86_400)
        at = pc.add(pa.scalar(dt.datetime.combine(FIRST, dt.time()), pa.timestamp("us")), seconds.cast("duration[s]"))
        text = number.cast(pa.string())
        person = pc.binary_join_element_wise("u", pc.utf8_slice_codeunits(text, 0, 4), "")
        words = {name: pa.repeat(word, ROWS_A_DAY) for name, word in (("method", "Jwt"), ("outcome", "success"))}
        columns = {
            "login_id": pc.binary_join_element_wise("00000000000000000000", text, ""), "logged_in_at": at,
            "account_id": person, **words, "reason": pa.nulls(ROWS_A_DAY, pa.string()),
            "terminal": pa.repeat("pc", ROWS_A_DAY), "address_hash": person,
        }  # fmt: skip
        yield from pa.table(columns).to_batches()


def take(days: int, folder: Path) -> None:
    """Take that many days into a spool, in one window, and print rows and the peak of resident memory in MB."""
    mapping = load_product(project_dir("queries") / "maxkey").mapping("identity.logins")

    @contextmanager
    def read(*window: object) -> Iterator[Iterator[pa.RecordBatch]]:
        yield batches(days)

    source = SimpleNamespace(name="idm", zone=ZONE, read=read)
    last = FIRST + dt.timedelta(days=days - 1)
    with Spool(folder, mapping.dataset) as spool:
        fill(spool, source, mapping, FIRST, last, site_zone=ZONE, key=bytes(32), progress=lambda rows: None)
        rows = sum(pq.read_metadata(file).num_rows for file in spool.files())
    sys.stdout.write(f"{rows} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


def peak_mb(days: int, folder: Path) -> int:
    command = [sys.executable, "-c", f"from tests.extraction.test_memory import *; take({days}, Path({str(folder)!r}))"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    rows, peak = map(int, done.stdout.split())
    assert rows == days * ROWS_A_DAY
    return peak


def test_memory_does_not_grow_with_the_window(tmp_path: Path) -> None:
    little, much = peak_mb(7, tmp_path / "little"), peak_mb(28, tmp_path / "much")
    assert much - little < ALLOWED_MB, f"{little} MB for 7 days, {much} MB for 28"
