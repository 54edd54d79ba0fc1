"""Search for the metric that makes a measure of the rows of one dataset."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.common.exceptions import IbisError

from ntanalytics.contract import DATASETS
from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.metrics import MEASURES, days

_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _days() -> ir.Table:
    """Return one covered working day."""
    row = {"day": [_MOMENT.date()], "is_covered": [True], "is_working_day": [True], "label": [""]}
    return ibis.memtable(row, schema={"day": "date", "is_covered": "bool", "is_working_day": "bool", "label": "string"})


#: Parameter of a metric → the argument that a check passes, and one with which it is tried.
_ARGUMENTS: dict[str, tuple[str, Callable[[], object]]] = {
    "at": ("context.ends_at", lambda: _MOMENT),
    "as_of": ("view.as_of", lambda: _MOMENT),
    "days": ("view.days", _days),
}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A function that makes a measure of one dataset: one row, or one a day.

    Attributes:
        measure: name of the measure.
        module: module of the function.
        function: its name.
        dataset: the dataset.
        arguments: what a check passes to it.
        is_daily: whether it makes one row a day.
    """

    measure: str
    module: str
    function: str
    dataset: str
    arguments: str
    is_daily: bool


def find_metric(subsystem: str, measure: str) -> Metric:
    """Return the metric of a subsystem that makes a measure; one of the whole period goes before one by day.

    Raises:
        UsageError: there is none that needs the rows of one dataset alone.
    """
    metrics = sorted(_metrics(subsystem), key=lambda metric: metric.is_daily)
    for metric in metrics:
        if metric.measure == measure:
            return metric
    names = ", ".join(sorted({metric.measure for metric in metrics})) or tr("none")
    raise UsageError(
        tr("no metric of {subsystem!r} makes {measure!r} of one dataset alone", subsystem=subsystem, measure=measure),
        where=f"ntanalytics/metrics/{subsystem}/",
        todo=tr(
            "choose one of these, or write rule and check by hand (CONTRIBUTING.md, Add a rule): {names}", names=names
        ),
    )


def _metrics(subsystem: str) -> Iterator[Metric]:
    """Yield the metrics of a subsystem by measure."""
    package = importlib.import_module(f"ntanalytics.metrics.{subsystem}")
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield from _tried(subsystem, module, function)


def _tried(subsystem: str, module: ModuleType, function: Callable[..., Any]) -> Iterator[Metric]:
    """Yield what a function makes of the first dataset that it can be called with: its parameter's name goes first."""
    first, *others = inspect.signature(function).parameters.values()
    required = [item.name for item in others if item.default is item.empty]
    if not set(required) <= set(_ARGUMENTS):
        return
    grouping = {item.name: () for item in others if item.name == "by" and item.default not in ((), item.empty)}
    names = [name for name in DATASETS if name.startswith(f"{subsystem}.")]
    for dataset in sorted(names, key=lambda name: not name.endswith(f".{first.name}")):
        rows = ibis.memtable(DATASETS[dataset].schema().empty_table())
        try:
            result = function(rows, *(_ARGUMENTS[name][1]() for name in required), **grouping)
            if not isinstance(result, ir.Table) or not set(result.columns) <= set(MEASURES):
                continue
            if result.count().to_pyarrow().as_py() != 1:
                continue
        except (IbisError, AttributeError, TypeError, ValueError):  # the function is for other rows
            continue
        is_daily = "day" in result.columns
        texts = ["view.recent" if is_daily else "view.table", *(_ARGUMENTS[name][0] for name in required)]
        texts += [f"{name}=()" for name in grouping]
        for measure in result.columns:
            if MEASURES[measure].is_comparable and measure not in days.MEASURES:
                yield Metric(
                    measure=measure,
                    module=module.__name__,
                    function=function.__name__,
                    dataset=dataset,
                    arguments=", ".join(texts),
                    is_daily=is_daily,
                )
        return
