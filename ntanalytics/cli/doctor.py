"""Command ``doctor``: a check of settings, sources and environment."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, show_json, show_table


@app.command(epilog="Example: ntanalytics doctor --json")
def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Look whether everything is in order: settings, secrets, sources, mappings, clocks, calendar, disk, fonts.

    Nothing is changed. A warning leaves the exit code at 0; what is bad sets it to that of the first such thing.
    """
    from ntanalytics.operations.doctor import diagnose, exit_code
    from ntanalytics.settings import find_config

    found = []
    with progress() as show:
        for each in diagnose(find_config(context.obj), dt.datetime.now(dt.UTC)):
            show(f"{each.subject} {each.item}", 0)
            found.append(each)
    if as_json:
        show_json([each.as_data() for each in found])
    else:
        marks = {"ok": "●", "warning": "▲", "critical": "■"}
        rows = [(marks[each.state], each.subject, each.item, each.said) for each in found]
        show_table(("", "subject", "item", "found"), rows)
    raise typer.Exit(exit_code(found))
