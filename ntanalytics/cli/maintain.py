"""Command ``maintain``: fewer and smaller files in the lake."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say, show_json, show_table


@app.command(epilog="Example: ntanalytics maintain --dry-run")
def maintain(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing, say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Keep the lake small and fast: put small files together, remove what nobody needs; to be called once a week.

    What published reports were made from stays, so that they can be made again, and so does what was current in the
    last seven days. Extractions, runs and analysts may go on meanwhile.
    """
    from ntanalytics.ledger import Ledger
    from ntanalytics.operations.maintenance import maintain as maintain_lake
    from ntanalytics.operations.maintenance import summary
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    with progress() as show:
        done = maintain_lake(settings, Ledger(settings.ledger), dt.datetime.now(dt.UTC), show, dry_run=dry_run)
    if as_json:
        show_json({"dry_run": dry_run, **summary(done), "by_table": [vars(each) for each in done]})
        return
    columns = ("table", "files put together", "files removed", "log entries removed", "MB freed", "versions kept")
    rows = [
        (each.table, each.compacted, each.removed, each.logs, f"{each.freed_bytes / 1e6:,.1f}", each.versions)
        for each in done
        if each.compacted or each.removed or each.logs
    ]
    if rows:
        show_table(columns, rows)
    say(f"{'looked at' if dry_run else 'maintained'} {len(done)} tables of {settings.lake}")
    for each in done:
        if each.lost:
            say(f"  {each.table}: {len(each.lost)} version(s) that reports were made from are gone: {each.lost}")
        if each.is_overtaken:
            say(f"  {each.table}: was being written; the rest is left for the next time")
