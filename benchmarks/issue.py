"""Our reports, from the start of a process to its end: python -m benchmarks.issue CITY [--yesterday] REPORT=PERIOD...

The process does what the command ``run`` does, with the morning after the city's last day for its clock. It imports
nothing else: a process of the suite has imported libraries that a command has not.
"""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.estate import TODAY, UNTIL, morning_after
from ntanalytics.kernels.collection_pause import search_less_often
from ntanalytics.kernels.unused_imports import skip_unused_imports
from ntanalytics.process_end import end_process
from ntanalytics.runner.early_start import start_early

if TYPE_CHECKING:
    from ntanalytics.runner import RunContext


def clock() -> dt.datetime:
    """Return the morning after the demo city's last day."""
    return morning_after(UNTIL)


def issue(city: Path, reports: list[tuple[str, str]], *, takes_yesterday: bool) -> None:
    """Issue reports of periods, one by one.

    Args:
        city: the folder of a city.
        reports: the reports and their periods.
        takes_yesterday: whether yesterday is taken first, as ``run-due`` does, whose reports then take no day again.
    """
    from ntanalytics.runner import RunContext, run_report
    from ntanalytics.settings import load

    context = RunContext(settings=load(city / "ntanalytics.yml"), clock=clock)
    if takes_yesterday:
        context = _with_yesterday(context)
    for report, period in reports:
        run_report(context, report, period, {})


def _with_yesterday(context: RunContext) -> RunContext:
    from ntanalytics.extraction import Extractor
    from ntanalytics.runner.report_kernels import shared_kernel_pool

    shared_kernel_pool(context.settings)  # a run starts it before it extracts
    context = replace(context, data_since=context.ledger.coverage.last_extraction_id())
    yesterday = TODAY - dt.timedelta(days=1)
    results = Extractor(context.settings, context.ledger, clock=clock).extract([], yesterday, yesterday)
    failed = [result.error for result in results if result.error]
    if failed:
        raise SystemExit(failed[0])
    return context


def main() -> None:
    """Issue the reports that are named."""
    options = argparse.ArgumentParser()
    options.add_argument("city", type=Path)
    options.add_argument("reports", nargs="+")
    options.add_argument("--yesterday", action="store_true")
    given = options.parse_args()
    skip_unused_imports()
    search_less_often()
    start_early(given.city / "ntanalytics.yml")
    reports = [(report, period) for report, _, period in (text.partition("=") for text in given.reports)]
    issue(given.city, reports, takes_yesterday=given.yesterday)
    end_process(0)  # as the command does


if __name__ == "__main__":
    main()
