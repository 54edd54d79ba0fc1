"""What is given up by policy, of outputs, lake and ledger: first listed, then done.

A report that somebody signed stays, whatever its age, and with it every version of the lake's tables that its manifest
names: days leave the newest version of a table, and the files stay until no report needs them (``ntanalytics maintain``
removes them then). What is removed leaves its place by one rename before it is deleted, so that a killed process leaves
no half report; the next one removes the rest.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.delivery.catalogue import IssuedReport, read_issued_reports
from ntanalytics.disk_space import disk_error
from ntanalytics.errors import LakeError, PublishError, ReportFailed, SettingsError
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import Ledger
from ntanalytics.runner import signoff, staging
from ntanalytics.runner.evidence import FAILED
from ntanalytics.runner.indexing import index
from ntanalytics.runner.notebooks import load_report, report_names
from ntanalytics.settings import Settings

#: What is on its way out; hidden, so that no reader takes it for a report.
LEAVING = ".leaving"

#: A report of last month that comes out ten days late, and its comparison with the month before.
_LONGEST_WINDOW_DAYS = 93


@dataclass(frozen=True)
class RetentionItem:
    """One thing that is older than its policy.

    Attributes:
        what: what it is.
        name: which: a folder below the outputs, a dataset, a table of the ledger.
        count: folders, days or rows.
        size_bytes: what it takes on the disk; None where that is not known.
        goes: whether it is given up.
        why: why it goes, or why it stays, in English.
        before: the first day that stays, of the lake and the ledger.
    """

    what: Literal["report", "evidence", "lake", "ledger"]
    name: str
    count: int
    size_bytes: int | None
    goes: bool
    why: str
    before: dt.date | None = None


def plan(settings: Settings, ledger: Ledger, today: dt.date, *, notebooks: Path | None = None) -> list[RetentionItem]:
    """Everything that is older than its policy, and what becomes of it; nothing is changed.

    Args:
        settings: the site; what ``retention:`` does not name is kept for ever.
        ledger: its ledger.
        today: the local day.
        notebooks: the folder of the reports.

    Raises:
        SettingsError: days would leave the lake that a report still reads.
        LakeError: lake or ledger cannot be read.
    """
    return [
        *_reports(settings, today, notebooks),
        *_evidence(settings, today),
        *_lake(settings, today, notebooks),
        *_ledger(settings, ledger, today),
    ]


def apply(
    settings: Settings, ledger: Ledger, items: Sequence[RetentionItem], today: dt.date, *, notebooks: Path | None = None
) -> None:
    """Give up what a plan says. It is noted in the audit trail before and after, also when it is interrupted.

    Args:
        settings: the site.
        ledger: its ledger.
        items: as :func:`plan` gave them.
        today: the local day.
        notebooks: the folder of the reports.

    Raises:
        LakeError: the sign-offs are not known up to now, another process is at it, or lake or ledger cannot be written.
        PublishError: a folder cannot be removed, or a run is at that very report.
    """
    going = [item for item in items if item.goes]
    outputs = settings.outputs.resolve()
    if any(item.what == "report" for item in going):
        signoff.check_fresh(settings, ledger, today)
    with ledger.lease(f"retention {outputs}"[-200:]) as held:
        if held is None:
            raise LakeError("another process is giving up what is old", where=str(outputs), todo="let it end")
        about: dict[str, Any] = {
            what: [item.name for item in going if item.what == what]
            for what in ("report", "evidence", "lake", "ledger")
        }
        ledger.audit.record("retention", "site", {"status": "begun", **about})
        status = "interrupted"
        try:
            _clear(outputs)
            for item in going:
                held.check()
                _give_up(settings, ledger, outputs, item)
            if about["report"]:
                index(settings, ledger, notebooks=notebooks)
            status = "ended"
        finally:
            ledger.audit.record("retention", "site", {"status": status})


def _give_up(settings: Settings, ledger: Ledger, outputs: Path, item: RetentionItem) -> None:
    match item.what:
        case "report":
            report, folder = item.name.split("/")
            with staging.one_at_a_time(outputs, report, folder):
                _remove(outputs, outputs / report / folder)
        case "evidence":
            _remove(outputs, outputs / FAILED / item.name)
        case "lake" if item.before is not None:
            # Once they are not covered, the days are a hole to every report, and never a zero.
            ledger.pruning.forget_days(item.name, item.before)
            DeltaLake.of(settings, ledger.lease).drop_before(item.name, item.before)
        case "ledger" if item.before is not None:
            ledger.pruning.prune(item.before)


def _reports(settings: Settings, today: dt.date, notebooks: Path | None) -> Iterator[RetentionItem]:
    policy = settings.retention
    if not (policy.reports_months or policy.reports_of):
        return
    outputs = settings.outputs.resolve()
    issued, unreadable = read_issued_reports(outputs)
    titles = {}
    for name in report_names(notebooks):
        with suppress(ReportFailed):  # one that is being written has no title yet
            titles[name] = load_report(name, notebooks).title
    kept = signoff.signed_reports(issued, signoff.signoffs(settings), titles)
    for each in issued:
        months = policy.reports_of.get(each.report, policy.reports_months)
        if months is None or _ended(each) >= _months_before(today, months):
            continue
        why = kept.get(each.folder)
        said = why or f"ended {each.period.last}, issued {each.created_at:%Y-%m-%d}: older than {months} months"
        yield RetentionItem("report", each.folder, 1, _size(outputs / each.folder), goes=why is None, why=said)
    for broken in unreadable:
        said = "its manifest cannot be read: what it is and whether it is signed is not known"
        yield RetentionItem("report", broken.folder, 1, _size(outputs / broken.folder), goes=False, why=said)


def _ended(each: IssuedReport) -> dt.date:
    """From when on a report ages: the end of its period, or its publication where that came later."""
    return max(each.period.last, each.created_at.date())


def _evidence(settings: Settings, today: dt.date) -> Iterator[RetentionItem]:
    days = settings.retention.evidence_days
    folder = settings.outputs.resolve() / FAILED
    if days is None or folder.is_symlink() or not folder.is_dir():
        return
    oldest = today - dt.timedelta(days=days)
    for path in sorted(folder.iterdir()):
        made = dt.datetime.fromtimestamp(path.lstat().st_mtime, settings.zone).date()
        if made < oldest and path.is_dir() and not path.is_symlink():
            yield RetentionItem(
                "evidence", path.name, 1, _size(path), goes=True, why=f"of {made}: older than {days} days"
            )


def _lake(settings: Settings, today: dt.date, notebooks: Path | None) -> Iterator[RetentionItem]:
    policy = settings.retention
    lake = DeltaLake.of(settings)
    for kind, days in (
        (Kind.EVENT, policy.event_days),
        (Kind.STATE, policy.state_days),
        (Kind.CASE, policy.case_days),
    ):
        if days is None:
            continue
        _check_needs(kind, days, notebooks)
        before = today - dt.timedelta(days=days)
        for name in sorted(each.name for each in DATASETS.values() if each.kind is kind):
            count, size = lake.days_before(name, before)
            if not count:
                continue
            goes = name != signoff.SIGNOFFS
            said = f"before {before}: older than {days} days; files that a report needs stay until it goes"
            why = said if goes else "which reports are signed must stay known"
            yield RetentionItem("lake", name, count, size, goes, why, before)


def _check_needs(kind: Kind, days: int, notebooks: Path | None) -> None:
    for report in report_names(notebooks):
        for name, history in load_report(report, notebooks).needs.items():
            least = history + _LONGEST_WINDOW_DAYS
            if DATASETS[name].kind is kind and days < least:
                raise SettingsError(
                    f"{report} reads {history} days of {name} before its period, which may itself be three months back",
                    where=f"retention.{kind.value}_days",
                    todo=f"write at least {least}",
                )


def _ledger(settings: Settings, ledger: Ledger, today: dt.date) -> Iterator[RetentionItem]:
    months = settings.retention.ledger_months
    if months is None:
        return
    before = _months_before(today, months)
    counts = ledger.pruning.count(before)
    if rows := sum(counts.values()):
        listed = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        yield RetentionItem("ledger", listed, rows, None, goes=True, why=f"before {before}", before=before)


def _months_before(today: dt.date, months: int) -> dt.date:
    """The first day of the month so many months ago."""
    number = today.year * 12 + today.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _remove(outputs: Path, folder: Path) -> None:
    """Remove a folder: gone by one rename, deleted afterwards."""
    aside = staging.working_folder(outputs, LEAVING) / f"{folder.parent.name},{folder.name}"
    try:
        _delete(aside)
        folder.rename(aside)
        _delete(aside)
    except OSError as error:
        raise disk_error(error, folder) from error


def _clear(outputs: Path) -> None:
    """Delete what a process that was killed had put aside."""
    try:
        if (outputs / LEAVING).is_symlink():
            raise PublishError("is a symbolic link", where=str(outputs / LEAVING), todo="remove the link")
        for path in (outputs / LEAVING).iterdir() if (outputs / LEAVING).is_dir() else ():
            _delete(path)
    except OSError as error:
        raise disk_error(error, outputs / LEAVING) from error


def _delete(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
