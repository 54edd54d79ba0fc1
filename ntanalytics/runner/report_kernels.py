"""Kernels of reports: the modules that are imported before they are forked, and their environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ntanalytics.errors import SettingsError
from ntanalytics.settings import Settings, read_secret

if TYPE_CHECKING:
    from ntanalytics.kernels.pool import KernelPool

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

#: With what the assistant of a report's kernel gets ready.
GETTING_READY = "ntanalytics.report_content.report_state:get_ready"


def shared_kernel_pool(settings: Settings) -> KernelPool:
    """Return the kernel pool of this process; it is started on first use and not waited for."""
    from ntanalytics.kernels.pool import DATA_LIBRARIES, shared_pool

    return shared_pool(kernel_environment(settings), (*DATA_LIBRARIES, *_REPORT_MODULES))


def new_kernel_pool(settings: Settings) -> KernelPool:
    """Start a kernel pool of its own, which the caller closes."""
    from ntanalytics.kernels.pool import DATA_LIBRARIES, KernelPool, without_run_variables

    return KernelPool(without_run_variables(kernel_environment(settings)), (*DATA_LIBRARIES, *_REPORT_MODULES))


def kernel_environment(settings: Settings, run_id: str = "") -> dict[str, str]:
    """Return the environment of a report's kernel: this process's, without the secrets of sources and channels.

    A notebook reads the lake and no source, and sends nothing; it cannot show a secret that it does not hold. The key
    of the lake's object store stays.
    """
    hidden = {reference.removeprefix("env:") for reference in settings.references - settings.lake_references}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**environment, "NTANALYTICS_CONFIG": str(settings.file), "NTANALYTICS_RUN_ID": run_id}


def known_secrets(settings: Settings) -> list[str]:
    """Return the secrets that the settings refer to, to be removed from messages and evidence."""
    secrets = []
    for reference in sorted(settings.references | settings.lake_references):
        try:
            secrets.append(read_secret(reference, where=""))
        except SettingsError:  # a missing secret can be in no text
            continue
    return [secret for secret in secrets if len(secret) > 3]
