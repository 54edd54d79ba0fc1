"""Kernels of reports: the process that forks them, and their environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ntanalytics.errors import SettingsError
from ntanalytics.runner.early_start import kernel_modules
from ntanalytics.settings import Settings, read_secret

if TYPE_CHECKING:
    from ntanalytics.kernels.pool import KernelPool

#: With what the worker of a report's kernel gets ready.
GETTING_READY = "ntanalytics.report_content.report_state:get_ready"


def shared_kernel_pool(settings: Settings) -> KernelPool:
    """Return the kernel pool of this process; it is started on first use and not waited for."""
    from ntanalytics.kernels.pool import shared_pool

    return shared_pool(kernel_environment(settings), kernel_modules())


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
