"""Command ``extract``: sources into the lake."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.arguments import as_day, days_between
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, show_json, show_taken


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
    from ntanalytics.ledger.settings_changes import record_settings_changes
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    first_day, last_day = days_between(first, last, as_day(first, "--from"))
    ledger = Ledger(settings.ledger)
    record_settings_changes(ledger.audit, settings.file, settings.model_dump(mode="json"))
    asked = {"period": f"{first_day} … {last_day}"}
    ledger.audit.record("extract", ", ".join(datasets or ["all datasets"]), asked)
    with progress() as show:
        taken = Extractor(settings, ledger, show).extract(datasets or [], first_day, last_day)
    if as_json:
        show_json([each.as_data() for each in taken])
    else:
        show_taken(taken)
    failed = [each.exit_code for each in taken if each.error]
    if failed:
        raise typer.Exit(failed[0])
