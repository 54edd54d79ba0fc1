"""Small tables of the contract's datasets, from rows that name only what a test is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from ntanalytics import contract

Row = dict[str, Any]
Make = Callable[[Iterable[Row]], ir.Table]


def _table(dataset: str, defaults: Row, rows: Iterable[Row]) -> ir.Table:
    full = [{"source": "test", **defaults, **row} for row in rows]
    return ibis.memtable(pa.Table.from_pylist(full, schema=contract.dataset(dataset).schema()))


@pytest.fixture
def table() -> Callable[..., ir.Table]:
    """Makes a dataset's table: its name, the rows, and what they have in common."""

    def make(dataset: str, rows: Iterable[Row], **shared: Any) -> ir.Table:
        return _table(dataset, shared, rows)

    return make


@pytest.fixture
def messages() -> Make:
    defaults = {
        "message_id": "1",
        "submitted_at": dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC),
        "carrier": "mobile",
        "application": "oa",
        "segments": 1,
        "day": dt.date(2026, 11, 16),
    }
    return lambda rows: _table("sms.messages", defaults, rows)


@pytest.fixture
def bills() -> Make:
    defaults = {"month_on": dt.date(2026, 10, 1), "day": dt.date(2026, 10, 1)}
    return lambda rows: _table("sms.bills", defaults, rows)


@pytest.fixture
def requests() -> Make:
    defaults = {
        "minute_at": dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC),
        "service": "portal",
        "method": "GET",
        "route": "/",
        "status": 200,
        "requests": 1,
        "size_bytes": 0,
        "day": dt.date(2026, 11, 16),
    }
    return lambda rows: _table("infra.requests", defaults, rows)


@pytest.fixture
def tickets() -> Make:
    defaults = {
        "ticket_no": "1",
        "opened_at": dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC),
        "category": "fault",
        "subsystem": "oa",
        "changed_at": dt.datetime(2026, 11, 16, 1, tzinfo=dt.UTC),
        "day": dt.date(2026, 11, 16),
    }
    return lambda rows: _table("desk.tickets", defaults, rows)


@pytest.fixture
def attendance() -> Make:
    defaults = {
        "attended_on": dt.date(2026, 11, 16),
        "person": "甲",
        "role": "engineer",
        "is_present": True,
        "day": dt.date(2026, 11, 16),
    }
    return lambda rows: _table("desk.attendance", defaults, rows)


@pytest.fixture
def checks() -> Make:
    defaults = {
        "checked_on": dt.date(2026, 11, 16),
        "subsystem": "infra",
        "item": "机房",
        "result": "ok",
        "day": dt.date(2026, 11, 16),
    }
    return lambda rows: _table("desk.checks", defaults, rows)


@pytest.fixture
def days() -> Callable[..., ir.Table]:
    """Makes the day table from a first day and a string: ``+`` covered, ``-`` a hole; capitals W/H set the kind."""

    def make(first: dt.date, covered: str, working: str = "") -> ir.Table:
        count = len(covered)
        kinds = [kind == "W" for kind in working] if working else [True] * count
        span = [first + dt.timedelta(days=offset) for offset in range(count)]
        return ibis.memtable(
            {
                "day": span,
                "is_covered": [mark == "+" for mark in covered],
                "is_working_day": kinds,
                "label": [""] * count,
            },
            schema={"day": "date", "is_covered": "boolean", "is_working_day": "boolean", "label": "string"},
        )

    return make


@pytest.fixture
def listed() -> Callable[..., list[Row]]:
    """The rows of a table, or only some of their columns."""

    def make(table: ir.Table, *columns: str) -> list[Row]:
        shown = table.select(*columns) if columns else table
        return list(shown.to_pyarrow().to_pylist())

    return make
