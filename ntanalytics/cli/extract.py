"""Command ``extract``: data from the sources to the lake."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson, LastDay, as_day, days_between
from ntanalytics.cli.program import app
from ntanalytics.cli.results import show_extraction
from ntanalytics.cli.terminal import progress, show_json


@app.command(epilog="Example: ntanalytics extract sms.messages --from 2026-11-16 --to 2026-11-22")
def extract(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First local day, such as 2026-11-16.")],
    datasets: Annotated[
        list[str] | None, typer.Argument(help="Datasets; default: all datasets of the sources.")
    ] = None,
    last: LastDay = "",
    as_json: AsJson = False,
) -> None:
    """Extract a window of days from the sources into the lake; existing days are replaced.

    A source that fails does not stop the others, and the lake keeps its old days; the exit code is then that of the
    first failure (5: the source). A row of the lake can represent many rows or lines of a source: requests are counts.
    """
    from ntanalytics.extraction import Extractor
    from ntanalytics.ledger import Ledger
    from ntanalytics.ledger.settings_changes import record_settings_changes
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    settings.require_sources()
    first_day, last_day = days_between(first, last, as_day(first, "--from"))
    ledger = Ledger(settings.ledger)
    record_settings_changes(ledger.audit, settings.file, settings.model_dump(mode="json"))
    details = {"period": f"{first_day} … {last_day}"}
    ledger.audit.record("extract", ", ".join(datasets or ["all datasets"]), details)
    with progress() as show:
        results = Extractor(settings, ledger, show).extract(datasets or [], first_day, last_day)
    if as_json:
        show_json([result.as_data() for result in results])
    else:
        show_extraction(results)
    failed = [result.exit_code for result in results if result.error]
    if failed:
        raise typer.Exit(failed[0])
