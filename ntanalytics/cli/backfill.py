"""Command ``backfill``: a report for past periods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ntanalytics.cli.arguments import AsJson, Parameters, ReportName, assignment, days_between
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import progress, say, show_json
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.operations.backfill import BackfillResult, PlannedPeriod


@app.command(epilog="Example: ntanalytics backfill sms_volume --from 2026-09-01 --to 2026-10-31 --each week")
def backfill(
    context: typer.Context,
    report: ReportName,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First local day, such as 2026-09-01.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last local day, included.")],
    kind: Annotated[
        Literal["working-day", "day", "week", "month"] | None,
        typer.Option("--each", help="Kind of period; default: the kinds for which jobs issue the report."),
    ] = None,
    parameters: Parameters = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the periods without issuing them.")] = False,
    as_json: AsJson = False,
) -> None:
    """Issue a report for past periods that lie completely between two days; nothing is sent.

    Published reports are skipped, so that an interrupted backfill continues when it is run again. A period that
    fails does not stop the others; the exit code is that of the first failure.
    """
    from ntanalytics.operations.backfill import backfill as issue_periods
    from ntanalytics.operations.backfill import period_kinds_of, plan
    from ntanalytics.runner import RunContext
    from ntanalytics.scheduling.jobs import load_jobs, periods_of
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    with progress() as show:
        run_context = RunContext(settings=settings, progress=show)
        first_day, last_day = days_between(first, last, run_context.today)
        given = dict(assignment(text) for text in parameters or [])
        kinds = (kind,) if kind else period_kinds_of(report, periods_of(report, load_jobs(settings.jobs)))
        planned = plan(run_context, report, first_day, last_day, kinds, given)
        if dry_run:
            _show_plan(planned, as_json=as_json)
            return
        results = []
        for result in issue_periods(run_context, report, planned, given):
            results.append(result)
            if not as_json:
                say(f"{result.period}: {result.status}  {result.message}")
    if as_json:
        show_json([result.as_data() for result in results])
    _end(results, as_json=as_json)


def _end(results: Sequence[BackfillResult], *, as_json: bool) -> None:
    """Sum up, and exit with the code of the first failure."""
    failed = [result for result in results if result.exit_code]
    if not as_json:
        counts = Counter(result.status for result in results)
        say(
            tr(
                "published {counts} of {count}, {counts2} were there, {count2} failed",
                counts=counts["published"],
                count=len(results),
                counts2=counts["there"],
                count2=len(failed),
            )
        )
    if failed:
        raise typer.Exit(failed[0].exit_code)


def _show_plan(planned: Sequence[PlannedPeriod], *, as_json: bool) -> None:
    rows = [
        (period.period.text, "there" if period.is_published else "missing", str(period.folder)) for period in planned
    ]
    if as_json:
        show_json([dict(zip(("period", "status", "said"), row, strict=True)) for row in rows])
    else:
        show_table((tr("period"), tr("status"), tr("folder")), rows)
