"""Early start of the warm process of the reports: before the settings are read, which takes libraries of its own."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

#: Modules that the reports' notebooks import. None of them opens a database or starts a thread on import.
_REPORT_MODULES = (
    "ntanalytics.workspace",
    "ntanalytics.reports",
    "ntanalytics.reports.compiled_theme",
    "ntanalytics.subsystems",
    "ntanalytics.detectors.expected_range",
    "ntanalytics.report_content.adoption.blocks",
    "ntanalytics.report_content.adoption.page",
    "ntanalytics.report_content.adoption.service_blocks",
    "ntanalytics.report_content.daily_inspection",
    "scipy.special",  # which their detectors import when they first need it
    "ntanalytics.lake.backends.duckdb_ibis",  # this and the rest: what the first query imports
    "ibis.backends.duckdb.converter",
    "ibis.expr.types.groupby",
    "pyarrow.dataset",
)


def kernel_modules() -> tuple[str, ...]:
    """Return the modules that the warm process of the reports imports."""
    from ntanalytics.kernels.pool import DATA_LIBRARIES

    return *DATA_LIBRARIES, *_REPORT_MODULES


def start_early(settings_file: Path) -> None:
    """Start the warm process of the reports, without any variable to which the text of the settings refers.

    Whoever has read the settings asks :func:`ntanalytics.kernels.pool.shared_pool` for it. It is a head start: nothing
    is started where the file cannot be read, has a backslash, by which YAML writes a reference in another way, or
    where the machine has no room for a process.
    """
    try:
        text = settings_file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # whoever reads the settings tells it
        return
    if "\\" in text:
        return
    from ntanalytics.kernels.pool import shared_pool

    known = {name: value for name, value in os.environ.items() if f"env:{name}" not in text}
    with suppress(OSError):
        shared_pool(known, kernel_modules())
