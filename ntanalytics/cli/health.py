"""Command ``health``: overdue reports and age of the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import complain, say, show_json
from ntanalytics.errors import Overdue
from ntanalytics.language import tr

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ntanalytics.scheduling.health import Health


@app.command(epilog="Example: ntanalytics health --textfile /var/lib/node_exporter/ntanalytics.prom")
def health(
    context: typer.Context,
    textfile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write gauges for node_exporter's textfile collector.")
    ] = None,
    notify: Annotated[bool, typer.Option("--notify", help="Notify the operators of overdue reports, once.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show overdue reports, the last issue of each report, and the age of the data.

    A dead scheduler reports nothing: call this from another host. The exit code is 11 if a report is overdue.
    """
    from ntanalytics.runner import RunContext
    from ntanalytics.scheduling.health import health as read_health
    from ntanalytics.scheduling.health import prometheus
    from ntanalytics.scheduling.jobs import load_jobs
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    run_context = RunContext(settings=settings)
    state = read_health(run_context, load_jobs(settings.jobs))
    if notify:
        from ntanalytics.scheduling.alerts import alert_health

        alert_health(run_context, state)
    if textfile is not None:
        # node_exporter may read at any moment: it sees the old file or the new one
        draft = textfile.with_name(f".{textfile.name}.new")
        draft.write_text(prometheus(state), encoding="utf-8")
        draft.chmod(0o644)  # node_exporter has an account of its own
        draft.replace(textfile)
    if as_json:
        show_json(state.as_data())
    else:
        _show(state, settings.zone)
    if not state.is_well:
        raise typer.Exit(Overdue.exit_code)


def _show(state: Health, zone: ZoneInfo) -> None:
    _show_jobs(state, zone)
    _show_troubles(state)
    say(
        tr(
            "lake {lake_bytes:,.0f} MB, {free_bytes:,.1f} GB free",
            lake_bytes=state.lake_bytes / 2**20,
            free_bytes=(state.free_bytes or 0) / 2**30,
        )
    )


def _show_jobs(state: Health, zone: ZoneInfo) -> None:
    """Print the last issue of each job, and the oldest data."""
    rows = [
        (
            job.job,
            f"{job.issued_at.astimezone(zone):%Y-%m-%d %H:%M}" if job.issued_at else tr("never"),
            job.period,
            ", ".join(f"{period} ({status})" for period, status in job.overdue) or job.trouble,
        )
        for job in state.jobs
    ]
    show_table((tr("job"), tr("last issued"), tr("period"), tr("overdue")), rows)
    for (dataset, source), day in sorted(state.data.items(), key=lambda item: item[1])[:3]:
        say(tr("oldest data: {dataset} from {source}, last taken of {day}", dataset=dataset, source=source, day=day))


def _show_troubles(state: Health) -> None:
    """Print the deliveries that did not arrive, and the end of the calendar."""
    for delivery in state.undelivered:
        request = delivery.request
        complain(
            tr(
                "{status}: {subject} {period} to {to}: {why}",
                status=delivery.status,
                subject=request.subject,
                period=request.period,
                to=delivery.to,
                why=delivery.why,
            )
        )
    if end := state.calendar_end:
        complain(
            tr(
                "calendar: the working days of {year} are not known; `ntanalytics calendar add` reads the notice",
                year=end.year,
            )
        )
        for job, day in end.stops.items():
            complain(tr("calendar: {job} stops on {day}", job=job, day=day))
