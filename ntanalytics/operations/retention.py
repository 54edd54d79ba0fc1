"""Retention policy of outputs, lake and ledger: items that are too old are listed first, then removed.

A signed report stays, whatever its age, and with it every version of the lake's tables that its manifest names. Days
are removed from the newest version of a table; the files stay until no report needs them, and ``ntanalytics maintain``
removes them. A folder is renamed before it is deleted: a killed process leaves no incomplete report, and the next one
deletes the rest.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.delivery.issued_reports import IssuedReport, UnreadableReport, read_issued_reports
from ntanalytics.disk_space import disk_error
from ntanalytics.errors import LakeError, PublishError, SettingsError
from ntanalytics.lake import DeltaLake
from ntanalytics.language import tr
from ntanalytics.operations.contract_evidence import ContractEvidence, contract_evidence
from ntanalytics.report_content.duties.listing import reads_of
from ntanalytics.runner import signoff, staging
from ntanalytics.runner.evidence import FAILED
from ntanalytics.runner.indexing import index, report_titles
from ntanalytics.runner.notebooks import load_report, report_names
from ntanalytics.runner.run_context import RunContext

#: Folder of the folders that are being deleted; it is hidden, so that no reader takes one for a report.
LEAVING = ".leaving"

#: Window of a monthly report that is issued ten days late, and of its comparison with the month before.
_LONGEST_WINDOW_DAYS = 93


@dataclass(frozen=True, kw_only=True)
class RetentionItem:
    """Item that is older than its policy.

    Attributes:
        what: its kind.
        name: its name: a folder below the outputs, a dataset, tables of the ledger.
        count: the number of folders, days or rows.
        size_bytes: its size on the disk; None if it is not known.
        goes: whether it is removed.
        why: the reason why it is removed or stays, in English.
        before: the first day that stays, for the lake and the ledger.
    """

    what: Literal["report", "evidence", "lake", "ledger"]
    name: str
    count: int
    size_bytes: int | None
    goes: bool
    why: str
    before: dt.date | None = None


def plan(context: RunContext) -> list[RetentionItem]:
    """Return every item that is older than its policy, and whether it is removed; nothing is changed.

    Args:
        context: the site and the clock; a kind of item that ``retention:`` does not name is kept for ever.

    Raises:
        SettingsError: days would be removed from the lake that a report still reads.
        LakeError: the lake or the ledger cannot be read.
    """
    issued, unreadable = read_issued_reports(context.outputs)
    signed = signoff.signed_reports(issued, signoff.signoffs(context.settings), report_titles(context.notebooks))
    contract = contract_evidence(context.settings, issued, signed, context.today)
    return [
        *_reports(context, issued, signed, contract),
        *_unreadable_reports(context, unreadable),
        *_evidence(context),
        *_lake(context, contract),
        *_ledger(context, contract),
    ]


def apply(context: RunContext, items: Sequence[RetentionItem]) -> None:
    """Remove the items of a plan. The audit trail records the beginning and the end, also of an interruption.

    Args:
        context: the site and the clock.
        items: the plan of :func:`plan`.

    Raises:
        LakeError: the sign-offs are out of date, another process is at it, or the lake or the ledger cannot be written.
        PublishError: a folder cannot be removed, or its report is being made.
    """
    going = [item for item in items if item.goes]
    ledger, outputs = context.ledger, context.outputs
    if any(item.what == "report" for item in going):
        signoff.check_fresh(context.settings, ledger, context.today)
    with ledger.lease(f"retention {outputs}"[-200:]) as lease:
        if lease is None:
            raise LakeError(tr("another process is giving up what is old"), where=str(outputs), todo=tr("let it end"))
        about: dict[str, Any] = {
            what: [item.name for item in going if item.what == what]
            for what in ("report", "evidence", "lake", "ledger")
        }
        ledger.audit.record("retention", "site", {"status": "begun", **about})
        status = "interrupted"
        try:
            _clear(outputs)
            for item in going:
                lease.check()
                _remove(context, item)
            if about["report"]:
                index(context)
            status = "ended"
        finally:
            ledger.audit.record("retention", "site", {"status": status})


def _remove(context: RunContext, item: RetentionItem) -> None:
    outputs, ledger = context.outputs, context.ledger
    match item.what:
        case "report":
            report, folder = item.name.split("/")
            with staging.report_lock(outputs, report, folder):
                _remove_folder(outputs, outputs / report / folder)
        case "evidence":
            _remove_folder(outputs, outputs / FAILED / item.name)
        case "lake" if item.before is not None:
            # Days without coverage are a gap in every report, and never a zero.
            ledger.pruning.forget_days(item.name, item.before)
            DeltaLake.of(context.settings, ledger.lease).drop_before(DATASETS[item.name], item.before)
        case "ledger" if item.before is not None:
            ledger.pruning.prune(item.before)


def _reports(
    context: RunContext, issued: Iterable[IssuedReport], signed: Mapping[str, str], contract: ContractEvidence
) -> Iterator[RetentionItem]:
    policy, outputs = context.settings.retention, context.outputs
    for report in issued:
        months = policy.reports_of.get(report.report, policy.reports_months)
        if months is None or _aging_since(report) >= _months_before(context.today, months):
            continue
        folder, last = report.folder, report.period.last
        why = tr(
            "ended {last}, issued {created_at:%Y-%m-%d}: older than {months} months",
            last=last,
            created_at=report.created_at,
            months=months,
        )
        stays = signed.get(folder) or (contract.why_kept if contract.keeps(report) else "")
        yield _folder_item("report", folder, outputs / folder, goes=not stays, why=stays or why)


def _unreadable_reports(context: RunContext, unreadable: Iterable[UnreadableReport]) -> Iterator[RetentionItem]:
    policy, outputs = context.settings.retention, context.outputs
    for broken in unreadable if policy.reports_months or policy.reports_of else ():
        why = tr("its manifest cannot be read: what it is and whether it is signed is not known")
        yield _folder_item("report", broken.folder, outputs / broken.folder, goes=False, why=why)


def _folder_item(
    what: Literal["report", "evidence"], name: str, folder: Path, *, goes: bool, why: str
) -> RetentionItem:
    return RetentionItem(what=what, name=name, count=1, size_bytes=_size(folder), goes=goes, why=why)


def _aging_since(report: IssuedReport) -> dt.date:
    """Return the day from which a report ages: the end of its period, or its publication if that is later."""
    return max(report.period.last, report.created_at.date())


def _evidence(context: RunContext) -> Iterator[RetentionItem]:
    days = context.settings.retention.evidence_days
    folder = context.outputs / FAILED
    if days is None or folder.is_symlink() or not folder.is_dir():
        return
    oldest = context.today - dt.timedelta(days=days)
    for path in sorted(folder.iterdir()):
        day = dt.datetime.fromtimestamp(path.lstat().st_mtime, context.settings.zone).date()
        if day < oldest and path.is_dir() and not path.is_symlink():
            yield _folder_item(
                "evidence", path.name, path, goes=True, why=tr("of {day}: older than {days} days", day=day, days=days)
            )


def _lake(context: RunContext, contract: ContractEvidence) -> Iterator[RetentionItem]:
    policy = context.settings.retention
    lake = DeltaLake.of(context.settings)
    for kind, days in ((Kind.EVENT, policy.event_days), (Kind.STATE, policy.state_days), (Kind.CASE, policy.case_days)):
        if days is None:
            continue
        _check_needs(kind, days, context.notebooks)
        before = context.today - dt.timedelta(days=days)
        for name in sorted(dataset.name for dataset in DATASETS.values() if dataset.kind is kind):
            until = min(before, contract.open_since or before) if name in reads_of() else before
            count, size = lake.stored_before(DATASETS[name], until)
            goes = name != signoff.SIGNOFFS
            why = tr(
                "before {until}: older than {days} days; files that a report needs stay until it goes",
                until=until,
                days=days,
            )
            why = why if goes else tr("which reports are signed must stay known")
            if count:
                yield RetentionItem(
                    what="lake", name=name, count=count, size_bytes=size, goes=goes, why=why, before=until
                )
            all_count, all_size = lake.stored_before(DATASETS[name], before) if until < before else (count, size)
            if goes and all_count > count:
                why = tr("they prove duties of the contract years since {until}, whose acceptance is open", until=until)
                more = all_size - size
                yield RetentionItem(
                    what="lake", name=name, count=all_count - count, size_bytes=more, goes=False, why=why
                )


def _check_needs(kind: Kind, days: int, notebooks: Path | None) -> None:
    """Refuse a retention time that is shorter than the history of a report.

    Raises:
        SettingsError: the message names the report and the least number of days.
    """
    for report in report_names(notebooks):
        for name, history in load_report(report, notebooks).needs.items():
            least = history + _LONGEST_WINDOW_DAYS
            if DATASETS[name].kind is kind and days < least:
                raise SettingsError(
                    tr(
                        "{report} reads {history} days of {name} before its period, which may itself "
                        "be three months back",
                        report=report,
                        history=history,
                        name=name,
                    ),
                    where=f"retention.{kind.value}_days",
                    todo=tr("write at least {least}", least=least),
                )


def _ledger(context: RunContext, contract: ContractEvidence) -> Iterator[RetentionItem]:
    months = context.settings.retention.ledger_months
    if months is None:
        return
    before = _months_before(context.today, months)
    until = min(before, (contract.kept_since or before).replace(day=1))
    going, old = (Counter(context.ledger.pruning.count(day)) for day in (until, before))
    if going.total():
        yield _rows_item(going, goes=True, why=f"before {until}", before=until)
    if (old - going).total():
        yield _rows_item(old - going, goes=False, why=contract.why_kept)


def _rows_item(counts: Mapping[str, int], *, goes: bool, why: str, before: dt.date | None = None) -> RetentionItem:
    listed = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    rows = sum(counts.values())
    return RetentionItem(what="ledger", name=listed, count=rows, size_bytes=None, goes=goes, why=why, before=before)


def _months_before(today: dt.date, months: int) -> dt.date:
    """Return the first day of the month that many months ago."""
    number = today.year * 12 + today.month - 1 - months
    return dt.date(number // 12, number % 12 + 1, 1)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _remove_folder(outputs: Path, folder: Path) -> None:
    """Rename a folder, and delete it afterwards."""
    aside = staging.working_folder(outputs, LEAVING) / f"{folder.parent.name},{folder.name}"
    try:
        _delete(aside)
        folder.rename(aside)
        _delete(aside)
    except OSError as error:
        raise disk_error(error, folder) from error


def _clear(outputs: Path) -> None:
    """Delete the folders that a killed process had renamed."""
    try:
        if (outputs / LEAVING).is_symlink():
            raise PublishError(tr("is a symbolic link"), where=str(outputs / LEAVING), todo=tr("remove the link"))
        for path in (outputs / LEAVING).iterdir() if (outputs / LEAVING).is_dir() else ():
            _delete(path)
    except OSError as error:
        raise disk_error(error, outputs / LEAVING) from error


def _delete(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
