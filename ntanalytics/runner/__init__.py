"""Running reports: strict parameters, papermill under supervision, publishing by one rename."""

from __future__ import annotations

from ntanalytics.runner.notebooks import load_report, report_names
from ntanalytics.runner.run import RunResult, run_report

__all__ = ["RunResult", "load_report", "report_names", "run_report"]
