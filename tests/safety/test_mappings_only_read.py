"""No SQL of a mapping but one SELECT that only reads: refused when the catalog is loaded, with its file and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntanalytics.catalog import load_product, site_catalog
from ntanalytics.errors import ContractError

SHAPE = """\
/*
window: month_on
times: {{month_on: date}}
dialects: [{dialect}]
*/
{before}SELECT m AS month_on, c AS carrier, s AS billed_segments, {value} AS billed_yuan
FROM {table} WHERE m >= :since AND m < :until{after}
"""
PLAIN = {"before": "", "value": "y", "table": "bill", "after": ""}

CALLS = {
    "postgres": (
        "pg_read_file('/etc/passwd')", "pg_catalog.pg_read_file('/etc/passwd')", '"pg_sleep"(9)', "PG_SLEEP(9)",
        "pg_terminate_backend(1)", "pg_advisory_lock(1)", "lo_import('/etc/passwd')", "lo_export(1, 'x.txt')",
        "nextval('s')", "setval('s', 1)", "set_config('transaction_read_only', 'off', false)",
        "query_to_xml('DELETE FROM bill', true, true, '')", "dblink_exec('host=x', 'DROP TABLE t')",
        "sys_read_file('/etc/passwd')", "public.anything_of_a_site(1)", "http_get('http://x')",
        "(SELECT pg_ls_dir('/'))",
    ),
    "mysql": (
        "LOAD_FILE('/etc/passwd')", "SLEEP(9)", "BENCHMARK(1000000, MD5('x'))", "GET_LOCK('x', 9)",
        "sys_exec('id')", "sys_eval('id')", "@x := 1", "mysql.anything(1)", "NEXTVAL(s)", "NEXT VALUE FOR s",
    ),
    "sqlite": ("load_extension('x.so')", "readfile('/etc/passwd')", "writefile('x', 'y')"),
    "oracle": ("utl_http.request('http://x')", "dbms_lock.sleep(9)", "s.nextval", "xp_cmdshell('id')"),
    "duckdb": (
        "getenv('HOME')", "current_setting('home_directory')", "getvariable('x')", "nextval('s')", "sleep_ms(9)",
        "write_log('x')", "(SELECT content FROM read_text('/etc/passwd'))", "(SELECT file FROM glob('/*') LIMIT 1)",
    ),
}  # fmt: skip
TABLES = {
    "postgres": (
        "dblink('host=x', 'SELECT 1') AS t(a int), bill", "ROWS FROM (pg_ls_dir('.')) AS t, bill",
        "bill, LATERAL pg_ls_dir(c) AS f", "crosstab('SELECT 1') AS t(a int), bill",
    ),
    "duckdb": (
        "'/etc/passwd'", "'https://example.com/a.parquet'", "read_csv('a.csv')", "read_parquet(['a.parquet'])",
        "read_json_auto('a.json')", "glob('/*')", "query('SELECT 1')", "query_table('bill')", "duckdb_secrets()",
        "sniff_csv('a.csv')", "parquet_metadata('a.parquet')", "anything_of_an_extension('x')",
        "sqlite_scan('a.db', 't')",
    ),
}  # fmt: skip
AFTER = {
    "postgres": (" FOR UPDATE", " FOR NO KEY UPDATE", " UNION SELECT 1, 2, 3, pg_sleep(9)", "; DROP TABLE bill"),
    "mysql": (
        " FOR UPDATE", " LOCK IN SHARE MODE", " INTO OUTFILE 'x.txt'", " INTO @x", " PROCEDURE ANALYSE()",
        " /*! INTO OUTFILE 'x.txt' */", " /*!50000 UNION SELECT 1 */", " /*M!100100 FOR UPDATE */",
    ),
    "sqlite": ("; ATTACH 'x' AS y", "; PRAGMA writable_schema = on"),
    "duckdb": ("; COPY bill TO 'x'", "; SET lock_configuration = false", "; INSTALL httpfs", "; LOAD httpfs"),
}  # fmt: skip
BEFORE = {
    "postgres": (
        "WITH gone AS (DELETE FROM bill RETURNING *) ", "WITH more AS (INSERT INTO bill VALUES (1) RETURNING *) ",
        "WITH other AS (UPDATE bill SET s = 0 RETURNING *) ",
        "WITH one AS (MERGE INTO bill USING b ON true WHEN MATCHED THEN DELETE RETURNING *) ",
        "CREATE TABLE x AS ", "INSERT INTO x ", "EXPLAIN ANALYZE ",
    ),
    "duckdb": ("CREATE TABLE x AS ", "EXPLAIN ANALYZE "),
    "mysql": ("REPLACE INTO x ", "CREATE TABLE x AS "),
}  # fmt: skip
REFUSED = [
    pytest.param(dialect, {**PLAIN, place: text}, id=f"{dialect} {text.strip()}")
    for place, by_dialect in (("value", CALLS), ("table", TABLES), ("after", AFTER), ("before", BEFORE))
    for dialect, texts in by_dialect.items()
    for text in texts
]
ALLOWED = [
    ("postgres", "pg_typeof(y)"),
    ("postgres", "pg_catalog.lower(y)"),
    ("postgres", "(y -> 'a' ->> 'b')::numeric + date_part('hour', now())"),
    ("mysql", "IF(y > 0, FROM_UNIXTIME(y), STR_TO_DATE(c, '%Y')) + CRC32(c) + INET6_ATON(c)"),
    ("sqlite", "julianday(m) + instr(c, 'x') + json_extract(c, '$.a')"),
    ("oracle", "dbms_lob.substr(y, 4000, 1)"),
    ("duckdb", "c.upper().len() + (SELECT count(*) FROM unnest([1, 2])) + (SELECT sum(range) FROM range(3))"),
]


def written(folder: Path, dialect: str, parts: dict[str, str]) -> Path:
    home = folder / "shop"
    home.mkdir()
    kind = "workbook" if dialect == "duckdb" else "database"
    (home / "source.yml").write_text(f"title: A shop\nkind: {kind}\nneeds: SELECT on bill\n", encoding="utf-8")
    file = home / "sms.bills.sql"
    file.write_text(SHAPE.format(dialect=dialect, **parts), encoding="utf-8")
    return file


@pytest.mark.parametrize(("dialect", "parts"), REFUSED)
def test_what_does_more_than_read_is_refused_with_the_files_name(tmp_path: Path, dialect: str, parts: dict[str, str]):
    file = written(tmp_path, dialect, parts)
    with pytest.raises(ContractError) as refused:
        load_product(file.parent)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(("dialect", "value"), ALLOWED)
def test_what_only_computes_is_a_mapping(tmp_path: Path, dialect: str, value: str):
    load_product(written(tmp_path, dialect, {**PLAIN, "value": value}).parent)


def test_the_message_names_the_function(tmp_path: Path):
    file = written(tmp_path, "mysql", {**PLAIN, "value": "LOAD_FILE('/etc/passwd')"})
    with pytest.raises(ContractError, match="function load_file does more than compute"):
        load_product(file.parent)


def test_every_product_that_travels_with_the_suite_only_reads():
    catalog = site_catalog(None)
    assert len(list(catalog)) >= 26
