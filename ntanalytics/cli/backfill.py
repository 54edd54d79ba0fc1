"""Commands about the past: backfill."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import typer

from ntanalytics.cli.arguments import assignment, days_between
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say, show_json, show_table


@app.command(epilog="Example: ntanalytics backfill sms_volume --from 2026-09-01 --to 2026-10-31 --each week")
def backfill(
    context: typer.Context,
    report: Annotated[str, typer.Argument(help="The report: a notebook under notebooks/.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first local day, such as 2026-09-01.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="The last local day, included.")],
    each: Annotated[
        Literal["working-day", "day", "week", "month"] | None,
        typer.Option(help="Which periods; default: those that the jobs issue it for."),
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A parameter of the report; may be repeated."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the periods and issue none.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Issue a report's periods of the past that lie wholly between two days; nothing is sent to anybody.

    What stands published is left as it is, so that a backfill which was broken off is typed again and goes on. A
    period that fails does not stop the others; the exit code is that of the first failure.
    """
    from ntanalytics.operations.backfill import backfill as fill
    from ntanalytics.operations.backfill import period_kinds_of, plan
    from ntanalytics.scheduling.jobs import load_jobs, periods_of
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    today = dt.datetime.now(settings.zone).date()
    first_day, last_day = days_between(first, last, today)
    given = dict(assignment(text) for text in parameters or [])
    wanted = (each,) if each else period_kinds_of(report, periods_of(report, load_jobs(settings.jobs)))
    planned = plan(settings, report, first_day, last_day, wanted, given, today=today)
    if dry_run:
        rows = [(one.period.text, "there" if one.is_published else "missing", str(one.folder)) for one in planned]
        if as_json:
            listed = [dict(zip(("period", "status", "said"), row, strict=True)) for row in rows]
            show_json(listed)
        else:
            show_table(("period", "status", "folder"), rows)
        return
    done = []
    with progress() as show:
        for one in fill(settings, report, planned, given, today=today, progress=show):
            done.append(one)
            if not as_json:
                say(f"{one.period}: {one.status}  {one.said}")
    failed = [one for one in done if one.exit_code]
    if as_json:
        show_json([vars(one) for one in done])
    else:
        new = sum(one.status == "published" for one in done)
        say(f"published {new} of {len(done)}, {len(done) - new - len(failed)} were there, {len(failed)} failed")
    if failed:
        raise typer.Exit(failed[0].exit_code)
