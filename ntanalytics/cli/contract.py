"""Command ``contract``: the canonical datasets."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say, show_json, show_table


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
