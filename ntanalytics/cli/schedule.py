"""Command ``schedule``: scheduled runs of the next days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import complain, say, show_json
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics schedule --days 30")
def schedule(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="Number of days.")] = 14,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="DIR", help="Write the systemd and cron files that call this site's jobs."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the scheduled reports of the next days, and check every job.

    The jobs are in scheduled/jobs.yml beside ntanalytics.yml (docs/schedule.md).
    """
    from ntanalytics.scheduling.deployment_files import deployment_paths
    from ntanalytics.scheduling.deployment_files import write as write_files
    from ntanalytics.scheduling.jobs import check_jobs, check_recipients, load_jobs
    from ntanalytics.scheduling.upcoming import upcoming
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    jobs = load_jobs(settings.jobs)
    runs, unknown = upcoming(jobs, dt.datetime.now(settings.zone), days, settings.calendar(), settings.zone)
    problems = [*check_jobs(jobs), *check_recipients(jobs, settings.channels)]
    if as_json:
        listed = [{"at": run.at.isoformat(), "job": run.job, "period": run.period.text} for run in runs]
        show_json({"runs": listed, "unknown": unknown, "problems": problems})
    else:
        rows = []
        for run in runs:
            job, at = jobs[run.job], f"{_weekday(run.at)} {run.at:%Y-%m-%d %H:%M}"
            rows.append((at, run.job, job.report, run.period.text, f"{job.deadline(run.at):%H:%M}"))
        show_table((tr("scheduled at"), tr("job"), tr("report"), tr("period"), tr("deadline")), rows)
    if write is not None:
        for path in write_files(write, deployment_paths(settings), jobs):
            complain(tr("wrote {path}", path=path)) if as_json else say(tr("wrote {path}", path=path))
    for line in [*unknown, *problems]:
        complain(line)
    if problems:
        raise typer.Exit(3)


def _weekday(at: dt.datetime) -> str:
    """Return the day of the week in the language of the reader."""
    return (tr("Mon"), tr("Tue"), tr("Wed"), tr("Thu"), tr("Fri"), tr("Sat"), tr("Sun"))[at.weekday()]
