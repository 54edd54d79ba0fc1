"""Commands that bring data in and keep them: init, contract, extract, maintain, doctor."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.arguments import as_day, days_between
from ntanalytics.cli.program import app
from ntanalytics.terminal import progress, say, show_json, show_table, show_taken


@app.command(epilog="Example: ntanalytics init /srv/ntanalytics")
def init(directory: Annotated[Path, typer.Argument(help="Where to put the files; made if need be.")]) -> None:
    """Write a commented ntanalytics.yml, an empty ledger workbook 运维台账.xlsx and scheduled/jobs.yml."""
    from ntanalytics.sources.starter import write_starter

    for path in write_starter(directory):
        say(f"wrote {path}")
    say(
        f"\nFor systemd, cron, Kubernetes or Airflow: ntanalytics --config {directory}/ntanalytics.yml schedule "
        f"--write {directory}/scheduled"
    )


@app.command(epilog="Example: ntanalytics contract sms.messages")
def contract(
    dataset: Annotated[str | None, typer.Argument(help="One dataset; default: a list of all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show the canonical datasets: what a mapping must deliver, and what a metric can rely on."""
    from ntanalytics.contract import DATASETS
    from ntanalytics.contract import dataset as dataset_named
    from ntanalytics.contract.documents import as_data, document

    if as_json:
        chosen = [dataset_named(dataset)] if dataset else list(DATASETS.values())
        show_json([as_data(each) for each in chosen])
    elif dataset:
        say(document(dataset_named(dataset)))
    else:
        rows = [(each.name, each.kind, each.label, each.meaning) for each in DATASETS.values()]
        show_table(("dataset", "kind", "名称", "meaning"), rows)


@app.command(epilog="Example: ntanalytics extract sms.messages --from 2026-11-16 --to 2026-11-22")
def extract(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first local day, such as 2026-11-16.")],
    datasets: Annotated[list[str] | None, typer.Argument(help="Datasets; default: all that a source feeds.")] = None,
    last: Annotated[
        str, typer.Option("--to", metavar="DAY", help="The last local day, included; default: --from.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Fill the lake: take a window of days from the sources, replacing what was there.

    A source that fails leaves the others and the lake as they were; the exit code then says why (5: the source).
    A row of the lake can stand for many rows or lines of a source: requests are kept as counts.
    """
    from ntanalytics.extraction import Extractor
    from ntanalytics.ledger import Ledger
    from ntanalytics.ledger.settings_noted import note_settings
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    first_day, last_day = days_between(first, last, as_day(first, "--from"))
    ledger = Ledger(settings.ledger)
    note_settings(ledger.audit, settings.file, settings.model_dump(mode="json"))
    asked = {"period": f"{first_day} … {last_day}"}
    ledger.audit.note("extract", ", ".join(datasets or ["all datasets"]), asked)
    with progress() as show:
        taken = Extractor(settings, ledger, show).extract(datasets or [], first_day, last_day)
    if as_json:
        show_json([each.as_data() for each in taken])
    else:
        show_taken(taken)
    failed = [each.exit_code for each in taken if each.error]
    if failed:
        raise typer.Exit(failed[0])


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
    from ntanalytics.runner.maintain import maintain as maintain_lake
    from ntanalytics.runner.maintain import summary
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


@app.command(epilog="Example: ntanalytics doctor --json")
def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Look whether everything is in order: settings, secrets, sources, mappings, clocks, calendar, disk, fonts.

    Nothing is changed. A warning leaves the exit code at 0; what is bad sets it to that of the first such thing.
    """
    from ntanalytics.runner.doctor import examine, exit_code
    from ntanalytics.settings import find_config

    found = []
    with progress() as show:
        for each in examine(find_config(context.obj), dt.datetime.now(dt.UTC)):
            show(f"{each.subject} {each.item}", 0)
            found.append(each)
    if as_json:
        show_json([each.as_data() for each in found])
    else:
        marks = {"ok": "●", "warning": "▲", "bad": "■"}
        rows = [(marks[each.state], each.subject, each.item, each.said) for each in found]
        show_table(("", "subject", "item", "found"), rows)
    raise typer.Exit(exit_code(found))
