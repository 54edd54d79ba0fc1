"""Commands ``new …``: skeletons of new parts in a checkout."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say

new = typer.Typer(
    help="Write the skeleton of a new part in a checkout.",
    epilog="Example: ntanalytics new report module_use --dataset oa.activities",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(new, name="new")


@new.callback()
def begin() -> None:
    """Write the skeleton of a new part in a checkout."""


@new.command(epilog="Example: ntanalytics new report module_use --dataset oa.activities")
def report(
    name: Annotated[str, typer.Argument(help="Name of the report: small letters, digits and underscores.")],
    dataset: Annotated[str, typer.Option(help="Dataset that the first version counts.")] = "sms.messages",
    title: Annotated[str, typer.Option(help="Chinese title; default: the title of the dataset.")] = "",
) -> None:
    """Write a report's notebook, its metrics module and the tests of both; they run and pass the house rules.

    CONTRIBUTING.md, "Add a report", describes the next steps.
    """
    from ntanalytics.scaffold import write_report

    for path in write_report(name, dataset, title):
        say(f"wrote {path}")
