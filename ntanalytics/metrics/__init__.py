"""Metrics: pure functions, Ibis tables in, Ibis table out.

``MEASURES`` holds the label, unit and format of every column that a metric returns.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from ntanalytics.errors import UnknownName
from ntanalytics.metrics.measure import Measure, catalogue

#: Modules that declare no measure and look them up.
_LOOKING_UP = {f"{__name__}.{name}" for name in ("figure_row", "figures")}

#: Every measure by name, of every module that declares some.
MEASURES: Mapping[str, Measure] = catalogue(
    measure
    for module in pkgutil.walk_packages(__path__, f"{__name__}.")
    if module.name not in _LOOKING_UP
    for measure in getattr(importlib.import_module(module.name), "MEASURES", {}).values()
)


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
