"""Command ``health``: overdue reports and age of data."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import complain, say, show_json, show_table
from ntanalytics.errors import Overdue


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
        from ntanalytics.scheduling.alerts import alert_health

        alert_health(settings, Ledger(settings.ledger), found)
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
            (
                job.job,
                f"{job.issued_at.astimezone(settings.zone):%Y-%m-%d %H:%M}" if job.issued_at else "never",
                job.period,
                ", ".join(f"{period} ({status})" for period, status in job.overdue) or job.trouble,
            )
            for job in found.jobs
        ]
        show_table(("job", "last issued", "period", "overdue"), rows)
        oldest = sorted(found.data.items(), key=lambda each: each[1])[:3]
        for (dataset, source), day in oldest:
            say(f"oldest data: {dataset} from {source}, last taken of {day}")
        for each in found.undelivered:
            complain(f"{each.status}: {each.request.subject} {each.request.period} to {each.to}: {each.why}")
        say(f"lake {found.lake_bytes / 2**20:,.0f} MB, {(found.free_bytes or 0) / 2**30:,.1f} GB free")
    if not found.is_well:
        raise typer.Exit(Overdue.exit_code)
