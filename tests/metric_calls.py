"""Calls of the metrics by the reports: the cells of a notebook run in this process, and each call is recorded."""

from __future__ import annotations
import __future__

import contextlib
import datetime as dt
import functools
import importlib
import inspect
import io
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pytest

from ntanalytics.contract import Dataset, Kind
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.settings import project_dir
from ntanalytics.workspace.namespaces import metric_namespace
from tests.city import UNTIL


def public_metrics() -> dict[str, Callable[..., object]]:
    """Return every public metric that makes a table, by name (``sms.volume.daily``)."""
    metrics = {
        f"{subsystem}.{module}.{name}": metric
        for subsystem, modules in _attributes(metric_namespace())
        for module, functions in _attributes(modules)
        for name, metric in _attributes(functions)
    }
    return {name: metric for name, metric in metrics.items() if _makes_table(metric)}


def _attributes(namespace: object) -> list[tuple[str, Any]]:
    return [(name, getattr(namespace, name)) for name in dir(namespace)]


def _makes_table(metric: Callable[..., object]) -> bool:
    return inspect.signature(metric).return_annotation == "ir.Table"


@dataclass
class MetricCalls:
    """Recorded calls, as the tables that they made.

    Attributes:
        made: metric → its tables, one for each combination of groups (``by=``).
        read: the part of a table that belongs to the lake → the arguments by which a reader makes it.
        opened: a reader and those arguments → the part that it made: many metrics read the same days.
    """

    made: dict[str, dict[object, ir.Table]] = field(default_factory=dict)
    read: dict[ops.Node, tuple[Any, ...]] = field(default_factory=dict)
    opened: dict[tuple[Any, ...], ops.Node] = field(default_factory=dict)

    def record(self, name: str, arguments: inspect.BoundArguments, made: object) -> None:
        """Record a call; of several by the same groups, the first."""
        if isinstance(made, ir.Table):
            self.made.setdefault(name, {}).setdefault(tuple(arguments.arguments.get("by", ())), made)

    def widest(self, name: str) -> ir.Table:
        """Return the table of a metric with the most groups."""
        by = max(self.made[name], key=len)
        return self.made[name][by]

    def on(self, reader: Reader, table: ir.Table, days: int | None = None) -> ir.Table:
        """Return the same table, made from the tables of another reader.

        Args:
            reader: makes them.
            table: a recorded table.
            days: the most days that are read of what happens day by day; None: all that the call read.
        """
        nodes = table.op().find(tuple({type(node) for node in self.read}))
        leaves = {node: self.read[node] for node in nodes if node in self.read}
        wanted = {leaf: how if days is None else _last(days, *how) for leaf, how in leaves.items()}
        return table.op().replace({leaf: self._opened(reader, *how) for leaf, how in wanted.items()}).to_expr()

    def _opened(self, reader: Reader, dataset: Dataset, *how: Any) -> ops.Node:
        key = (reader, dataset.name, *how)
        if key not in self.opened:
            self.opened[key] = reader.table(dataset, *how).op()
        return self.opened[key]


#: The most days of what has a row a minute or so. No metric sets the weeks of it beside each other.
OF_MINUTES = {"infra.checks": 3, "infra.requests": 3}


def _last(
    days: int, dataset: Dataset, version: int | None, first: dt.date | None = None, last: dt.date | None = None
) -> tuple[Any, ...]:
    """Return the arguments of a reader for the last days of those that it was asked for; a state is not divided."""
    if dataset.kind is not Kind.STATE:
        wanted = min(days, OF_MINUTES.get(dataset.name, days))
        begin = min(last or UNTIL, UNTIL) - dt.timedelta(days=wanted - 1)
        first = max(first or begin, begin)
    return dataset, version, first, last


#: Components that call metrics. They are imported before the calls are recorded, so that none keeps a recording
#: function.
CALLERS = ("checks", "findings", "metrics", "recommendations", "report_content", "subsystems", "workspace")


@contextmanager
def record_metric_calls() -> Iterator[MetricCalls]:
    """Yield the calls of the metrics that are made in the block."""
    for component in CALLERS:
        package = importlib.import_module(f"ntanalytics.{component}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    calls = MetricCalls()
    with pytest.MonkeyPatch.context() as patch:
        for name, metric in public_metrics().items():
            _replace(patch, metric, _recording(calls, name, metric))
        table = DuckReader.table

        def read(self: DuckReader, *how: Any, **named: Any) -> ir.Table:
            made = table(self, *how, **named)
            calls.read[made.op()] = (*how, *named.values())
            return made

        patch.setattr(DuckReader, "table", read)
        yield calls


def _recording(calls: MetricCalls, name: str, metric: Callable[..., object]) -> Callable[..., object]:
    signature = inspect.signature(metric)

    @functools.wraps(metric)
    def recording(*given: object, **named: object) -> object:
        made = metric(*given, **named)
        calls.record(name, signature.bind(*given, **named), made)
        return made

    return recording


def _replace(patch: pytest.MonkeyPatch, metric: object, replacement: object) -> None:
    for module in [module for name, module in sys.modules.items() if name.startswith("ntanalytics")]:
        for attribute, value in list(vars(module).items()):
            if value is metric:
                patch.setattr(module, attribute, replacement)


def run_notebook(report: str, period: str) -> dict[str, Any]:
    """Run the code cells of a report's notebook in this process, for a period; return its names."""
    cells = json.loads((project_dir("notebooks") / f"{report}.ipynb").read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {"__name__": report}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in (cell for cell in cells if cell["cell_type"] == "code"):
            code = compile("".join(cell["source"]), report, "exec", flags=__future__.annotations.compiler_flag)
            exec(code, names)
            if "parameters" in cell["metadata"].get("tags", ()):
                names["period"] = period
    return names
