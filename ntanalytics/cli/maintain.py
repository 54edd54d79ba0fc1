"""Command ``maintain``: compaction and cleaning of the lake."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say, show_json, show_table


@app.command(epilog="Example: ntanalytics maintain --dry-run")
def maintain(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing and show the result.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compact small files of the lake and remove files that are not needed; call it once a week.

    Versions that published reports were made from stay, so that the reports can be made again, and so do all versions
    of the last seven days. Extractions, runs and analysts may go on meanwhile.
    """
    from ntanalytics.operations.maintenance import maintain as maintain_lake
    from ntanalytics.operations.maintenance import summary
    from ntanalytics.runner import RunContext
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    with progress() as show:
        results = maintain_lake(RunContext(settings=settings, progress=show), dry_run=dry_run)
    if as_json:
        show_json({"dry_run": dry_run, **summary(results), "by_table": [vars(result) for result in results]})
        return
    columns = ("table", "files put together", "files removed", "log entries removed", "MB freed", "versions kept")
    rows = [
        (
            result.table,
            result.compacted,
            result.removed,
            result.logs,
            f"{result.freed_bytes / 1e6:,.1f}",
            result.versions,
        )
        for result in results
        if result.compacted or result.removed or result.logs
    ]
    if rows:
        show_table(columns, rows)
    say(f"{'looked at' if dry_run else 'maintained'} {len(results)} tables of {settings.lake}")
    for result in results:
        if lost := result.lost:
            say(f"  {result.table}: {len(lost)} version(s) that reports were made from are gone: {lost}")
        if result.is_overtaken:
            say(f"  {result.table}: was being written; the rest is left for the next time")
