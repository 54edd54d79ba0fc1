"""Datasets and metrics by attribute, so that a notebook's Tab key and its question mark teach the data model."""

from __future__ import annotations

import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Protocol

import ibis.expr.types as ir

from ntanalytics import metrics
from ntanalytics.contract import DATASETS, Dataset
from ntanalytics.contract.documents import document
from ntanalytics.contract.enumerations import SUBSYSTEMS

Day = str | dt.date | None


class Reads(Protocol):
    """What gives a dataset's rows: :meth:`Workspace.table`."""

    def __call__(self, dataset: str, first: Day = None, last: Day = None) -> ir.Table:
        """The rows of a dataset from the first to the last local day, both included."""


class Namespace:
    """Things by name, as attributes.

    Args:
        said: what the whole is.
        things: name → thing.
        lines: name → one line on it.
    """

    def __init__(self, said: str, things: Mapping[str, Any], lines: Mapping[str, str]) -> None:
        self.__doc__ = said
        self._lines = dict(lines)
        vars(self).update(things)

    def __dir__(self) -> list[str]:
        return list(self._lines)

    def __repr__(self) -> str:
        wide = max(map(len, self._lines), default=0)
        return "\n".join([str(self.__doc__), *(f"  {name:{wide}}  {line}" for name, line in self._lines.items())])


def dataset_namespace(table: Reads) -> Namespace:
    """The datasets: a shelf a subsystem, on it a function a dataset, whose docstring is the contract's document."""
    shelves = {}
    for subsystem in SUBSYSTEMS:
        own = [each for each in DATASETS.values() if each.subsystem == subsystem]
        shelves[subsystem] = Namespace(
            f"{SUBSYSTEMS[subsystem]}（{subsystem}）",
            {_noun(each): _reader(each, table) for each in own},
            {_noun(each): f"{each.label}: {each.meaning}" for each in own},
        )
    return Namespace(
        "The datasets: tables.<subsystem>.<dataset>(first day, last day) is an Ibis table.", shelves, dict(SUBSYSTEMS)
    )


def metric_namespace() -> Namespace:
    """The metrics: a shelf a subsystem, on it one a module, on it its functions, which have docstrings of their own."""
    subsystems = _submodules(metrics)
    shelves = {name: _module_shelf(package) for name, package in subsystems.items() if hasattr(package, "__path__")}
    lines = {name: _first_line(subsystems[name]) for name in shelves}
    return Namespace("The metrics: metrics.<subsystem>.<module>.<metric>(tables ...) is an Ibis table.", shelves, lines)


def _module_shelf(package: ModuleType) -> Namespace:
    shelves, lines = {}, {}
    for name, module in _submodules(package).items():
        own = {
            each: function
            for each, function in inspect.getmembers(module, inspect.isfunction)
            if function.__module__ == module.__name__ and not each.startswith("_")
        }
        lines[name] = _first_line(module)
        shelves[name] = Namespace(lines[name], own, {each: _first_line(function) for each, function in own.items()})
    return Namespace(_first_line(package), shelves, lines)


def _submodules(package: ModuleType) -> dict[str, ModuleType]:
    names = sorted(each.name for each in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}


def _noun(dataset: Dataset) -> str:
    return dataset.name.partition(".")[2]


def _reader(dataset: Dataset, table: Reads) -> Callable[[Day, Day], ir.Table]:
    def rows(first: Day = None, last: Day = None) -> ir.Table:
        return table(dataset.name, first, last)

    rows.__name__ = rows.__qualname__ = _noun(dataset)
    rows.__doc__ = (
        "The rows from the first local day to the last one (both included; None: no bound), as an Ibis table.\n\n"
        + document(dataset)
    )
    return rows


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]
