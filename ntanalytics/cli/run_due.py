"""Command ``run-due``: execution of what is due."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say, show_json


@app.command("run-due", epilog="Example: ntanalytics run-due")
def run_due_command(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Issue every report that is due and not issued yet, once, whoever else is at it.

    To be called every few minutes by cron or a systemd timer, on one host or on several that share the ledger. After
    an outage what was missed is made up for, as far as the jobs say; what is skipped is recorded with its reason. The
    exit code is 0 when nothing failed, else that of the first failure.
    """
    from ntanalytics.scheduling.jobs import load_jobs
    from ntanalytics.scheduling.run_due import run_due
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    with progress() as show:
        done = run_due(settings, load_jobs(settings.jobs), progress=show)
    if as_json:
        show_json([vars(each) for each in done])
    else:
        for each in done:
            say(f"{each.job} {each.period}: {each.status}  {each.why}")
        if not done:
            say("nothing is due")
    failed = [each.exit_code for each in done if each.exit_code]
    if failed:
        raise typer.Exit(failed[0])
