"""Early start of the warm process of the reports: before the settings are read, which takes libraries of its own."""

from __future__ import annotations

import os
import re
from pathlib import Path

#: Modules that the reports' notebooks import. None of them opens a database or starts a thread on import.
_REPORT_MODULES = (
    "ntanalytics.workspace",
    "ntanalytics.reports",
    "ntanalytics.reports.compiled_theme",
    "ntanalytics.subsystems",
    "ntanalytics.detectors.expected_range",
    "ntanalytics.report_content.adoption.blocks",
    "ntanalytics.report_content.daily_inspection",
    "scipy.special",  # which their detectors import when they first need it
    "ntanalytics.lake.backends.duckdb_ibis",  # this and the rest: what the first query imports
    "ibis.backends.duckdb.converter",
    "ibis.expr.types.groupby",
    "pyarrow.dataset",
)

#: Variable of the environment that settings refer to as a secret.
_VARIABLE = re.compile(r"env:(\w+)")


def kernel_modules() -> tuple[str, ...]:
    """Return the modules that the warm process of the reports imports."""
    from ntanalytics.kernels.pool import DATA_LIBRARIES

    return *DATA_LIBRARIES, *_REPORT_MODULES


def start_early(settings_file: Path) -> None:
    """Start the warm process of the reports, without any variable that a line of the settings may refer to.

    Whoever has read the settings asks :func:`ntanalytics.kernels.pool.shared_pool` for it, which starts another one if
    this one has a variable that the kernels must not have. Without a readable file nothing is started.
    """
    try:
        text = settings_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # whoever reads the settings tells it
        return
    from ntanalytics.kernels.pool import shared_pool

    hidden = set(_VARIABLE.findall(text))
    shared_pool({name: value for name, value in os.environ.items() if name not in hidden}, kernel_modules())
