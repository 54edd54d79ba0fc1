"""Commands about what happened: history."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from ntanalytics.cli.arguments import as_day
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
            help="run, turn, correction, extraction, extract, delivery, notice, settings, backfill, retention or "
            "maintain; may be repeated; default: all but extraction.",
        ),
    ] = None,
    report: Annotated[str, typer.Option(help="What concerns this report.")] = "",
    since: Annotated[str, typer.Option(metavar="DAY", help="Since this local day.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List what happened and who did it: runs, extractions, deliveries, settings that changed and more.

    It stands in the ledger, whose audit trail is append-only (docs/audit.md).
    """
    from ntanalytics.ledger import Ledger
    from ntanalytics.ledger.history import KINDS
    from ntanalytics.settings import find_config, load

    for kind in kinds or ():
        if kind not in KINDS:
            raise UnknownName("kind", kind, list(KINDS))
    settings = load(find_config(context.obj))
    begin = dt.datetime.combine(as_day(since, "--since"), dt.time(), settings.zone) if since else None
    wanted = kinds or [kind for kind in KINDS if kind != "extraction"]  # a run takes a dozen windows
    found = Ledger(settings.ledger).history(wanted, report=report, since=begin, limit=limit)
    if as_json:
        show_json([each.as_data() for each in found])
        return
    show_table(
        ("when", "who", "kind", "of what", "status", "where or why"),
        (
            (
                f"{each.at.astimezone(settings.zone):%Y-%m-%d %H:%M}",
                each.actor_label,
                each.kind,
                f"{each.subject} {each.period}".strip(),
                each.status,
                each.summary,
            )
            for each in found
        ),
    )
