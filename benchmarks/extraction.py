"""Rows per second of our sources, beside pandas.read_sql and a loop of Python's re, in one run.

    python -m benchmarks.extraction [--rows 1000000] [--messages 200000] [--lines 1000000] [--rounds 5]

A week of logins is read from MariaDB (MaxKey) and PostgreSQL (yudao), and a week of deliveries, whose mapping selects
plain columns, from MariaDB; the benchmark starts the servers. Each week is read by the fastest driver (the limit), by
our source, by our extraction to checked rows on disk and into the lake, and by pandas.read_sql. All ways use the same
SQL, in turn, each in a process of its own. The other comparisons alternate, too. Every figure is the median of the
rounds. The work includes the mapping: segments grouped to messages, lines counted by minute.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from benchmarks.week import CASES, fill
from ntanalytics.catalog import load_product
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources import SOURCES, Source
from tests.servers.databases import mariadb, postgres

ZONE = ZoneInfo("Asia/Shanghai")
SINCE = dt.datetime(2026, 11, 20, tzinfo=ZONE).astimezone(dt.UTC)
UNTIL = SINCE + dt.timedelta(days=1)
CHUNK = 65_536

#: Way of benchmarks.reading → its description.
WAYS = {
    "raw": "connectorx, the same SQL to Arrow: the limit",
    "source": "our source, as the driver gives it",
    "spooled": "our extraction, checked and on disk",
    "lake": "our extraction, in the lake and the ledger",
    "pandas": "pandas.read_sql, the same SQL",
}

COMBINED = re.compile(r'\S+ \S+ \S+ \[([^\]]+)\] "(\S+) (\S+)[^"]*" (\d{3}) (\d+|-) "[^"]*" "[^"]*" ?(\S*)')
HIDDEN = re.compile(r"[0-9%@\\]")
COLUMNS = {
    "submit": "Id INTEGER, Msg_Batch_No VARCHAR(64), Phone_No VARCHAR(32), Sequence INTEGER, Operator VARCHAR(16), "
    "Enterprise_No VARCHAR(16), Enterprise_User_Id INTEGER, Data_Status_Code VARCHAR(11), "
    "Submit_Status_Code VARCHAR(16), Submit_Date DATETIME",
    "report": "Id INTEGER, Msg_Batch_No VARCHAR(64), Phone_No VARCHAR(32), Sequence INTEGER, "
    "Data_Status_Code VARCHAR(11), Native_Status VARCHAR(16), Status_Date DATETIME",
    "enterprise": "No VARCHAR(16), Name VARCHAR(64)",
    "enterprise_user": "Id INTEGER, Real_Name VARCHAR(64)",
}


def tables(messages: int) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the platform's tables: one segment per message, all with a status report."""
    day = dt.datetime(2026, 11, 20)  # noqa: DTZ001 - as the product writes it
    submit, report = [], []
    for number in range(messages):
        at = (day + dt.timedelta(seconds=number % 86_000)).isoformat(" ")
        key = (f"B{number // 10}", f"138{number % 10:08d}", 1)
        submit.append((number, *key, ("cmpp", "sgip", "smgp")[number % 3], "E1", 1, "0", "success", at))
        report.append((number, *key, "0", "DELIVRD" if number % 50 else "MK:0001", at))
    return {"submit": submit, "report": report, "enterprise": [("E1", "OA")], "enterprise_user": [(1, "unit")]}


def fill_sqlite(path: Path, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Write the tables into a new SQLite file."""
    with closing(sqlite3.connect(path)) as database, database:
        for table, columns in COLUMNS.items():
            database.execute(f"CREATE TABLE {table} ({columns})")
            marks = ", ".join("?" * len(rows[table][0]))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[table])  # noqa: S608 - our own names
        database.execute("CREATE INDEX report_batch ON report (Msg_Batch_No)")


def fill_mariadb(url: str, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Write the tables into an empty database."""
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for table, columns in COLUMNS.items():
            connection.exec_driver_sql(f"CREATE TABLE {table} ({columns})")
            marks = ", ".join(["%s"] * len(rows[table][0]))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", rows[table])  # noqa: S608 - our own names
        connection.exec_driver_sql("CREATE INDEX report_batch ON report (Msg_Batch_No)")
    engine.dispose()


def write_log(path: Path, lines: int) -> None:
    """Write an access log in the combined format."""
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
    with path.open("w", encoding="utf-8") as log:
        for number in range(lines):
            clock = dt.timedelta(seconds=number * 86_399 // lines)
            log.write(
                f"10.0.{number % 256}.{number % 200} - - [20/Nov/2026:{str(clock).zfill(8)} +0800] "
                f'"GET /portal/doc/{number % 5000}/view?user={number % 97} HTTP/1.1" {200 if number % 60 else 502} '
                f'{number % 9000} "https://portal.example/index" "{agent}" {number % 3000 / 1000:.3f}\n'
            )


def by_source(source: Source, dataset: str) -> Callable[[], int]:
    """Return a function that reads a source through its mapping and returns the number of rows."""

    def read() -> int:
        with source.read(source.mapping(dataset), SINCE, UNTIL) as batches:
            return sum(batch.num_rows for batch in batches)

    return read


def by_pandas(url: str, sql: str) -> Callable[[], int]:
    """Return a function that runs the same SQL by pandas.read_sql, in chunks, and returns the number of rows."""
    day = dt.datetime(2026, 11, 20)  # noqa: DTZ001 - as the product writes it
    values = {"since": str(day), "until": str(day + dt.timedelta(days=1))}

    def read() -> int:
        engine = sa.create_engine(url, poolclass=NullPool)
        with engine.connect().execution_options(stream_results=True) as connection:
            return sum(len(chunk) for chunk in pd.read_sql(sa.text(sql), connection, params=values, chunksize=CHUNK))

    return read


def by_re(path: Path) -> Callable[[], int]:
    """Return a function that counts a log like the mapping, by a loop of Python's re, and returns the lines."""

    def read() -> int:
        requests: Counter[tuple[object, ...]] = Counter()
        sizes: Counter[tuple[object, ...]] = Counter()
        with path.open(encoding="utf-8", errors="replace") as log:
            for line in log:
                match = COMBINED.match(line)
                if not match:
                    continue
                at = dt.datetime.strptime(match[1], "%d/%b/%Y:%H:%M:%S %z")
                if not SINCE <= at < UNTIL:
                    continue
                parts = match[3].partition("?")[0].split("/")[1:4]
                route = "/" + "/".join("{id}" if len(part) > 24 or HIDDEN.search(part) else part for part in parts)
                duration = float(match[6]) * 1000 if match[6] else None
                bucket = (
                    None if duration is None else math.ceil(math.log(duration) / math.log(1.1)) if duration else -200
                )
                key = (at.replace(second=0), match[2], route, match[4], bucket)
                requests[key] += 1
                sizes[key] += int(match[5].replace("-", "0"))
        return sum(requests.values())

    return read


def compare(title: str, units: int, ours: Callable[[], int], theirs: Callable[[], int], rounds: int) -> None:
    """Print the medians of alternating rounds, in thousand units per second."""
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(rounds):
        for name, run in (("ours", ours), ("theirs", theirs)):
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    fast, slow = (units / statistics.median(seconds[name]) / 1000 for name in ("ours", "theirs"))
    print(f"{title:<44} {fast:>8.0f} {slow:>8.0f} {fast / slow:>6.1f} ×")  # noqa: T201 - its purpose


def compare_ways(case: str, url: str, folder: Path, rows: int, rounds: int) -> None:
    """Read one table in each way in turn, and print medians, ratios to the driver and to pandas, and peak memory."""
    children = {
        way: subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "benchmarks.reading", way, case, url, str(folder / way)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for way in WAYS
    }  # fmt: skip
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    peaks: dict[str, float] = {}
    try:
        for round_ in range(rounds + 1):
            for way, child in children.items():
                if child.stdin is None or child.stdout is None:
                    raise SystemExit("no pipe to a child")
                child.stdin.write("go\n")
                child.stdin.flush()
                answer = json.loads(child.stdout.readline())
                if answer["rows"] != rows:
                    raise SystemExit(f"{way} gave {answer['rows']} rows of {rows}")
                peaks[way] = answer["peak_mb"]
                if round_:  # the first round warms the server's cache and the imports up
                    rates[way].append(rows / answer["seconds"] / 1000)
    finally:
        for child in children.values():
            child.communicate()
    limit, slow = (statistics.median(rates[way]) for way in ("raw", "pandas"))
    for way, title in WAYS.items():
        rate = statistics.median(rates[way])
        print(f"  {title:<46} {rate:>8.0f} {limit / rate:>9.2f} × {rate / slow:>9.1f} × {peaks[way]:>8.0f}")  # noqa: T201 - its purpose


def read_weeks(folder: Path, rows: int, rounds: int) -> None:
    """Start each server, fill it with weeks of rows, and read them."""
    for name, start, cases in (("MariaDB", mariadb, ("maxkey", "exchange")), ("PostgreSQL", postgres, ("yudao",))):
        with start() as url:
            for case in cases:
                fill(url, CASES[case], rows)
                title = f"{name}, {case}: {CASES[case].dataset}, {rows:,}"
                print(f"{title:<48} {'krows/s':>8} {'driver is':>11} {'of pandas':>11} {'peak MB':>8}")  # noqa: T201 - its purpose
                compare_ways(case, url, folder / case, rows, rounds)


def main() -> None:
    """Measure according to the arguments, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="0 leaves the servers out")
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    queries = project_dir("queries")
    platform, nginx = load_product(queries / "sms_platform"), load_product(queries / "nginx")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if options.rows:
            read_weeks(folder, options.rows, options.rounds)
        print(f"{'thousand rows or lines a second, median':<44} {'ours':>8} {'other':>8}")  # noqa: T201 - its purpose
        if options.messages:
            rows = tables(options.messages)
            fill_sqlite(folder / "sms.sqlite", rows)
            with mariadb() as server:
                fill_mariadb(server, rows)
                for name, url in {"SQLite": f"sqlite:///{folder}/sms.sqlite", "MariaDB": server}.items():
                    source = SOURCES["database"](name, SourceSettings(product="sms_platform", url=url), platform, ZONE)
                    sql = source.mapping("sms.messages").sql
                    ours, theirs = by_source(source, "sms.messages"), by_pandas(url, sql)
                    compare(f"{name}, messages; pandas.read_sql", options.messages, ours, theirs, options.rounds)
        if options.lines:
            log = folder / "portal-access.log"
            write_log(log, options.lines)
            source = SOURCES["logs"]("web", SourceSettings(product="nginx", paths=(str(log),)), nginx, ZONE)
            ours, theirs = by_source(source, "infra.requests"), by_re(log)
            compare("access log, counted by minute; Python re", options.lines, ours, theirs, options.rounds)


if __name__ == "__main__":
    main()
