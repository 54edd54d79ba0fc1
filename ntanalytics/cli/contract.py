"""Command ``contract``: description of the datasets."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import say, show_json
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics contract sms.messages")
def contract(
    dataset: Annotated[str | None, typer.Argument(help="Dataset to describe; default: list all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the datasets of the contract: their columns, types and meanings, for mappings and metrics."""
    from ntanalytics.contract import DATASETS
    from ntanalytics.contract import dataset as dataset_named
    from ntanalytics.contract.documents import as_data, document

    if as_json:
        chosen = [dataset_named(dataset)] if dataset else list(DATASETS.values())
        show_json([as_data(one) for one in chosen])
    elif dataset:
        say(document(dataset_named(dataset)))
    else:
        rows = [(item.name, item.kind, item.label, item.meaning) for item in DATASETS.values()]
        show_table((tr("dataset"), tr("kind"), "名称", tr("meaning")), rows)
