"""Command ``reproduce``: proof that a published report's figures come out of its data again."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say, show_json
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics reproduce outputs/sms_volume/2026-W47")
def reproduce(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Folder of a published report.")],
    as_json: AsJson = False,
) -> None:
    """Recompute a published report from the same data, and prove that every figure is the same.

    The manifest names the version of each table that the report read, and its parameters. The lake keeps these
    versions as long as the report is in the outputs, also if the days were extracted again since. No source is asked,
    and nothing is published.

    `verify` proves that the files agree with the record; this proves that the record agrees with the data. If a value
    differs, the answer names it, and what has changed since: the suite, the notebook, keys of the settings. The exit
    code is 9 then, and 6 if the lake no longer holds a version.
    """
    from ntanalytics.runner import RunContext
    from ntanalytics.runner.reproducing import reproduce as make_again
    from ntanalytics.settings import find_config, load

    with progress() as show:
        result = make_again(RunContext(settings=load(find_config(context.obj)), progress=show), directory)
    if as_json:
        show_json(asdict(result))
        return
    say(
        tr(
            "{directory}: version {version} comes out again: {blocks} blocks have the same values, "
            "from {tables} tables in the versions of that time",
            directory=directory,
            version=result.version,
            blocks=result.blocks,
            tables=result.tables,
        )
    )
    for text in result.changed:
        say(tr("  since then: {text}; no value changed by it", text=text))
