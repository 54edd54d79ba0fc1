"""Command ``doctor``: check of settings, sources and environment."""

from __future__ import annotations

import datetime as dt

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, show_json, show_table


@app.command(epilog="Example: ntanalytics doctor --json")
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check the settings, secrets, sources, mappings, clocks, calendar, disk and fonts.

    Nothing is changed. A warning leaves the exit code at 0; a critical item sets it to its own, the first one counts.
    """
    from ntanalytics.operations.doctor import diagnose, exit_code
    from ntanalytics.settings import find_config

    diagnoses = []
    with progress() as show:
        for diagnosis in diagnose(find_config(context.obj), dt.datetime.now(dt.UTC)):
            show(f"{diagnosis.subject} {diagnosis.item}", 0)
            diagnoses.append(diagnosis)
    if as_json:
        show_json([diagnosis.as_data() for diagnosis in diagnoses])
    else:
        marks = {"ok": "●", "warning": "▲", "critical": "■"}
        rows = [(marks[item.state], item.subject, item.item, item.message) for item in diagnoses]
        show_table(("", "subject", "item", "found"), rows)
    raise typer.Exit(exit_code(diagnoses))
