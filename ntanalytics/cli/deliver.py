"""Commands about who got what: deliver."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import complain, say, show_json, show_table


@app.command(epilog="Example: ntanalytics deliver --again 3f9c0a12b4")
def deliver(
    context: typer.Context,
    again: Annotated[
        str, typer.Option(metavar="ID", help="Send this one again, although it was sent or may have been.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Send what the jobs issued to the recipients who have not got it, and show what went to whom.

    `run-due` does it by itself. Nothing is sent twice: a sending that was broken off, so that nobody knows whether it
    arrived, is shown and not repeated, unless you decide so and name it by the beginning of its id. The exit code is
    3 when recipients are named wrongly.
    """
    from ntanalytics.errors import SettingsError
    from ntanalytics.ledger import Ledger
    from ntanalytics.scheduling.delivery_run import deliver as send
    from ntanalytics.scheduling.delivery_run import deliver_again, undelivered
    from ntanalytics.scheduling.jobs import load_jobs
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    ledger = Ledger(settings.ledger)
    if again:
        done, wrong = [deliver_again(settings, ledger, again)], {}
    else:
        found = send(settings, load_jobs(settings.jobs), ledger)
        done, wrong = found.done, found.wrong
    tried = {each.id for each in done}
    shown = [*done, *(each for each in undelivered(ledger) if each.id not in tried)]
    if as_json:
        show_json([each.as_data() for each in shown])
    elif shown:
        show_table(
            ("id", "what", "period", "version", "to", "status", "why"),
            (
                (
                    each.id[:12],
                    " ".join([each.request.subject, *map(str, each.request.parameters.values())]),
                    each.request.period,
                    each.request.version,
                    each.to,
                    each.status,
                    each.why,
                )
                for each in shown
            ),
        )
    else:
        say("nothing is to be sent")
    for name, why in wrong.items():
        complain(f"{name}: {why}")
    if wrong:
        raise typer.Exit(SettingsError.exit_code)
