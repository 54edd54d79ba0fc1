"""Command ``verify``: proof that renderings agree with the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say


@app.command(epilog="Example: ntanalytics verify outputs/sms_volume/2026-W47")
def verify(directory: Annotated[Path, typer.Argument(help="Folder of a published report.")]) -> None:
    """Prove that every figure in report.html, report.xlsx and report.docx agrees with the record."""
    from ntanalytics.reports.verification import verify as prove

    prove(directory)
    say(f"{directory}: every figure in HTML, workbook and document is the record's")
