"""Golden cases of mappings: what a product holds, what the contract gets. Pure data, one YAML file a case.

    tests/queries/<product>/<dataset>/<case>.yml

    about: one sentence, what the case is there for
    days: [2026-11-20, 2026-11-20]        # the local days that are asked for, both included
    timezone: UTC                          # of the source, where it is not the site's (Asia/Shanghai)
    stored_in: "+08:00"                    # MySQL: the session's zone in which the case's TIMESTAMPs are written
    files:  {portal-access.log: "..."}     # a log product: name → text; a name that ends in .gz is compressed
    tables: {submit: [{Id: 1, ...}]}       # a database product: table → rows; its columns are in <product>/tables.yml
                                           # (in PostgreSQL, the product's own schema where a package of Debian has it)
    sheets: {工单: [[header…], [cell…]]}     # a workbook product
    series: {'up{job="node"}': 1+0x60}     # for Prometheus: a series → its values, one a minute, from ``begin`` on
                                           # (else five minutes ago); see tests/servers/metrics.py
    rows: [{...}]                          # what is loaded; a column that a row does not name must be null
    rejected: [{reason: ..., rows: 2}]     # what is rejected; rows counts rows or lines of the source
    withdrawn: [{reason: ..., rows: 1}]    # cases that are no more
    unknown: [{column: ..., word: ..., rows: 2}]  # words that the contract does not have, whose rows stay without them

Times are written as local wall-clock texts. Rows are compared as a set.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Map
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import sqlalchemy as sa
import yaml
from sqlalchemy.dialects import mysql
from sqlalchemy.pool import NullPool

from ntanalytics.catalog import Mapping, Product
from ntanalytics.catalog.loading import LOADER
from ntanalytics.contract import Column, Type
from ntanalytics.extraction.check import check
from ntanalytics.extraction.pseudonym import hash_values
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings, Target
from ntanalytics.sources import SOURCES, Source
from tests.servers.metrics import prometheus
from tests.servers.schemas import has_schema, load_schema

CASES = Path(__file__).parent
SITE_ZONE = ZoneInfo("Asia/Shanghai")
SOURCE = "golden"

_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "text": sa.String(500),
    "datetime": sa.DateTime().with_variant(mysql.DATETIME(fsp=3), "mysql", "mariadb"),
    "flag": sa.SmallInteger().with_variant(mysql.BIT(1), "mysql", "mariadb"),  # bit(1) in MySQL, int2 in PostgreSQL
    "char15": sa.CHAR(15),
    "longtext": sa.Text(),
    "boolean": sa.Boolean(),
    "moment": sa.TIMESTAMP(),  # MySQL shows it in the session's zone
    "date": sa.Date(),
    # What may hold a zero date, which only MySQL and MariaDB have; written as text in a case.
    "old_date": sa.String(10).with_variant(mysql.DATE(), "mysql", "mariadb"),
    "old_datetime": sa.String(19).with_variant(mysql.DATETIME(), "mysql", "mariadb"),
}


@dataclass(frozen=True)
class Case:
    """One golden case.

    Attributes:
        path: its file.
        content: what stands in it.
    """

    path: Path
    content: Map[str, Any]

    @property
    def product(self) -> str:
        """The product's folder under queries/."""
        return self.path.parent.parent.name

    @property
    def dataset(self) -> str:
        """The dataset that is mapped."""
        return self.path.parent.name

    @property
    def name(self) -> str:
        """How pytest shows it."""
        return f"{self.product}/{self.dataset}/{self.path.stem}"


def cases() -> list[Case]:
    """Every case under this folder, in order."""
    paths = sorted(CASES.glob("*/*/*.yml"))
    return [Case(path, yaml.load(path.read_text(encoding="utf-8"), LOADER)) for path in paths]


def open_files(case: Case, product: Product, folder: Path) -> Source:
    """A source over the case's log files, written into ``folder``."""
    for name, text in case.content["files"].items():
        content = text.encode("utf-8")
        (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    if product.kind == "probe":  # the journal of earlier checks; a window that is past makes no new one
        nothing = Target(subsystem="oa", url="tcp://127.0.0.1:9")
        return _source(
            case, product, SourceSettings(product=product.name, path=folder / "probes.jsonl", targets=(nothing,))
        )
    return _source(case, product, SourceSettings(product=product.name, paths=(f"{folder}/*",)))


@contextmanager
def open_prometheus(case: Case, product: Product) -> Iterator[Source]:
    """A source over a real Prometheus that holds the case's series."""
    begin = case.content.get("begin") or dt.datetime.now(SITE_ZONE) - dt.timedelta(minutes=5)
    series: dict[str, str] = case.content["series"]
    with prometheus(series, begin if begin.tzinfo else begin.replace(tzinfo=SITE_ZONE), []) as url:
        yield _source(case, product, SourceSettings(product=product.name, url=url))


def open_workbook(case: Case, product: Product, folder: Path) -> Source:
    """A source over the case's sheets, written into ``folder``."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in case.content["sheets"].items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "desk_workbook.xlsx")
    book.close()
    return _source(case, product, SourceSettings(product=product.name, path=folder / "desk_workbook.xlsx"))


@contextmanager
def kept_connection(url: str) -> Iterator[sa.Connection]:
    """A connection to a server, in whose databases cases are one after the other."""
    server = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        yield connection
    server.dispose()


@contextmanager
def empty_database(server: sa.Connection) -> Iterator[str]:
    """An empty database beside the server's, emptied afterwards; PostgreSQL copies many files for each new one."""
    is_postgres = server.dialect.name == "postgresql"
    url = server.engine.url.set(database="golden")
    if not is_postgres or not _has_database(server, "golden"):
        server.exec_driver_sql("CREATE DATABASE golden")
    try:
        yield url.render_as_string()
    finally:
        if is_postgres:
            with kept_connection(url.render_as_string()) as connection:
                connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        else:
            server.exec_driver_sql("DROP DATABASE golden")


def _has_database(server: sa.Connection, name: str) -> bool:
    return bool(server.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).all())


@contextmanager
def open_served(case: Case, product: Product, server: sa.Connection) -> Iterator[Source]:
    """A source over the case's tables in a server; in the product's own schema where a package carries it."""
    if server.dialect.name != "postgresql" or not has_schema(product.name):
        with empty_database(server) as url, open_database(case, product, url) as source:
            yield source
        return
    name = f"golden_{product.name}"
    url = server.engine.url.set(database=name).render_as_string()
    if not _has_database(server, name):  # it is loaded once for all cases of the product
        server.exec_driver_sql(f'CREATE DATABASE "{name}"')
        try:
            load_schema(product.name, url)
        except BaseException:  # the test is skipped, too, where the package is not installed
            server.exec_driver_sql(f'DROP DATABASE "{name}"')
            raise
    with kept_connection(url) as connection, _filled(connection, case.content["tables"]):
        yield _source(case, product, SourceSettings(product=product.name, url=url))


@contextmanager
def open_database(case: Case, product: Product, url: str) -> Iterator[Source]:
    """A source over the case's tables, made in the empty database of ``url``."""
    engine = sa.create_engine(url, poolclass=NullPool)
    metadata = sa.MetaData()
    declared = _declared(product.name)
    given: dict[str, list[dict[str, Any]]] = case.content["tables"]
    wanted = {table: _declaration(table, product, declared) for table in given}
    missing = set(declared) - set(wanted.values())
    # PostgreSQL folds a name that a product does not quote; a case writes it as the product does.
    fold = str.lower if engine.dialect.name == "postgresql" else str
    tables = {table: _table(table, declared[name], metadata, fold) for table, name in wanted.items()}
    tables |= {name: _table(name, declared[name], metadata, fold) for name in missing}
    with engine.begin() as connection:
        metadata.create_all(connection, checkfirst=False)
        if "stored_in" in case.content and engine.dialect.name in ("mysql", "mariadb"):
            connection.exec_driver_sql(f"SET time_zone = '{case.content['stored_in']}'")
        for table, rows in given.items():
            if rows:
                connection.execute(tables[table].insert(), [_whole(row, tables[table]) for row in rows])
    engine.dispose()
    yield _source(case, product, SourceSettings(product=product.name, url=url))


@cache
def _declared(product: str) -> Map[str, Map[str, str]]:
    """The tables of a product, and their columns with their types."""
    declared: Map[str, Map[str, str]] = yaml.load((CASES / product / "tables.yml").read_text(encoding="utf-8"), LOADER)
    return declared


@contextmanager
def _filled(connection: sa.Connection, tables: Map[str, list[dict[str, Any]]]) -> Iterator[None]:
    """Rows in a product's own tables, removed afterwards; what they refer to need not be there."""
    connection.exec_driver_sql("SET session_replication_role = replica")
    look = sa.inspect(connection)
    held = {name.lower(): name for name in look.get_table_names()}
    # a name that the product does not quote is folded; a case writes it as the product does
    filled = {given: held[given.lower()] for given in tables}
    for given, table in filled.items():
        assert not connection.execute(sa.select(sa.literal(1)).select_from(sa.table(table))).all(), table
        columns = {column["name"].lower(): column["name"] for column in look.get_columns(table)}
        for row in tables[given]:
            values = {columns[name.lower()]: value for name, value in row.items()}
            connection.execute(sa.table(table, *map(sa.column, values)).insert(), values)
    yield
    for table in filled.values():
        connection.execute(sa.table(table).delete())


def loaded(case: Case, source: Source) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]]]:
    """What the case's window gives: rows of the contract, and what is rejected, withdrawn or unknown."""
    first, last = case.content["days"]
    mapping = source.mapping(case.dataset)
    since, until = local_window(first, last, SITE_ZONE)
    rows: list[dict[str, Any]] = []
    rejected: dict[str, int] = {}
    words: Counter[tuple[str, str]] = Counter()
    withdrawn: Counter[str] = Counter()
    with source.read(mapping, since, until) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=SITE_ZONE, days=(first, last), key=b"")
            rows += _shown(checked.rows, mapping)
            for reject in checked.rejects.to_pylist():
                rejected[reject["reason"]] = rejected.get(reject["reason"], 0) + reject["source_rows"]
            withdrawn += checked.withdrawn
            for (_, column, word), count in checked.unknown_values.items():
                words[column, word] += count
    unknown = [{"column": column, "word": word, "rows": count} for (column, word), count in words.items()]
    return rows, {
        "rejected": [{"reason": reason, "rows": count} for reason, count in rejected.items()],
        "withdrawn": [{"reason": reason, "rows": count} for reason, count in withdrawn.items()],
        "unknown": unknown,
    }


def expected(case: Case, mapping: Mapping) -> list[dict[str, Any]]:
    """The case's rows, with every column of the contract that a mapping selects.

    A case writes what is hashed as the product has it; its hash is under the empty key, as in ``loaded``.
    """
    return [
        {column.name: _written(row.get(column.name), column) for column in mapping.dataset.mapped}
        for row in case.content["rows"]
    ]


def by_content(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows in an order that only depends on what they hold."""
    return sorted(rows, key=lambda row: str(sorted(row.items(), key=lambda item: item[0])))


def _source(case: Case, product: Product, settings: SourceSettings) -> Source:
    zone = ZoneInfo(case.content.get("timezone") or product.timezone or SITE_ZONE.key)
    return SOURCES[product.kind](SOURCE, settings, product, zone)


def _declaration(table: str, product: Product, declared: Map[str, Any]) -> str:
    """The declared table that a table, or a shard, is one of."""
    for name, pattern in product.shards.items():
        if re.fullmatch(pattern, table):
            return name
    assert table in declared, f"{product.name}/tables.yml declares no table {table}"
    return table


def _table(name: str, columns: Map[str, str], metadata: sa.MetaData, fold: Callable[[str], str]) -> sa.Table:
    declared = (sa.Column(fold(column), _TYPES[kind], key=column) for column, kind in columns.items())
    engine = "MyISAM" if name.startswith("xinhu_") else "InnoDB"  # as the product makes them
    return sa.Table(fold(name), metadata, *declared, mysql_engine=engine)


def _whole(row: Map[str, Any], table: sa.Table) -> dict[str, Any]:
    unknown = set(row) - set(table.columns.keys())
    assert not unknown, f"tables.yml declares no {sorted(unknown)} in {table.name}"
    return {column: row.get(column) for column in table.columns.keys()}  # noqa: SIM118 - columns are not keys


def _shown(rows: pa.Table, mapping: Mapping) -> list[dict[str, Any]]:
    columns = mapping.dataset.mapped
    return [{column.name: _value(row[column.name], column) for column in columns} for row in rows.to_pylist()]


def _written(value: Any, column: Column) -> Any:
    return hash_values(pa.array([value], pa.string()), b"")[0].as_py() if column.is_hashed else value


def _value(value: Any, column: Column) -> Any:
    """A value as a case writes it: times as local wall-clock text."""
    if column.type is Type.TIMESTAMP and value is not None:
        return value.astimezone(SITE_ZONE).replace(tzinfo=None).isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, dt.date) else value
