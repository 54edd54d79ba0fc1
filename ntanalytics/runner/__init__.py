"""Runs of reports: strict parameters, papermill under supervision, publication by one rename."""

from __future__ import annotations

from ntanalytics.runner.notebooks import load_report, report_names
from ntanalytics.runner.run import RunResult, run_report
from ntanalytics.runner.run_context import RunContext

__all__ = ["RunContext", "RunResult", "load_report", "report_names", "run_report"]
