"""Command ``remark``: a signed remark on a published report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics remark outputs/weekly_service_report/2026-W47 --file remark.txt --by 张三")
def remark(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Folder of a published report.")],
    file: Annotated[
        Path, typer.Option("--file", metavar="F", help="Text file with the remark.", dir_okay=False, exists=True)
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Name of the person who signs it.")],
) -> None:
    """Publish the next version of a report with a signed remark below its head.

    Nothing is extracted or computed again. The answer names the digest of everything that the report says beside its
    remarks: it is the same before and after, and the remark says it, too. A report that is not intact is refused.
    """
    from ntanalytics.runner import RunContext
    from ntanalytics.runner.remarking import remark_report
    from ntanalytics.settings import find_config, load

    text = file.read_text(encoding="utf-8-sig")
    with progress() as show:
        result = remark_report(RunContext(settings=load(find_config(context.obj)), progress=show), directory, text, by)
    say(tr("published {directory} (version {version})", directory=result.directory, version=result.version))
    say(
        tr(
            "  everything beside the remark is unchanged: SHA-256 {content_sha256}",
            content_sha256=result.content_sha256,
        )
    )
