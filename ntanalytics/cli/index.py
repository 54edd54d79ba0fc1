"""Commands about what was issued as a whole: index."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say, show_json


@app.command(epilog="Example: ntanalytics index")
def index(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Write outputs/index.html anew: every report issued, and what should have come out and did not.

    Each run does it at its end; this is for when reports were moved or removed by hand.
    """
    from ntanalytics.ledger import Ledger
    from ntanalytics.runner.indexing import index as write
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    made = write(settings, Ledger(settings.ledger))
    counts = {"issued": len(made.issued), "missing": len(made.missing), "unreadable": len(made.unreadable)}
    if as_json:
        show_json({"path": str(made.path), **counts})
    else:
        say(f"wrote {made.path}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
