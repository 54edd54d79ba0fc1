"""Runs of reports: strict parameters, papermill under supervision, publication by one rename.

What runs them is imported at its first use: a command starts the process of its kernels before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ntanalytics.runner.notebooks import load_report, report_names
    from ntanalytics.runner.run import RunResult, run_report
    from ntanalytics.runner.run_context import RunContext

__all__ = ["RunContext", "RunResult", "load_report", "report_names", "run_report"]


def __getattr__(name: str) -> object:
    """Return what a module of this component has, which is imported now."""
    if name not in __all__:
        raise AttributeError(name)
    from ntanalytics.runner import notebooks, run, run_context

    return next(getattr(module, name) for module in (run_context, run, notebooks) if hasattr(module, name))
