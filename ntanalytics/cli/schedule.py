"""Command ``schedule``: scheduled runs to come."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import complain, say, show_json, show_table


@app.command(epilog="Example: ntanalytics schedule --days 30")
def schedule(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days ahead.")] = 14,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write",
            metavar="DIR",
            help="Write the files for systemd, cron, Kubernetes and Airflow by which this site is called.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show what comes out by itself in the next days, and check that every job can.

    The jobs stand in scheduled/jobs.yml beside ntanalytics.yml (docs/schedule.md).
    """
    from ntanalytics.scheduling.deployment_files import deployment_paths
    from ntanalytics.scheduling.deployment_files import write as write_files
    from ntanalytics.scheduling.jobs import check_jobs, check_recipients, load_jobs
    from ntanalytics.scheduling.upcoming import upcoming
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    jobs = load_jobs(settings.jobs)
    coming, untold = upcoming(jobs, dt.datetime.now(settings.zone), days, settings.calendar(), settings.zone)
    wrong = [*check_jobs(jobs), *check_recipients(jobs, settings.channels)]
    if as_json:
        turns = [{"at": each.at.isoformat(), "job": each.job, "period": each.period.text} for each in coming]
        show_json({"turns": turns, "untold": untold, "wrong": wrong})
    else:
        rows = [
            (
                f"{each.at:%a %Y-%m-%d %H:%M}",
                each.job,
                jobs[each.job].report,
                each.period.text,
                f"{jobs[each.job].deadline(each.at):%H:%M}",
            )
            for each in coming
        ]
        show_table(("turn", "job", "report", "period", "out by"), rows)
    if write is not None:
        for path in write_files(write, deployment_paths(settings), jobs):
            complain(f"wrote {path}") if as_json else say(f"wrote {path}")
    for line in [*untold, *wrong]:
        complain(line)
    if wrong:
        raise typer.Exit(3)
