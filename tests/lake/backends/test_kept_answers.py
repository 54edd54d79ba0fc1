"""Answers that are kept: given again for an equal question on the lake, and never where another answer could come."""

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pytest

from ntanalytics.lake.backends import duckdb_ibis
from ntanalytics.lake.backends.duckdb_ibis import CompilingBackend

#: A name as the reader of the lake makes one for the files of a version.
OF_LAKE = ibis.util.gen_name("sms_messages")


@pytest.fixture
def backend() -> CompilingBackend:
    return CompilingBackend(None)


def numbers(backend: CompilingBackend, name: str, *values: int) -> ir.Table:
    backend.con.execute(f'CREATE OR REPLACE TABLE "{name}" (n INTEGER)')
    backend.con.executemany(f'INSERT INTO "{name}" VALUES (?)', [[value] for value in values])
    return ops.DatabaseTable(name, schema=ibis.schema({"n": "int32"}), source=backend).to_expr()


def total(table: ir.Table, least: int = 0) -> ir.Table:
    return table.filter(table.n >= least).aggregate(total=table.n.sum())


def value(table: ir.Table) -> object:
    return table.to_pyarrow().to_pylist()[0]["total"]


def test_an_equal_question_is_answered_without_the_engine(backend: CompilingBackend):
    table = numbers(backend, OF_LAKE, 1, 2)
    assert value(total(table)) == 3
    backend.con.execute(f'DROP TABLE "{OF_LAKE}"')
    assert value(total(table)) == 3
    with pytest.raises(duckdb.Error):
        value(total(table, 2))  # another question


def test_the_limit_is_a_part_of_the_question(backend: CompilingBackend):
    table = numbers(backend, OF_LAKE, 1, 2, 3)
    assert [backend.to_pyarrow(table, limit=most).num_rows for most in (2, 3, None)] == [2, 3, 3]


def test_a_table_that_somebody_named_may_change(backend: CompilingBackend):
    assert value(total(numbers(backend, "mine", 1))) == 1
    assert value(total(numbers(backend, "mine", 1, 5))) == 6


@pytest.mark.parametrize("changing", [ibis.random, ibis.uuid])
def test_what_comes_out_differently_each_time_is_asked_each_time(backend: CompilingBackend, changing):
    table = numbers(backend, OF_LAKE, 1)
    question = table.mutate(total=changing())
    assert value(question) != value(question)


def test_a_text_of_sql_is_asked_each_time(backend: CompilingBackend):
    numbers(backend, OF_LAKE, 1)
    sql = f'SELECT sum(n) AS total FROM "{OF_LAKE}"'
    question = ops.SQLQueryResult(sql, ibis.schema({"total": "int64"}), backend).to_expr()
    assert value(question) == 1
    backend.con.execute(f'INSERT INTO "{OF_LAKE}" VALUES (5)')
    assert value(question) == 6


def test_long_answers_are_not_kept_and_many_are_forgotten(backend: CompilingBackend, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(duckdb_ibis, "_MOST_ROWS", 1)
    monkeypatch.setattr(duckdb_ibis, "_MOST_ANSWERS", 2)
    table = numbers(backend, OF_LAKE, 1, 2)
    assert table.to_pyarrow().num_rows == 2
    for least in (0, 1, 2):
        value(total(table, least))
    backend.con.execute(f'DROP TABLE "{OF_LAKE}"')
    with pytest.raises(duckdb.Error):
        table.to_pyarrow()
    with pytest.raises(duckdb.Error):
        value(total(table, 0))
    assert value(total(table, 2)) == 2


def test_a_backend_connects_when_it_is_asked_first_and_is_set_up_once() -> None:
    asked: list[object] = []
    backend = CompilingBackend(None, asked.append)
    assert asked == []
    rows = ibis.memtable({"number": [1, 2]})
    assert backend.to_pyarrow(rows.aggregate(total=rows.number.sum())).to_pylist() == [{"total": 3}]
    assert backend.to_pyarrow(rows.count().as_table()).num_rows == 1
    assert asked == [backend.con]


def test_a_connection_that_could_not_be_set_up_is_used_by_nobody() -> None:
    def refuse(_: object) -> None:
        raise RuntimeError

    backend = CompilingBackend(None, refuse)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            backend.raw_sql("SELECT 1")
