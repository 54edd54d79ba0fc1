"""What the reports ask of the metrics: their notebooks' cells run in this process, and each call is kept."""

from __future__ import annotations
import __future__

import contextlib
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

import ntanalytics
from ntanalytics.lake import DuckReader, Reader
from ntanalytics.settings import project_dir
from ntanalytics.workspace.namespaces import metric_namespace


def public_metrics() -> dict[str, Callable[..., object]]:
    """Every public metric, by name: ``sms.volume``; those that make no table (a text's spelling) are left out."""
    shelf = metric_namespace()
    found = {f"{subject}.{name}": getattr(getattr(shelf, subject), name) for subject in dir(shelf)
             for name in dir(getattr(shelf, subject))}  # fmt: skip
    return {name: each for name, each in found.items() if inspect.signature(each).return_annotation == "ir.Table"}


@dataclass
class Asked:
    """The calls that were made, as the tables which they gave.

    Attributes:
        made: metric → its tables, each once for the groups that it is by.
        read: the part of a table that is one of the lake's → the arguments by which a reader makes it.
    """

    made: dict[str, dict[object, ir.Table]] = field(default_factory=dict)
    read: dict[ops.Node, tuple[Any, ...]] = field(default_factory=dict)

    def keep(self, name: str, arguments: inspect.BoundArguments, made: object) -> None:
        """Keep a call; of several by the same groups, the first."""
        if isinstance(made, ir.Table):
            self.made.setdefault(name, {}).setdefault(tuple(arguments.arguments.get("by", ())), made)

    def widest(self, name: str) -> ir.Table:
        """Of a metric's tables, the one by the most groups."""
        by = max(self.made[name], key=len)
        return self.made[name][by]

    def on(self, reader: Reader, table: ir.Table) -> ir.Table:
        """The same table, of what another engine reads."""
        leaves = {leaf: self.read[leaf] for leaf in table.op().find(tuple({type(leaf) for leaf in self.read}))
                  if leaf in self.read}  # fmt: skip
        return table.op().replace({leaf: reader.table(*how).op() for leaf, how in leaves.items()}).to_expr()


@contextmanager
def listening() -> Iterator[Asked]:
    """Whoever calls a metric meanwhile is heard."""
    for each in pkgutil.walk_packages(ntanalytics.__path__, "ntanalytics."):
        if each.name.startswith(("ntanalytics.metrics", "ntanalytics.workspace", "ntanalytics.findings")):
            importlib.import_module(each.name)
    asked = Asked()
    with pytest.MonkeyPatch.context() as patch:
        for name, metric in public_metrics().items():
            _overhear(patch, asked, name, metric)
        table = DuckReader.table

        def read(self: DuckReader, *how: Any, **named: Any) -> ir.Table:
            made = table(self, *how, **named)
            asked.read[made.op()] = (*how, *named.values())
            return made

        patch.setattr(DuckReader, "table", read)
        yield asked


def _overhear(patch: pytest.MonkeyPatch, asked: Asked, name: str, metric: Callable[..., object]) -> None:
    signature = inspect.signature(metric)

    @functools.wraps(metric)
    def heard(*given: object, **named: object) -> object:
        made = metric(*given, **named)
        asked.keep(name, signature.bind(*given, **named), made)
        return made

    for module in [each for each in sys.modules.values() if each.__name__.startswith("ntanalytics")]:
        for attribute, value in list(vars(module).items()):
            if value is metric:
                patch.setattr(module, attribute, heard)


def issue(report: str, period: str) -> None:
    """Run a report's code cells in this process, for a period."""
    cells = json.loads((project_dir("notebooks") / f"{report}.ipynb").read_text(encoding="utf-8"))["cells"]
    names: dict[str, object] = {"__name__": report}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in (each for each in cells if each["cell_type"] == "code"):
            code = compile("".join(cell["source"]), report, "exec", flags=__future__.annotations.compiler_flag)
            exec(code, names)
            if "parameters" in cell["metadata"].get("tags", ()):
                names["period"] = period
