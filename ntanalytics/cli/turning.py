"""Commands about what comes out by itself: schedule, run-due, health."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.errors import Overdue
from ntanalytics.terminal import complain, progress, say, show_json, show_table


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
    from ntanalytics.scheduling.ahead import ahead
    from ntanalytics.scheduling.jobs import check_jobs, check_recipients, load_jobs
    from ntanalytics.scheduling.unattended import place_of
    from ntanalytics.scheduling.unattended import write as write_files
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    jobs = load_jobs(settings.jobs)
    coming, untold = ahead(jobs, dt.datetime.now(settings.zone), days, settings.calendar(), settings.zone)
    wrong = [*check_jobs(jobs), *check_recipients(jobs, settings.channels)]
    if as_json:
        turns = [{"at": each.at.isoformat(), "job": each.job, "period": each.period.text} for each in coming]
        show_json({"turns": turns, "untold": untold, "wrong": wrong})
    else:
        rows = [
            (f"{each.at:%a %Y-%m-%d %H:%M}", each.job, jobs[each.job].report, each.period.text,
             f"{jobs[each.job].deadline(each.at):%H:%M}")
            for each in coming
        ]  # fmt: skip
        show_table(("turn", "job", "report", "period", "out by"), rows)
    if write is not None:
        for path in write_files(write, place_of(settings), jobs):
            complain(f"wrote {path}") if as_json else say(f"wrote {path}")
    for line in [*untold, *wrong]:
        complain(line)
    if wrong:
        raise typer.Exit(3)


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
    from ntanalytics.scheduling.running import run_due
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


@app.command(epilog="Example: ntanalytics health --textfile /var/lib/node_exporter/ntanalytics.prom")
def health(
    context: typer.Context,
    textfile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it for node_exporter's textfile collector.")
    ] = None,
    notify: Annotated[bool, typer.Option("--notify", help="Tell the operators, once, of what did not come.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say whether what was due came, when each report last came out, how old the data are.

    A scheduler that has died says nothing: call this from elsewhere. The exit code is 11 when something that was due
    did not come by its deadline.
    """
    from ntanalytics.scheduling.health import health as ask
    from ntanalytics.scheduling.health import prometheus
    from ntanalytics.scheduling.jobs import load_jobs
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    found = ask(settings, load_jobs(settings.jobs), dt.datetime.now(dt.UTC))
    if notify:
        from ntanalytics.ledger import Ledger
        from ntanalytics.scheduling.noticing import notice_health

        notice_health(settings, Ledger(settings.ledger), found)
    if textfile is not None:
        # node_exporter may read at any moment: it sees the old file or the new one
        made = textfile.with_name(f".{textfile.name}.new")
        made.write_text(prometheus(found), encoding="utf-8")
        made.chmod(0o644)  # node_exporter has an account of its own
        made.replace(textfile)
    if as_json:
        show_json(found.as_data())
    else:
        rows = [
            (job.job, f"{job.issued_at.astimezone(settings.zone):%Y-%m-%d %H:%M}" if job.issued_at else "never",
             job.period, ", ".join(f"{period} ({status})" for period, status in job.overdue) or job.trouble)
            for job in found.jobs
        ]  # fmt: skip
        show_table(("job", "last issued", "period", "overdue"), rows)
        oldest = sorted(found.data.items(), key=lambda each: each[1])[:3]
        for (dataset, source), day in oldest:
            say(f"oldest data: {dataset} from {source}, last taken of {day}")
        for each in found.undelivered:
            complain(f"{each.status}: {each.parcel.subject} {each.parcel.period} to {each.to}: {each.why}")
        say(f"lake {found.lake_bytes / 2**20:,.0f} MB, {(found.free_bytes or 0) / 2**30:,.1f} GB free")
    if not found.is_well:
        raise typer.Exit(Overdue.exit_code)
