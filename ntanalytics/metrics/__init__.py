"""Metrics: pure functions, Ibis tables in, Ibis table out.

``MEASURES`` holds the label, unit and format of every column that a metric returns.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property

from ntanalytics.errors import UnknownName
from ntanalytics.metrics.measure import Measure, catalogue

#: Modules that declare no measure and look them up.
_LOOKING_UP = {f"{__name__}.{name}" for name in ("bounds", "figure_row", "figures", "unfilled")}


class _DeclaredMeasures(Mapping[str, Measure]):
    """Every measure by name, of every module that declares some.

    The modules are imported at the first look-up: whoever renders a record takes formats from this package, and would
    import Ibis and pandas for the measures.
    """

    def __getitem__(self, name: str) -> Measure:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    @cached_property
    def _by_name(self) -> Mapping[str, Measure]:
        return catalogue(
            measure
            for module in pkgutil.walk_packages(__path__, f"{__name__}.")
            if module.name not in _LOOKING_UP
            for measure in getattr(importlib.import_module(module.name), "MEASURES", {}).values()
        )


#: Every measure by name.
MEASURES: Mapping[str, Measure] = _DeclaredMeasures()


def measure(name: str) -> Measure:
    """The measure of that name.

    Raises:
        UnknownName: there is none; the message lists them.
    """
    try:
        return MEASURES[name]
    except KeyError:
        raise UnknownName("measure", name, MEASURES) from None


__all__ = ["MEASURES", "Measure", "measure"]
