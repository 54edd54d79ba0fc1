"""Command ``upgrade``: a site of an older version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import complain, say, show_json
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.ledger.upgrading import LedgerUpgrade
    from ntanalytics.operations.site_upgrade import SiteUpgrade
    from ntanalytics.operations.upgrade import UpgradeResult
    from ntanalytics.operations.workbook_upgrades import SiteWorkbook


@app.command(epilog="Example: ntanalytics upgrade --write")
def upgrade(
    context: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Do it, after a backup; else nothing is changed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how to upgrade a site of an older version to this one; with --write, do it.

    The ledger: a file of SQLite is copied first; of a database server, take a dump before. The rows of each table are
    counted before and after. Settings and jobs: former names are rewritten, after a copy. The lake: a table follows its
    dataset's columns; its former version stays. The desk's workbook gains the sheets, columns and words that it lacks,
    behind its own, after a copy: close it before. Mappings of the site that do not fit the contract are listed, all of
    them, for you to correct; then the exit code is 4.

    It can be interrupted and run again. Stop the scheduler while it runs.
    """
    from ntanalytics.errors import ContractError
    from ntanalytics.ledger import Ledger
    from ntanalytics.ledger.upgrading import plan_upgrade
    from ntanalytics.operations.site_upgrade import plan_site_upgrade, upgrade_site
    from ntanalytics.operations.upgrade import record_upgrade
    from ntanalytics.operations.upgrade import upgrade as upgrade_ledger
    from ntanalytics.operations.workbook_upgrades import plan_workbooks, upgrade_workbooks
    from ntanalytics.settings import find_config, load

    settings, now = load(find_config(context.obj)), dt.datetime.now(dt.UTC)
    plan = plan_upgrade(settings.ledger)
    done = upgrade_ledger(settings.ledger, now) if write else None
    site = upgrade_site(settings, now) if write else plan_site_upgrade(settings)
    workbooks = upgrade_workbooks(settings, now) if write else plan_workbooks(settings)
    if done is not None:
        record_upgrade(Ledger(settings.ledger), str(settings.file.parent), done, site, workbooks)
    if as_json:
        show_json(_as_data(plan, done, site, workbooks))
    else:
        _show_ledger(plan, done)
        _show_site(site, is_done=write)
        for book in workbooks:
            _show_workbook(book)
        if not write and (plan.steps or site.files or site.tables or any(book.steps for book in workbooks)):
            say(tr("nothing was changed: `ntanalytics upgrade --write` does it"))
    for problem in site.problems:
        complain(problem)
    if site.problems:
        raise typer.Exit(ContractError.exit_code)


def _as_data(
    plan: LedgerUpgrade, done: UpgradeResult | None, site: SiteUpgrade, workbooks: Sequence[SiteWorkbook]
) -> Mapping[str, Any]:
    backup = str(done.backup) if done and done.backup else ""
    files = {str(upgraded.file): [vars(replaced) for replaced in upgraded.replacements] for upgraded in site.files}
    tables = {change.dataset: change.steps() for change in site.tables}
    state = {"is_done": done is not None, "rows_after": done.rows if done else {}, "backup": backup}
    books = [{**vars(book), "path": str(book.path), "backup": str(book.backup or "")} for book in workbooks]
    parts = {"files": files, "tables": tables, "workbooks": books, "problems": list(site.problems)}
    return {**vars(plan), **state, **parts}


def _show_ledger(plan: LedgerUpgrade, done: UpgradeResult | None) -> None:
    if not plan.steps:
        say(
            tr("the ledger has revision {after} already", after=plan.after)
            if plan.before
            else tr("there is no ledger yet")
        )
        return
    say(tr("the ledger: {before} → {after}", before=plan.before, after=plan.after))
    for step in plan.steps:
        say(f"  {step}")
    columns = (tr("table"), tr("rows before"), tr("rows after")) if done else (tr("table"), tr("rows"))
    show_table(columns, [(name, rows, *([done.rows[name]] if done else [])) for name, rows in plan.rows.items()])
    if done:
        say(tr("done; {entries} entries of the chain agree with their rows", entries=done.entries))
        say(
            tr("backup: {backup}", backup=done.backup)
            if done.backup
            else tr("no backup was taken of a database server")
        )


def _show_site(site: SiteUpgrade, *, is_done: bool) -> None:
    for upgraded in site.files:
        say(f"{upgraded.file}:")
        for replaced in upgraded.replacements:
            say(
                tr(
                    "  line {line}, {where}: {former} is now {present}",
                    line=replaced.line,
                    where=replaced.where,
                    former=replaced.former,
                    present=replaced.present,
                )
            )
        if upgraded.backup:
            say(tr("  done; it says the same. backup: {backup}", backup=upgraded.backup))
    for change in site.tables:
        say(tr("the lake's table {dataset}, version {version}:", dataset=change.dataset, version=change.version))
        for step in change.steps():
            say(f"  {step}")
        if is_done:
            say(tr("  done; {rows:,} rows, as many as before, and no value changed", rows=site.rows[change.dataset]))


def _show_workbook(book: SiteWorkbook) -> None:
    if not book.steps:
        say(tr("the workbook {path} has all sheets and columns already", path=book.path))
        return
    say(tr("the workbook {path}:", path=book.path))
    for step in book.steps:
        say(f"  {step}")
    if book.backup:
        say(tr("done; backup: {backup}", backup=book.backup))
