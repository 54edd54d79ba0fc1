"""Command ``index``: page of all issued reports."""

from __future__ import annotations

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say, show_json
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics index")
def index(context: typer.Context, as_json: AsJson = False) -> None:
    """Write outputs/index.html with all issued reports and all missing ones.

    Each run does this at its end; use the command after reports were moved or removed by hand.
    """
    from ntanalytics.runner import RunContext
    from ntanalytics.runner.indexing import index as write_index
    from ntanalytics.settings import find_config, load

    page = write_index(RunContext(settings=load(find_config(context.obj))))
    counts = {
        "issued": len(page.issued),
        "missing": page.absent,
        "outdated": page.outdated,
        "unreadable": len(page.unreadable),
        "unjudged": len(page.unjudged),
    }
    if as_json:
        show_json({"path": str(page.path), **counts})
    else:
        say(
            tr(
                "wrote {path}: {issued} issued, {missing} missing, {outdated} not issued again, "
                "{unreadable} unreadable, {unjudged} not known",
                path=page.path,
                **counts,
            )
        )
