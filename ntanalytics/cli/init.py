"""Command ``init``: starter files of a site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics init /srv/ntanalytics")
def init(directory: Annotated[Path, typer.Argument(help="Folder of the files; created if needed.")]) -> None:
    """Write a commented ntanalytics.yml, an empty service-desk workbook 运维台账.xlsx and scheduled/jobs.yml."""
    from ntanalytics.sources.starter import write_starter

    for path in write_starter(directory):
        say(tr("wrote {path}", path=path))
    say(
        tr(
            "\nFor systemd or cron: ntanalytics --config {directory}/ntanalytics.yml schedule "
            "--write {directory}/scheduled",
            directory=directory,
        )
    )
