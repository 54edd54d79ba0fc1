"""Command ``doctor``: check of settings, sources and environment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import progress, say, show_json
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.operations.diagnosis import Diagnosis

_MARKS = {"ok": "●", "warning": "▲", "critical": "■"}


@app.command(epilog="Example: ntanalytics doctor --json")
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check the settings, secrets, sources, mappings, clocks, calendar, disk, fonts and the browser that prints.

    Nothing is changed. The last line is the verdict. A cause is reported once, with all affected items; JSON has
    every item. A source without a row is a warning. A warning leaves the exit code at 0; a critical item sets it to its
    own, the first one counts.
    """
    from ntanalytics.operations.diagnosis import exit_code
    from ntanalytics.operations.doctor import diagnose
    from ntanalytics.settings import find_config

    diagnoses = []
    with progress() as show:
        for diagnosis in diagnose(find_config(context.obj), dt.datetime.now(dt.UTC)):
            show(f"{diagnosis.subject} {diagnosis.item}", 0)
            diagnoses.append(diagnosis)
    if as_json:
        show_json([diagnosis.as_data() for diagnosis in diagnoses])
    else:
        _show(diagnoses)
    raise typer.Exit(exit_code(diagnoses))


def _show(diagnoses: list[Diagnosis]) -> None:
    from ntanalytics.operations.diagnosis import by_cause, verdict

    causes = by_cause(diagnoses)
    rows = []
    for cause in causes:
        (subject, item), *others = cause.items
        also = ", ".join(name if part == subject else f"{part} {name}" for part, name in others)
        rows.append(
            (_MARKS[cause.state], subject, item, cause.message + (tr("; the same: {also}", also=also) if also else ""))
        )
    show_table(("", tr("subject"), tr("item"), tr("found")), rows)
    say(f"\n{verdict(causes)}")
