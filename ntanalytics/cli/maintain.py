"""Command ``maintain``: compaction and cleaning of the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import complain, progress, say, show_json
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.lake.maintenance import TableMaintenance
    from ntanalytics.operations.recount import Recount


@app.command(epilog="Example: ntanalytics maintain --dry-run")
def maintain(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing and show the result.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load rows that came late, compact small files of the lake, remove files that are not needed; call it once a week.

    Each database is asked for the number of rows of the last five weeks of its settled events. A day whose number
    differs from the rows that were read is extracted again; the next report of it has the late rows. A day of which a
    database has lost rows (a tenth of them, or all) stays as it was read.

    Versions that published reports were made from stay, so that the reports can be reproduced, and so do all versions
    of the last seven days. Extractions, runs and analysts may go on meanwhile.
    """
    from ntanalytics.operations.maintenance import maintain as maintain_lake
    from ntanalytics.operations.maintenance import summary
    from ntanalytics.operations.recount import take_late_rows
    from ntanalytics.runner import RunContext
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    with progress() as show:
        run_context = RunContext(settings=settings, progress=show)
        recount = None if dry_run else take_late_rows(run_context)
        results = maintain_lake(run_context, dry_run=dry_run)
    if as_json:
        late = {} if recount is None else recount.as_data()
        show_json({"dry_run": dry_run, **summary(results), **late, "by_table": [vars(result) for result in results]})
        return
    if recount is not None:
        _show_recount(recount)
    _show_tables(results)
    _show_summary(results, settings.lake, dry_run=dry_run)


def _show_summary(results: Sequence[TableMaintenance], lake: Path, *, dry_run: bool) -> None:
    """Print the number of tables, and those that lost a version or are left for the next time."""
    say(
        tr(
            "{value} {count} tables of {lake}",
            value=tr("looked at") if dry_run else tr("maintained"),
            count=len(results),
            lake=lake,
        )
    )
    for result in results:
        if lost := result.lost:
            say(
                tr(
                    "  {table}: {count} version(s) that reports were made from are gone: {lost}",
                    table=result.table,
                    count=len(lost),
                    lost=lost,
                )
            )
        if result.is_overtaken:
            say(tr("  {table}: was being written; the rest is left for the next time", table=result.table))


def _show_tables(results: Sequence[TableMaintenance]) -> None:
    """Print what was done with each table that was changed."""
    columns = (
        tr("table"),
        tr("files put together"),
        tr("files removed"),
        tr("log entries removed"),
        tr("MB freed"),
        tr("versions kept"),
    )
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


def _show_recount(recount: Recount) -> None:
    """Print the days whose rows came late, and the sources that could not be counted."""
    for (dataset, source), days in recount.late.items():
        say(
            tr(
                "{dataset} ← {source}: {count} day(s) have other rows than were read, extracted again: {days}",
                dataset=dataset,
                source=source,
                count=len(days),
                days=_days(days),
            )
        )
    for (dataset, source), days in recount.kept.items():
        say(
            tr(
                "{dataset} ← {source}: {count} day(s) have lost rows, and stay as they were read: {days}",
                dataset=dataset,
                source=source,
                count=len(days),
                days=_days(days),
            )
        )
        say(tr("`ntanalytics extract {dataset} --from DAY --to DAY` takes them as they are", dataset=dataset))
    for result in recount.results:
        if result.error:
            complain(f"{result.dataset} ← {result.source}: {result.error}")
    for name, why in recount.skipped.items():
        say(tr("  {name}: not counted: {why}", name=name, why=why))


def _days(days: Sequence[dt.date]) -> str:
    return ", ".join(map(str, days[:5])) + (" …" if len(days) > 5 else "")
