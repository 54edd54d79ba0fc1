"""Cases of extraction: databases and access logs."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow.compute as pc
import sqlalchemy as sa

from benchmarks import extraction, reading, week
from benchmarks.estate import day
from benchmarks.suite import Case, Way, Work, command
from ntanalytics.catalog import load_product
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources import SOURCES
from tests.servers.databases import mariadb, postgres

#: Rows of a day and of a month, as the SMS and logins of a real city.
DAY, MONTH = 200_000, 1_000_000

_BLOCK = 1 << 20


def _reads(way: str, case: str) -> Callable[[str], Work]:
    """Return a way of benchmarks.reading, on the database at a URL."""

    def ready(url: str) -> Work:
        return reading.WAYS[way](week.CASES[case], url, Path(tempfile.mkdtemp(prefix="bench-")) / way)

    return ready


@contextmanager
def _server(start: Callable[[], object], case: str, rows: int) -> Iterator[str]:
    with start() as url:  # type: ignore[attr-defined]  # a context manager of tests.servers
        week.fill(url, week.CASES[case], rows)
        yield url


def _database(title: str, start: Callable[[], object], case: str, rows: int) -> Case:
    return Case(
        f"{title}: {rows:,} rows of {week.CASES[case].dataset} into the lake, checked and noted in the ledger",
        "row",
        (
            Way("our extraction", _reads("lake", case), "ours"),
            Way("pandas.read_sql, the same SQL, into memory", _reads("pandas", case)),
            Way("connectorx, the same SQL, to Arrow that nobody looks at", _reads("raw", case), "limit"),
        ),
        lambda: _server(start, case, rows),
        is_warm=True,
    )


@contextmanager
def _sqlite(messages: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        extraction.fill_sqlite(Path(folder) / "sms.sqlite", extraction.tables(messages))
        yield folder


_SMS = {"since": "2026-11-20 00:00:00", "until": "2026-11-21 00:00:00"}


def _sqlite_lake(folder: str) -> Work:
    import datetime as dt

    from ntanalytics.extraction import Extractor
    from ntanalytics.ledger import Ledger
    from ntanalytics.settings import load

    home = Path(tempfile.mkdtemp(prefix="bench-"))
    config = home / "ntanalytics.yml"
    config.write_text(f'sources: {{sms: {{product: sms_platform, url: "sqlite:///{folder}/sms.sqlite"}}}}\n', "utf-8")
    settings, day = load(config), dt.date(2026, 11, 20)

    def work() -> int:
        (result,) = Extractor(settings, Ledger(settings.ledger)).extract(["sms.messages"], day, day)
        if result.error:
            raise SystemExit(result.error)
        return result.rows.total()

    return work


def _sqlite_sql() -> str:
    return load_product(project_dir("queries") / "sms_platform").mapping("sms.messages").sql


def _sqlite_pandas(folder: str) -> Work:
    import pandas as pd

    def work() -> int:
        with sa.create_engine(f"sqlite:///{folder}/sms.sqlite").connect() as connection:
            return len(pd.read_sql(sa.text(_sqlite_sql()), connection, params=_SMS))

    return work


def _sqlite_raw(folder: str) -> Work:
    def work() -> int:
        with closing(sqlite3.connect(f"{folder}/sms.sqlite")) as database:
            return len(database.execute(_sqlite_sql(), _SMS).fetchall())

    return work


def _sqlite_case(rows: int) -> Case:
    return Case(
        f"SQLite: {rows:,} messages of the SMS platform into the lake, checked and noted in the ledger",
        "row",
        (
            Way("our extraction", _sqlite_lake, "ours"),
            Way("pandas.read_sql, the same SQL, into memory", _sqlite_pandas),
            Way("sqlite3, the same SQL, to tuples that nobody looks at", _sqlite_raw, "limit"),
        ),
        lambda: _sqlite(rows),
        is_warm=True,
    )


@contextmanager
def _log(is_packed: bool) -> Iterator[str]:
    """Give the path of the portal's log of a Friday in a real city, the largest in the combined format."""
    log = day(1.0) / "sources" / "nginx" / "portal-access.log"
    if not is_packed:
        yield str(log)
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        with log.open("rb") as plain, gzip.open(f"{folder}/{log.name}.gz", "wb", 6) as packed:
            shutil.copyfileobj(plain, packed)
        yield f"{folder}/{log.name}.gz"


def _log_ours(log: str) -> Work:
    product = load_product(project_dir("queries") / "nginx")
    source = SOURCES["logs"]("web", SourceSettings(product="nginx", paths=(log,)), product, extraction.ZONE)

    def work() -> int:
        with source.read(source.mapping("infra.requests"), extraction.SINCE, extraction.UNTIL) as batches:
            return sum(int(pc.sum(batch["source_rows"]).as_py()) for batch in batches)

    return work


def _log_re(log: str) -> Work:
    def work() -> int:
        path = Path(log)
        if path.suffix == ".gz":
            with tempfile.NamedTemporaryFile(suffix=".log") as plain, gzip.open(path, "rb") as packed:
                shutil.copyfileobj(packed, plain)
                plain.flush()
                return extraction.by_re(Path(plain.name))()
        return extraction.by_re(path)()

    return work


#: The same counts as ours, by the fastest SQL known: split at the quotes, without any check of a line.
_BY_HAND = r"""
WITH parted AS (
    SELECT string_split(line, '"') AS part
    FROM read_csv(
        $log, columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = false,
        auto_detect = false
    )
    WHERE len(part) = 7
),
parsed AS (
    SELECT
        strptime(substr(part[1], length(part[1]) - 27, 26), '%d/%b/%Y:%H:%M:%S %z') AS moment,
        split_part(part[2], ' ', 1) AS method,
        regexp_replace(
            regexp_extract(split_part(part[2], ' ', 2), '^(/[^/?]*){1,3}'), '[^/]*[0-9%@\\][^/]*|[^/]{25,}', '{id}', 'g'
        ) AS route,
        split_part(part[3], ' ', 2)::SMALLINT AS status,
        replace(split_part(part[3], ' ', 3), '-', '0')::BIGINT AS size,
        1000 * nullif(trim(part[7]), '')::DOUBLE AS ms
    FROM parted
)
SELECT
    date_trunc('minute', moment) AS minute_at, method, route, status,
    CASE WHEN ms <= 0 THEN -200 ELSE ceil(ln(ms) / ln(1.1)) END AS bucket, count(*) AS requests, sum(size) AS size
FROM parsed
WHERE moment >= $since AND moment < $until
GROUP BY ALL
"""


def _log_by_hand(log: str) -> Work:
    import duckdb

    def work() -> int:
        with duckdb.connect() as connection:
            window = {"log": log, "since": extraction.SINCE, "until": extraction.UNTIL}
            counted = connection.sql(_BY_HAND, params=window).to_arrow_table()
        return int(sum(counted["requests"].to_pylist()))

    return work


def _log_goaccess(log: str) -> Work:
    def work() -> int:
        reader = "zcat" if log.endswith(".gz") else "cat"
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            report = Path(folder) / "report.json"
            options = f"--log-format=COMBINED --no-global-config -o '{report}'"
            command("sh", "-c", f"{reader} '{log}' | goaccess {options} -")
            return int(json.loads(report.read_text(encoding="utf-8"))["general"]["total_requests"])

    return work


def _log_bytes(log: str) -> Work:
    def work() -> int:
        lines = 0
        with gzip.open(log, "rb") if log.endswith(".gz") else Path(log).open("rb") as file:
            while block := file.read(_BLOCK):
                lines += block.count(b"\n")
        return lines

    return work


def _log_case(is_packed: bool) -> Case:
    return Case(
        f"The portal's access log of a day of a real city, {'gzipped' if is_packed else 'plain'}, counted by minute",
        "line",
        (
            Way("our source", _log_ours, "ours"),
            Way("GoAccess, to its JSON report", _log_goaccess, program="goaccess"),
            Way("a loop of Python's re, the same counts", _log_re),
            Way("SQL by hand in DuckDB, the same counts, no line checked", _log_by_hand, "limit"),
            Way("reading the bytes and counting the lines", _log_bytes, "limit"),
        ),
        lambda: _log(is_packed),
    )


CASES: dict[str, Case] = {
    "extract-sqlite-day": _sqlite_case(DAY),
    "extract-sqlite-month": _sqlite_case(MONTH),
    "extract-postgres-day": _database("PostgreSQL", postgres, "yudao", DAY),
    "extract-postgres-month": _database("PostgreSQL", postgres, "yudao", MONTH),
    "extract-mariadb-day": _database("MariaDB", mariadb, "maxkey", DAY),
    "extract-mariadb-month": _database("MariaDB", mariadb, "maxkey", MONTH),
    "extract-mariadb-cases": _database("MariaDB", mariadb, "exchange", MONTH),
    "logs-plain": _log_case(is_packed=False),
    "logs-gz": _log_case(is_packed=True),
}
