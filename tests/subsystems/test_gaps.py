"""No check says that all is well where a day is missing: every check, with complete data and over a gap."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import ntanalytics
from ntanalytics import contract
from ntanalytics.checks.check import DAY, MONTH, QUARTER, WEEK, Span
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.contract.dataset import Column, Kind, Type
from ntanalytics.contract.infra import HOST_METRICS
from ntanalytics.findings.finding import Finding
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.column_needs import unknown_measures
from ntanalytics.periods import Period
from ntanalytics.subsystems import SUBSYSTEMS
from tests.subsystems.made import ON, at, days, evaluation, events, table_of

PERIODS: Mapping[Span, Period] = {
    DAY: Period.day(ON),
    WEEK: Period.week(ON),
    MONTH: Period.month(ON),
    QUARTER: Period.week(ON),
}

#: Checks of the data themselves read no dataset: they tell the gap.
OF_THE_DATA = ("data", "infra.log_retention")

#: Rules over single things whose own value is exact, whatever else is missing.
EXACT = {"infra.tls_days"}

#: Events of which no share is judged.
ONE_AN_HOUR = {"infra.backups", "infra.metrics", "infra.patches"}

#: Values that mean that nothing went wrong.
GOOD = ("success", "delivered", "signed", "active", "ok", "engineer", "pc", "online", "cpu_rate", "agent")


def _value(column: Column, day: dt.date) -> Any:
    if column.values:
        return next((value for value in GOOD if value in column.values), next(iter(column.values)))
    match column.type:
        case Type.TIMESTAMP:
            return at(day + dt.timedelta(days=400 if "expires" in column.name else 0), 10)
        case Type.DATE:
            return day.replace(day=1) if column.name.startswith("month") else day
        case Type.TEXT:
            return "甲"
        case Type.BOOLEAN:
            return True
        case Type.INTEGER:
            return int(column.minimum or 1)
    return min(0.5, column.maximum or 0.5)


@cache
def _data() -> dict[str, pa.Table]:
    """Return every dataset with the same rows on each day, in which nothing goes wrong."""
    tables = {}
    for name, dataset in contract.DATASETS.items():
        if dataset.kind is Kind.STATE:
            row = {column.name: _value(column, ON) for column in dataset.columns if column.elapsed is None}
            tables[name] = table_of(name, [{**row, "day": ON}])
            continue
        # shares need their least numbers of events; of cases, plans and measurements one an hour is judged like thirty
        count = 30 if dataset.kind is Kind.EVENT and name not in ONE_AN_HOUR else 1
        rows = [
            {**{column.name: _value(column, row["day"]) for column in dataset.columns}, **row, **more, "slot": slot}
            for row in days()
            for slot in range(24)
            for more in ([{"metric": metric} for metric in HOST_METRICS] if name == "infra.metrics" else [{}])
        ]
        tables[name] = events(name, [{**row, "events": count} for row in rows])
    return tables


def _findings(subsystem: Subsystem, span: Span, *gaps: dt.date, empty: bool) -> tuple[Finding, ...]:
    own = replace(subsystem, checks=tuple(check for check in subsystem.checks if check.rule not in OF_THE_DATA))
    codes = [check.rule for check in own.checks]
    data = {name: table.slice(0, 0) if empty else table for name, table in _data().items()}
    return evaluation(own, codes, data, period=PERIODS[span], spans=(span,), gaps=gaps).findings


def _is_good(finding: Finding) -> bool:
    return finding.status == "ok" and finding.is_applicable and finding.value is not None


def _is_known(finding: Finding) -> bool:
    """Return whether the value is exact, or a bound that shows the figure to keep its limits."""
    settles = {"up": "lower_bound", "down": "upper_bound"}[finding.rule.threshold.good]
    return finding.code in EXACT or measure_of(finding.rule.measure).certainty_over_gap == settles


CASES = [
    pytest.param(subsystem, span, id=f"{subsystem.id}-{span}")
    for subsystem in SUBSYSTEMS
    for span in (DAY, WEEK, MONTH, QUARTER)
    if subsystem.id not in OF_THE_DATA and any(span in check.every for check in subsystem.checks)
]


@pytest.mark.parametrize("empty", [False, True], ids=["rows", "empty"])
@pytest.mark.parametrize(("subsystem", "span"), CASES)
def test_over_a_gap_nothing_is_ok_unless_it_is_known(subsystem: Subsystem, span: Span, empty: bool) -> None:
    gap = _findings(subsystem, span, ON, PERIODS[span].last, empty=empty)
    assert [(finding.identity, finding.value) for finding in gap if _is_good(finding) and not _is_known(finding)] == []


@pytest.mark.parametrize(("subsystem", "span"), CASES)
def test_without_its_columns_nothing_is_ok(subsystem: Subsystem, span: Span) -> None:
    """The source has none of the columns that may be null, and all rows have nulls there."""
    absent = {
        name: [column.name for column in dataset.mapped if column.nullable]
        for name, dataset in contract.DATASETS.items()
    }
    data = {name: _without(table, absent[name]) for name, table in _data().items()}
    codes = [check.rule for check in subsystem.checks if check.rule not in OF_THE_DATA]
    found = evaluation(subsystem, codes, data, period=PERIODS[span], spans=(span,), absent=absent).findings
    unknown = {
        name for dataset, columns in absent.items() for name in unknown_measures(dataset, {"test": columns}, ["test"])
    }
    assert [finding.identity for finding in found if finding.rule.measure in unknown and _is_good(finding)] == []


def _without(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    for name in columns:
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), pa.nulls(len(table), table.schema.field(place).type))
    return table


@pytest.mark.parametrize(("subsystem", "span"), [case.values for case in CASES if case.values[1] is DAY])
def test_with_complete_data_something_is_ok(subsystem: Subsystem, span: Span) -> None:
    assert any(_is_good(finding) for finding in _findings(subsystem, span, empty=False))


def _names_no_dataset(call: ast.Call) -> bool:
    """Return whether a call makes figures, or judges a value, without the datasets that they were made from."""
    match call.func:
        case ast.Name("figures" | "case_list"):
            return len(call.args) < 2
        case ast.Name("judge_value"):
            return isinstance(call.args[2], ast.List) and not call.args[2].elts
        case ast.Name("FigureRow"):
            return True
    return False


def test_every_check_names_the_datasets_of_its_figures() -> None:
    """The age of the oldest log is read from the ledger of extractions alone."""
    folder = Path(ntanalytics.__file__).parent / "subsystems"
    found = [
        f"{path.parent.name}/{path.stem}.{function.name}"
        for path in folder.glob("*/*checks.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and _names_no_dataset(call)
    ]
    assert found == ["infra/retention_checks.log_finding"]
