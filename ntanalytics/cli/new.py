"""Commands that begin something new: new report."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say

new = typer.Typer(
    help="Begin something new in a checkout.",
    epilog="Example: ntanalytics new report module_use --dataset oa.activities",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(new, name="new")


@new.callback()
def begin() -> None:
    """Begin something new in a checkout."""


@new.command(epilog="Example: ntanalytics new report module_use --dataset oa.activities")
def report(
    name: Annotated[str, typer.Argument(help="Its name: small letters, digits and underscores.")],
    dataset: Annotated[str, typer.Option(help="The dataset that it counts to begin with.")] = "sms.messages",
    title: Annotated[str, typer.Option(help="Its Chinese title; default: the dataset's.")] = "",
) -> None:
    """Write a notebook, a metrics module and the tests of both, which run and pass the house rules.

    CONTRIBUTING.md, "Add a report", says how to go on from there.
    """
    from ntanalytics.scaffold import write_report

    for path in write_report(name, dataset, title):
        say(f"wrote {path}")
