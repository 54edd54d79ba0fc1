"""Command ``history``: past events of the ledger."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson, as_day
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import show_json, show_table
from ntanalytics.errors import UnknownName


@app.command(epilog="Example: ntanalytics history --kind run --report sms_volume --since 2026-11-01")
def history(
    context: typer.Context,
    kinds: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            help="Kind of event: run, turn, correction, extraction, extract, delivery, notice, settings, backfill, "
            "retention or maintain; may be repeated; default: all but extraction.",
        ),
    ] = None,
    report: Annotated[str, typer.Option(help="Only events of this report.")] = "",
    since: Annotated[str, typer.Option(metavar="DAY", help="Only events since this local day.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="Number of events, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List past events with their actors: runs, extractions, deliveries, changed settings and more.

    They are stored in the ledger, whose audit trail is append-only (docs/audit.md).
    """
    from ntanalytics.ledger import Ledger
    from ntanalytics.ledger.history import KINDS
    from ntanalytics.settings import find_config, load

    for kind in kinds or ():
        if kind not in KINDS:
            raise UnknownName("kind", kind, list(KINDS))
    settings = load(find_config(context.obj))
    begin = dt.datetime.combine(as_day(since, "--since"), dt.time(), settings.zone) if since else None
    wanted = kinds or [kind for kind in KINDS if kind != "extraction"]  # a run has a dozen of them
    entries = Ledger(settings.ledger).history(wanted, report=report, since=begin, limit=limit)
    if as_json:
        show_json([entry.as_data() for entry in entries])
        return
    rows = []
    for entry in entries:
        at, subject = f"{entry.at.astimezone(settings.zone):%Y-%m-%d %H:%M}", f"{entry.subject} {entry.period}".strip()
        rows.append((at, entry.actor_label, entry.kind, subject, entry.status, entry.summary))
    show_table(("when", "who", "kind", "of what", "status", "where or why"), rows)
