"""Command ``upgrade``: the ledger of an older version."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say, show_json, show_table


@app.command(epilog="Example: ntanalytics upgrade --write")
def upgrade(
    context: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Do it, after a backup; else nothing is changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how the ledger of an older version is brought to this one; with --write, do it.

    A ledger of SQLite is copied first; of a database server, take a dump before. The rows of each table are counted
    before and after. It can be broken off and typed again. Stop the scheduler while it runs.
    """
    from ntanalytics.ledger.upgrading import plan_upgrade
    from ntanalytics.operations.upgrade import upgrade as upgrade_site
    from ntanalytics.settings import find_config, load

    url = load(find_config(context.obj)).ledger
    plan = plan_upgrade(url)
    done = upgrade_site(url, dt.datetime.now(dt.UTC)) if write else None
    after = done.rows if done else {}
    backup = str(done.backup) if done and done.backup else ""
    if as_json:
        show_json({**vars(plan), "is_done": write, "rows_after": after, "backup": backup})
        return
    if not plan.steps:
        say(f"the ledger has revision {plan.after} already" if plan.before else "there is no ledger yet")
        return
    say(f"the ledger: {plan.before} → {plan.after}")
    for step in plan.steps:
        say(f"  {step}")
    columns = ("table", "rows before", "rows after") if write else ("table", "rows")
    show_table(columns, [(name, rows, *([after[name]] if write else [])) for name, rows in plan.rows.items()])
    if done:
        say(f"done; {done.entries} entries of the chain agree with their rows")
        say(f"backup: {backup}" if backup else "no backup was taken of a database server")
    else:
        say("nothing was changed: `ntanalytics upgrade --write` does it")
