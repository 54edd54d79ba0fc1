"""Command ``upgrade``: the ledger and the service-desk workbook of an older version."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import say, show_json, show_table

if TYPE_CHECKING:
    from ntanalytics.ledger.upgrading import LedgerUpgrade
    from ntanalytics.operations.upgrade import UpgradeResult
    from ntanalytics.operations.workbook_upgrades import SiteWorkbook


@app.command(epilog="Example: ntanalytics upgrade --write")
def upgrade(
    context: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Do it, after a backup; else nothing is changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how the ledger and the desk's workbook of an older version are brought to this one; with --write, do it.

    A ledger of SQLite is copied first; of a database server, take a dump before. The rows of each table are counted
    before and after. A workbook gains the sheets, columns and words that it lacks, behind its own, after a copy of it.
    It can be broken off and typed again. Stop the scheduler while it runs, and close the workbook.
    """
    from ntanalytics.ledger.upgrading import plan_upgrade
    from ntanalytics.operations.upgrade import upgrade as upgrade_site
    from ntanalytics.operations.workbook_upgrades import plan_workbooks, upgrade_workbooks
    from ntanalytics.settings import find_config, load

    settings, now = load(find_config(context.obj)), dt.datetime.now(dt.UTC)
    url = settings.ledger
    plan = plan_upgrade(url)
    done = upgrade_site(url, now) if write else None
    workbooks = upgrade_workbooks(settings, now) if write else plan_workbooks(settings)
    if as_json:
        after, backup = done.rows if done else {}, str(done.backup) if done and done.backup else ""
        books = [{**vars(book), "path": str(book.path), "backup": str(book.backup or "")} for book in workbooks]
        show_json({**vars(plan), "is_done": write, "rows_after": after, "backup": backup, "workbooks": books})
        return
    _show_ledger(plan, done)
    for book in workbooks:
        _show_workbook(book)
    if not write and (plan.steps or any(book.steps for book in workbooks)):
        say("nothing was changed: `ntanalytics upgrade --write` does it")


def _show_ledger(plan: LedgerUpgrade, done: UpgradeResult | None) -> None:
    if not plan.steps:
        say(f"the ledger has revision {plan.after} already" if plan.before else "there is no ledger yet")
        return
    say(f"the ledger: {plan.before} → {plan.after}")
    for step in plan.steps:
        say(f"  {step}")
    columns = ("table", "rows before", "rows after") if done else ("table", "rows")
    show_table(columns, [(name, rows, *([done.rows[name]] if done else [])) for name, rows in plan.rows.items()])
    if done:
        say(f"done; {done.entries} entries of the chain agree with their rows")
        say(f"backup: {done.backup}" if done.backup else "no backup was taken of a database server")


def _show_workbook(book: SiteWorkbook) -> None:
    if not book.steps:
        say(f"the workbook {book.path} has all sheets and columns already")
        return
    say(f"the workbook {book.path}:")
    for step in book.steps:
        say(f"  {step}")
    if book.backup:
        say(f"done; backup: {book.backup}")
