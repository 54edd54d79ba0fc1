"""What is asked of moments by their clock of UTC is what Ibis' own compiler asks of DuckDB's calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ibis.backends.duckdb import Backend

from ntanalytics import duckdb_sandbox
from ntanalytics.lake.backends.duckdb_ibis import CompilingBackend

_MOMENTS = st.lists(
    st.none() | st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC)),
    min_size=1,
    max_size=20,
)
_AT = ibis.literal(dt.datetime(2026, 11, 20, 22, 30, tzinfo=dt.UTC))


def _asked(moments: list[dt.datetime | None]) -> ir.Table:
    """Return a table of all that metrics ask of moments."""
    table = ibis.memtable(pa.table({"at": pa.array(moments, pa.timestamp("us", "UTC"))}))
    at = table["at"]
    local = at + ibis.interval(hours=8)
    return table.select(
        seconds=at.epoch_seconds().cast("float64"),
        day=local.date(),
        cast_day=local.cast("date"),
        clock=at.cast("timestamp"),
        hour=local.hour(),
        minute=at.minute(),
        weekday=local.day_of_week.index(),
        text=local.strftime("%Y-%m-%d %H:%M"),
        since_hour=at.truncate("h"),
        local_since_day=local.truncate("D") - ibis.interval(hours=8),
        local_since_day_s=local.truncate("D").epoch_seconds().cast("float64"),
        days_until=_AT.delta(at, unit="day"),
        is_late=at > _AT - ibis.interval(days=3),
        moved=local,
    )


@pytest.fixture(scope="module")
def connections() -> Iterator[tuple[Backend, Backend]]:
    """A connection of ours, and one of Ibis alone."""
    ours, plain = CompilingBackend(None), ibis.duckdb.connect()
    for connection in (ours, plain):
        duckdb_sandbox.set_up(connection.con)
    yield ours, plain
    ours.disconnect()
    plain.disconnect()


@given(_MOMENTS)
def test_every_answer_is_that_of_ibis_alone(
    connections: tuple[Backend, Backend], moments: list[dt.datetime | None]
) -> None:
    asked = _asked(moments)
    made, expected = (_answer(connection, asked) for connection in connections)
    assert made.schema == expected.schema
    assert made.equals(expected)


def test_no_moment_is_converted_by_the_calendar(connections: tuple[Backend, Backend]) -> None:
    by_clock, by_calendar = (connection.compile(_asked([None])) for connection in connections)
    assert 'EXTRACT(minute FROM "t0"."at")' in by_calendar
    assert 'FROM "t0"."at")' not in by_clock


def _answer(connection: Backend, asked: ir.Table) -> pa.Table:
    connection._run_pre_execute_hooks(asked)
    return connection.con.sql(connection.compile(asked)).to_arrow_table()
