"""Datasets and metrics as attributes, for the Tab key and the question mark of a notebook."""

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


class ReadTable(Protocol):
    """A function that reads a dataset: :meth:`Workspace.table`."""

    def __call__(self, dataset: str, first: Day = None, last: Day = None) -> ir.Table:
        """Return the rows of a dataset from the first to the last local day, both included."""


class Namespace:
    """Named members as attributes; the repr and ``help()`` list them with one line each.

    Args:
        title: description of the whole.
        members: name → member.
        lines: name → description of the member, one line.
    """

    def __init__(self, title: str, members: Mapping[str, Any], lines: Mapping[str, str]) -> None:
        self._title, self._lines = title, dict(lines)
        self.__doc__ = repr(self)
        vars(self).update(members)

    def __dir__(self) -> list[str]:
        return list(self._lines)

    def __repr__(self) -> str:
        width = max(map(len, self._lines), default=0)
        return "\n".join([self._title, *(f"  {name:{width}}  {line}" for name, line in self._lines.items())])


def dataset_namespace(table: ReadTable) -> Namespace:
    """Return a namespace per subsystem, with one function per dataset; its docstring is the contract's document."""
    namespaces = {}
    for subsystem in SUBSYSTEMS:
        datasets = {_short_name(dataset): dataset for dataset in DATASETS.values() if dataset.subsystem == subsystem}
        namespaces[subsystem] = Namespace(
            f"{SUBSYSTEMS[subsystem]}（{subsystem}）",
            {name: _reader(dataset, table) for name, dataset in datasets.items()},
            {name: f"{dataset.label}: {dataset.meaning}" for name, dataset in datasets.items()},
        )
    title = "The datasets: tables.<subsystem>.<dataset>(first day, last day) is an Ibis table."
    return Namespace(title, namespaces, dict(SUBSYSTEMS))


def metric_namespace() -> Namespace:
    """Return a namespace per subsystem, with one per module of its metrics, with the module's functions."""
    packages = {name: module for name, module in _submodules(metrics).items() if hasattr(module, "__path__")}
    namespaces = {name: _package_namespace(package) for name, package in packages.items()}
    lines = {name: _first_line(package) for name, package in packages.items()}
    title = "The metrics: metrics.<subsystem>.<module>.<metric>(tables ...) is an Ibis table."
    return Namespace(title, namespaces, lines)


def _package_namespace(package: ModuleType) -> Namespace:
    namespaces, lines = {}, {}
    for module_name, module in _submodules(package).items():
        functions = {
            name: function
            for name, function in inspect.getmembers(module, inspect.isfunction)
            if function.__module__ == module.__name__ and not name.startswith("_")
        }
        lines[module_name] = _first_line(module)
        function_lines = {name: _first_line(function) for name, function in functions.items()}
        namespaces[module_name] = Namespace(lines[module_name], functions, function_lines)
    return Namespace(_first_line(package), namespaces, lines)


def _submodules(package: ModuleType) -> dict[str, ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}


def _short_name(dataset: Dataset) -> str:
    return dataset.name.partition(".")[2]


def _reader(dataset: Dataset, table: ReadTable) -> Callable[[Day, Day], ir.Table]:
    def rows(first: Day = None, last: Day = None) -> ir.Table:
        return table(dataset.name, first, last)

    rows.__name__ = rows.__qualname__ = _short_name(dataset)
    rows.__doc__ = (
        "Return the rows from the first to the last local day (both included; None: no bound) as an Ibis table.\n\n"
        + document(dataset)
    )
    return rows


def _first_line(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]
