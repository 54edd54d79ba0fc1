"""Commands about what is kept how long: retention."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say, show_json, show_table


@app.command(epilog="Example: ntanalytics retention --apply")
def retention(
    context: typer.Context,
    apply: Annotated[bool, typer.Option("--apply", help="Do it; else it is only listed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List what is older than `retention:` of ntanalytics.yml says, and why it goes or stays; give it up with --apply.

    A signed report stays, and so does the data that it was made from (docs/retention.md). `ntanalytics maintain`
    then frees the files of the lake that no report needs.
    """
    from ntanalytics.ledger import Ledger
    from ntanalytics.operations.retention import apply as give_up
    from ntanalytics.operations.retention import plan
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    today = dt.datetime.now(settings.zone).date()
    ledger = Ledger(settings.ledger)
    items = plan(settings, ledger, today)
    if apply:
        give_up(settings, ledger, items, today)
    going = [each for each in items if each.goes]
    if as_json:
        listed = [{**vars(each), "before": each.before.isoformat() if each.before else None} for each in items]
        show_json({"is_applied": apply, "items": listed})
        return
    if items:
        show_table(
            ("", "what", "name", "count", "MB", "why"),
            (
                (
                    "goes" if each.goes else "stays",
                    each.what,
                    each.name,
                    f"{each.count:,}",
                    "" if each.size_bytes is None else f"{each.size_bytes / 1e6:,.1f}",
                    each.why,
                )
                for each in items
            ),
        )
    size = sum(each.size_bytes or 0 for each in going) / 1e6
    done = "given up" if apply else "would go; --apply does it"
    say(f"{len(going)} of {len(items)} that are older than the policy, {size:,.1f} MB: {done}")
