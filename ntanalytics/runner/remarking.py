"""Remark on a published report: a next version with the signed remark, and every other part provably unchanged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntanalytics.delivery.manifest import Manifest, ReportChanges, read_manifest
from ntanalytics.disk_space import check_free_space
from ntanalytics.errors import ReportIncomplete, UsageError, VerificationFailed
from ntanalytics.language import tr
from ntanalytics.report_files import RECORD
from ntanalytics.runner import atomic_publish, correcting, evidence, finding_history, publishing, rendering, staging
from ntanalytics.runner.abandoned_runs import record_publication
from ntanalytics.runner.executed_notebook import mark_published, read_notebook, record_of
from ntanalytics.runner.report_request import request_report
from ntanalytics.runner.run_context import RunContext
from ntanalytics.runner.run_ending import failure_recorded, index_written

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ntanalytics.reports.record import Record

#: Longest remark, in characters.
LONGEST = 4000

#: Seconds to wait for a run of the same report.
_WAIT_S = 2.0


@dataclass(frozen=True)
class RemarkedReport:
    """Published report with a remark.

    Attributes:
        directory: its folder.
        version: the number of the new version.
        content_sha256: digest of everything that the report says beside its remarks, the same before and after.
    """

    directory: Path
    version: int
    content_sha256: str


def content_digest(record: Record) -> str:
    """Return the SHA-256 of everything that a report says, without its remarks, corrections and version."""
    from ntanalytics.reports.correction import DETAILS, SUMMARY, own_subtitle
    from ntanalytics.reports.record import RecordedBlock
    from ntanalytics.reports.remark import is_remark

    parts: list[Any] = [{**record.head.body, "subtitle": own_subtitle(record)}]
    for item in record.items:
        if not isinstance(item, RecordedBlock):
            parts.append(item.markdown)
        elif item.id not in (SUMMARY, DETAILS) and not is_remark(item.id):
            parts.append([item.body, [field.to_json() for field in item.fields], item.rows, item.figure])
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=dict)
    return hashlib.sha256(text.encode()).hexdigest()


def remark_report(context: RunContext, directory: Path, text: str, signed_by: str) -> RemarkedReport:
    """Publish the next version of a report with a remark below its head.

    Nothing is extracted and nothing is computed again: the record is that of the version before, with one block more.

    Args:
        context: the site.
        directory: the folder of the published report.
        text: the remark; a line each paragraph.
        signed_by: who signs it.

    Raises:
        UsageError: the remark is empty or too long, or nobody signs it.
        VerificationFailed: the published report is not whole, or a part of it would have changed.
        Busy: a run of the report is under way.
    """
    from ntanalytics.reports.verification import verify

    lines = _lines(text, signed_by)
    published = read_manifest(directory)
    if published is None or "version" not in published:
        raise ReportIncomplete(tr("there is no published report"), where=str(directory), todo=tr("name its folder"))
    verify(directory)
    values = {name: value for name, value in published["parameters"].items() if name != "period"}
    request = request_report(context, published["report"], published["period"]["text"], values)
    target = publishing.place(context.outputs, published["report"], request.folder_name)
    if target.resolve() != directory.resolve():
        raise UsageError(
            tr("this is no report of the site's outputs"), where=str(directory), todo=tr("name {target}", target=target)
        )
    with staging.report_lock(context.outputs, published["report"], request.folder_name, wait_s=_WAIT_S):
        atomic_publish.restore(target)
        check_free_space(context.outputs)
        run = _start(context, published, request.own_parameters, request.folder_name, signed_by)
        version = correcting.next_version(context, request, target)
        with (
            index_written(context, is_wanted=True),
            failure_recorded(context.ledger, run.run_id),
            staging.staging(context.outputs, run.run_id) as staged,
            rendering.pending_print(staged) as pending,
        ):
            notebook, digest = _remarked(target, run, (published["version"], version), lines)
            record, left_out = rendering.render_all(notebook, staged, run, progress=context.progress, pending=pending)
            manifest = publishing.make_manifest(
                request, record, staged, run_id=run.run_id, version=version, left_out=left_out
            )
            _carry_over(context, published, manifest, lines)
            publishing.publish(staged, target, manifest)
            record_publication(context.ledger, manifest, target)
            finding_history.record_or_warn(context.ledger, record, manifest)
    return RemarkedReport(target, version, digest)


def _lines(text: str, signed_by: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or not signed_by.strip():
        raise UsageError(tr("a remark has a text and somebody who signs it"), todo=tr("write the text into the file"))
    if len(text) > LONGEST:
        raise UsageError(
            tr("the remark has {count:,} characters", count=len(text)),
            todo=tr("write no more than {longest:,}", longest=LONGEST),
        )
    return [*lines, f"签注人：{signed_by.strip()}"]


def _start(
    context: RunContext, published: Manifest, parameters: Mapping[str, Any], folder: str, signed_by: str
) -> evidence.RunIdentity:
    report, period = published["report"], published["period"]["text"]
    run_id = context.ledger.runs.start(report, period, parameters)
    details = {"run_id": run_id, "period": period, "parameters": dict(parameters), "by": signed_by}
    context.ledger.audit.record("remark", report, details)
    return evidence.RunIdentity(run_id, report, period, dict(parameters), folder)


def _remarked(
    target: Path, run: evidence.RunIdentity, versions: tuple[int, int], lines: list[str]
) -> tuple[NotebookNode, str]:
    """Return the executed notebook of the new version, and the digest of what it says beside its remarks.

    Raises:
        VerificationFailed: a part of the report would have changed.
    """
    from ntanalytics.reports.record import Publication, load_record
    from ntanalytics.reports.remark import remark_block

    before = load_record(target / RECORD)
    digest = content_digest(before)
    notebook = read_notebook(target / RECORD)
    _take_out_correction(notebook, before)
    former, version = versions
    statement = f"本报告为第 {version} 版，在第 {former} 版上加签注，其余内容未变（内容摘要 SHA-256 {digest}）。"
    mark_published(notebook, Publication(run.report, run.run_id, version), [remark_block(version, lines, statement)])
    if content_digest(record_of(notebook)) != digest:
        raise VerificationFailed(tr("the remark would change a part of the report"), where=str(target))
    return notebook, digest


def _take_out_correction(notebook: NotebookNode, record: Record) -> None:
    """Take what the version before states of its own correction out of an executed notebook."""
    from ntanalytics.reports.correction import DETAILS, SUMMARY, own_subtitle
    from ntanalytics.reports.record import BLOCK
    from ntanalytics.reports.remark import is_remark

    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            block = output.get("data", {}).get(BLOCK, {})
            if block.get("block") == "head":
                block["subtitle"] = own_subtitle(record)
            if is_remark(block.get("id", "")):
                cell["id"] = block["id"]  # the next remark takes the id of a cell that the runner adds
    notebook.cells = [
        cell
        for cell in notebook.cells
        if not any(
            output.get("data", {}).get(BLOCK, {}).get("id") in (SUMMARY, DETAILS) for output in cell.get("outputs", ())
        )
    ]


def _carry_over(context: RunContext, published: Manifest, manifest: Manifest, lines: list[str]) -> None:
    """Write into the new manifest what the version before knew of its data, and the reason of this version."""
    if (extraction_id := published.get("extraction_id")) is not None:
        manifest["extraction_id"] = extraction_id
    reason = f"加签注：{' '.join(lines)}"
    changes: ReportChanges = {
        "version": published["version"],
        "run_id": published.get("run_id", ""),
        "reasons": [reason],
        "changes": [],
    }
    manifest["corrects"] = [*published.get("corrects", ()), changes]
    if anchor := context.ledger.chain.anchor():
        manifest["ledger_anchor"] = {"entry": anchor.entry, "sha256": anchor.sha256}
