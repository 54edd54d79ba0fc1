"""Command ``lab``: JupyterLab on the lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics lab --port 8890 --no-browser")
def lab(
    context: typer.Context,
    directory: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Folder of your notebooks; default: lab/ beside the settings."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; default: 8888, or the next free one.")
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
) -> None:
    """Start JupyterLab in Chinese on the lake, with example notebooks; Ctrl-C ends it.

    It answers this machine only, requires the token in its address, and loads nothing from the internet. Notebooks that
    you changed are never overwritten.
    """
    from ntanalytics.explore.lab import prepare_folder, serve
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    folder = prepare_folder(settings, directory)
    say(tr("notebooks: {folder}", folder=folder))
    serve(
        settings,
        folder,
        port=port,
        browser=browser,
        on_start=lambda address: say(tr("JupyterLab: {address}", address=address)),
    )
