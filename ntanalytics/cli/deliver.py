"""Command ``deliver``: issued reports to their recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import complain, say, show_json
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.ledger import Delivery


@app.command(epilog="Example: ntanalytics deliver --again 3f9c0a12b4")
def deliver(
    context: typer.Context,
    again: Annotated[
        str, typer.Option(metavar="ID", help="Repeat this delivery, although it was sent or may have been sent.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Send issued reports to recipients that have not received them yet, and list all deliveries with problems.

    `run-due` does this after each report. Nothing is sent twice. An interrupted delivery may have arrived: it is listed
    and not repeated, unless you name the beginning of its id with --again. The exit code is 3 if a recipient is wrong.
    """
    from ntanalytics.errors import SettingsError
    from ntanalytics.runner import RunContext
    from ntanalytics.scheduling.delivery_results import undelivered
    from ntanalytics.scheduling.delivery_run import deliver as deliver_reports
    from ntanalytics.scheduling.delivery_run import deliver_again
    from ntanalytics.scheduling.jobs import load_jobs
    from ntanalytics.settings import find_config, load

    run_context = RunContext(settings=load(find_config(context.obj)))
    problems: dict[str, str] = {}
    if again:
        attempts = [deliver_again(run_context, again)]
    else:
        results = deliver_reports(run_context, load_jobs(run_context.settings.jobs))
        attempts, problems = results.deliveries, results.failed_jobs
    ids = {delivery.id for delivery in attempts}
    deliveries = [*attempts, *(other for other in undelivered(run_context.ledger) if other.id not in ids)]
    if as_json:
        show_json([delivery.as_data() for delivery in deliveries])
    elif deliveries:
        show_table(
            (tr("id"), tr("what"), tr("period"), tr("version"), tr("to"), tr("status"), tr("why")),
            map(_row, deliveries),
        )
    else:
        say(tr("nothing is to be sent"))
    for name, why in problems.items():
        complain(f"{name}: {why}")
    if problems:
        raise typer.Exit(SettingsError.exit_code)


def _row(delivery: Delivery) -> tuple[object, ...]:
    request = delivery.request
    subject = " ".join([request.subject, *map(str, request.parameters.values())])
    return delivery.id[:12], subject, request.period, request.version, delivery.to, delivery.status, delivery.why
