"""Command ``run-due``: execution of the jobs that are due."""

from __future__ import annotations

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say, show_json
from ntanalytics.language import tr


@app.command("run-due", epilog="Example: ntanalytics run-due")
def run_due_command(context: typer.Context, as_json: AsJson = False) -> None:
    """Issue every report that is due and was not issued yet, once, and deliver it.

    Call it every few minutes by cron or a systemd timer, on one host or on several that share the ledger. After an
    outage missed reports are caught up as the jobs say, and skipped ones are recorded with the reason. The exit code is
    0 if nothing failed, else that of the first failure.
    """
    from ntanalytics.runner import RunContext
    from ntanalytics.scheduling.jobs import load_jobs
    from ntanalytics.scheduling.run_due import run_due
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    with progress() as show:
        outcomes = run_due(RunContext(settings=settings, progress=show), load_jobs(settings.jobs))
    if as_json:
        show_json([vars(outcome) for outcome in outcomes])
    else:
        for outcome in outcomes:
            say(f"{outcome.job} {outcome.period}: {outcome.status}  {outcome.why}")
        if not outcomes:
            say(tr("nothing is due"))
    failed = [outcome.exit_code for outcome in outcomes if outcome.exit_code]
    if failed:
        raise typer.Exit(failed[0])
