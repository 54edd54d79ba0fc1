"""Upgrade of a site to the present version: what it would do, a backup, the upgrade, and the proof."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from ntanalytics.errors import LakeError
from ntanalytics.language import tr
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.upgrading import LedgerUpgrade, plan_upgrade, upgrade_ledger
from ntanalytics.operations.site_upgrade import SiteUpgrade
from ntanalytics.operations.workbook_upgrades import SiteWorkbook


@dataclass(frozen=True)
class UpgradeResult:
    """Upgrade that was done.

    Attributes:
        plan: its steps, and the number of rows of each table before.
        rows: the number of rows of each table afterwards.
        backup: the copy of the ledger from before; None for a database server.
        entries: number of entries of the chain, each of which agrees with its row.
    """

    plan: LedgerUpgrade
    rows: Mapping[str, int]
    backup: Path | None
    entries: int


def upgrade(url: str, now: dt.datetime) -> UpgradeResult:
    """Copy the ledger, upgrade it and prove it; it may be broken off at any moment, and called again.

    Args:
        url: URL of the ledger.
        now: the present moment, which names the copy.

    Raises:
        LakeError: the ledger cannot be copied or upgraded, is newer than this program, or something is lost.
    """
    plan = plan_upgrade(url)
    if not plan.steps:
        return UpgradeResult(plan, plan.rows, None, 0)
    backup = _backup(url, plan, now)
    done, rows = upgrade_ledger(url)
    entries, problems = Ledger(url).chain.verify()
    if problems:
        raise LakeError(
            tr("the chain of the upgraded ledger is broken: {problems}", problems="; ".join(problems)),
            where=str(backup or "ledger"),
            todo=tr("put the backup back, and report this"),
        )
    return UpgradeResult(done, rows, backup, entries)


def record_upgrade(
    ledger: Ledger, subject: str, done: UpgradeResult, site: SiteUpgrade, workbooks: Iterable[SiteWorkbook]
) -> None:
    """Record in the audit trail what an upgrade has changed; nothing where there was nothing to do.

    Args:
        ledger: the upgraded ledger.
        subject: the folder of the site.
        done: the upgrade of the ledger.
        site: that of settings, jobs and lake.
        workbooks: that of the desk's workbooks.

    Raises:
        LakeError: the ledger cannot be written.
    """
    changed = {
        "ledger": f"{done.plan.before} → {done.plan.after}" if done.plan.steps else "",
        "files": [file.file.name for file in site.files if file.replacements],
        "tables": [change.dataset for change in site.tables],
        "workbooks": [book.path.name for book in workbooks if book.steps],
    }
    if any(changed.values()):
        ledger.audit.record("upgrade", subject, changed)


def _backup(url: str, plan: LedgerUpgrade, now: dt.datetime) -> Path | None:
    """Copy a ledger of SQLite beside it, check the copy, and return its path; None for a database server.

    Raises:
        LakeError: the copy cannot be made, or is not whole.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    source = Path(parsed.database)
    target = source.with_name(f"{source.name}.{plan.before}-{now:%Y%m%dT%H%M%S}.backup")
    draft = target.with_name(f".{target.name}.new")
    try:
        with closing(sqlite3.connect(source, timeout=30)) as original, closing(sqlite3.connect(draft)) as copy:
            original.backup(copy)
            (state,) = copy.execute("PRAGMA integrity_check").fetchone()
        if state != "ok":
            raise LakeError(
                tr("the copy of the ledger is not intact: {state}", state=state),
                where=str(draft),
                todo=tr("check the disk"),
            )
        draft.chmod(source.stat().st_mode & 0o777)
        draft.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise LakeError(
            tr("cannot copy the ledger: {error}; nothing was changed", error=error),
            where=str(target),
            todo=tr("is the disk full?"),
        ) from error
    return target
