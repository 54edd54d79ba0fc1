"""Later version of a published report: the reason of the correction, and each change since the version before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ntanalytics
from ntanalytics.delivery.manifest import Manifest, ReportChanges, read_manifest
from ntanalytics.errors import NtaError
from ntanalytics.report_files import RECORD
from ntanalytics.runner.data_changes import data_changes
from ntanalytics.runner.report_request import ReportRequest
from ntanalytics.runner.run_context import RunContext
from ntanalytics.runner.settings_words import settings_words

if TYPE_CHECKING:
    from ntanalytics.reports.correction import Change
    from ntanalytics.reports.record import Record

UNREADABLE = "上一版不能读取，未能逐项比较。"

#: Last extraction before an earlier version, and the datasets that the new one read → the sentences on the data since.
KnownChanges = dict[tuple[int, frozenset[str]], list[str]]

#: Changed settings that are named; more are counted.
_LISTED = 5


@dataclass(frozen=True)
class Revision:
    """Later version of a report.

    Attributes:
        corrects: the changes from each published version to the next, the oldest first, for the new manifest.
        blocks: the blocks on the correction, as display bundles.
    """

    corrects: Sequence[ReportChanges]
    blocks: Sequence[Mapping[str, Any]]


def revision(
    context: RunContext, request: ReportRequest, target: Path, record: Record, version: int, known_changes: KnownChanges
) -> Revision | None:
    """Return what a later version says of itself; None for a first one.

    Args:
        context: the site.
        request: the report, its period and its parameters.
        target: the folder of the published report.
        record: the record of the new version.
        version: the number of the new version.
        known_changes: the sentences on the data since earlier versions; what is asked is added, for the other pages of
            the report.
    """
    from ntanalytics.reports.correction_blocks import correction_blocks

    if version < 2:
        return None
    published = read_manifest(target)
    if published is None or "version" not in published:
        reasons = [f"未知，第 {version - 1} 版的文件已不在报告库，无法逐项比较。"]
        return Revision([], correction_blocks((version - 1, version), reasons, [], []))
    data = _data_changes(context, request, published, frozenset(record.head.body["versions"]), known_changes)
    reasons = [*data, *_other_reasons(context, request, published)] or ["重新出具；数据、模板和设置与上一版相同。"]
    changes, sentences = _changes(target, record, has_new_data=bool(data))
    last: ReportChanges = {
        "version": published["version"],
        "run_id": published.get("run_id", ""),
        "reasons": reasons,
        "changes": sentences,
    }
    details = [change.sentence for change in changes] or sentences
    blocks = correction_blocks((published["version"], version), reasons, changes, details)
    return Revision([*published.get("corrects", ()), last], blocks)


def next_version(context: RunContext, request: ReportRequest, target: Path) -> int:
    """Return the number of the next version: later than the ledger's last one, and than the published one.

    A ledger that was replaced knows no version, and the readers have one.
    """
    known = context.ledger.runs.next_version(request.notebook.name, request.period.text, request.own_parameters)
    published = read_manifest(target)
    former = published.get("version") if published is not None else None
    return max(known, former + 1) if isinstance(former, int) else known


def _changes(target: Path, record: Record, *, has_new_data: bool) -> tuple[list[Change], list[str]]:
    """Return the changes since the published version, and the sentences on them for the manifest."""
    from ntanalytics.reports.record import load_record
    from ntanalytics.reports.record_diff import change_sentences, record_changes

    try:
        before = load_record(target / RECORD)
        changes = record_changes(before, record)
    except (NtaError, OSError, KeyError, TypeError):  # an older version of the suite made it, or somebody changed it
        return [], [UNREADABLE]
    return changes, change_sentences(changes, has_new_data=has_new_data)


def _data_changes(
    context: RunContext, request: ReportRequest, published: Manifest, read: frozenset[str], known: KnownChanges
) -> list[str]:
    """Return sentences on the data that were extracted since the published version; none if there were none.

    A report needs more datasets than it reads: the changes that a finding could follow from, where there is no finding.
    """
    coverage = context.ledger.coverage
    extraction_id = published.get("extraction_id")
    if extraction_id is None:
        extraction_id = coverage.last_extraction_before(dt.datetime.fromisoformat(published["created_at"]))
    if (extraction_id, read) not in known:
        known[extraction_id, read] = data_changes(context.ledger, request, extraction_id, read)
    return known[extraction_id, read]


def _other_reasons(context: RunContext, request: ReportRequest, published: Manifest) -> list[str]:
    """Return sentences on the changed suite, notebook and settings."""
    reasons = []
    if (former := published.get("code_version")) and former != ntanalytics.__version__:
        reasons.append(f"统计软件由 {former} 版改为 {ntanalytics.__version__} 版。")
    if (digest := published.get("notebook_sha256")) and digest != request.notebook.sha256:
        reasons.append("报告模板有修改。")
    if words := settings_words(changed_settings(context, published)):
        more = f"等 {len(words)} 项" if len(words) > _LISTED else ""
        reasons.append(f"系统设置有修改：{'、'.join(words[:_LISTED])}{more}。")
    return reasons


def changed_settings(context: RunContext, published: Manifest) -> list[str]:
    """Return the keys of the settings that were changed since a report was published, by the audit trail."""
    if "created_at" not in published:
        return []
    since = dt.datetime.fromisoformat(published["created_at"])
    events = context.ledger.audit.events(["settings"], since=since, limit=1000)
    return sorted({str(key) for event in events for key in event.details.get("changed", ())})
