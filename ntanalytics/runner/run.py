"""Run of a report, from its name to its published folder."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntanalytics import disk_space
from ntanalytics.kernels import worker
from ntanalytics.periods import Period
from ntanalytics.report_files import RECORD
from ntanalytics.runner import (
    atomic_publish,
    correcting,
    engine,
    evidence,
    finding_history,
    publishing,
    rendering,
    staging,
    up_to_date,
)
from ntanalytics.runner.abandoned_runs import reap_abandoned_runs, record_publication
from ntanalytics.runner.executed_notebook import mark_published, record_of, written_on_error
from ntanalytics.runner.needed_data import FailedSource, extract_needs
from ntanalytics.runner.report_kernels import GETTING_READY, kernel_environment, known_secrets, shared_kernel_pool
from ntanalytics.runner.report_request import ReportRequest, request_run
from ntanalytics.runner.run_context import RunContext
from ntanalytics.runner.run_ending import evidence_kept, failure_recorded, index_written, logged

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ntanalytics.delivery.manifest import Manifest
    from ntanalytics.kernels.pool import KernelPool
    from ntanalytics.reports.record import Record
    from ntanalytics.runner.rendering_process import RenderingProcess

#: Seconds to wait for a process that closes a killed run of the same report.
_REAPER_WAIT_S = 2.0


@dataclass(frozen=True, kw_only=True)
class PageBatch:
    """Work that the pages of one command share; it is done once for all of them.

    The data are extracted, abandoned runs are closed, changed settings are recorded, and the index is written at the
    end. Pages have no PDF: a print takes a browser longer than everything else, and the browser of a reader prints the
    same page.

    Attributes:
        secrets: texts that no message may hold.
        failed_sources: the sources that could not be read.
        pool: the process that forks the kernels.
        renderer: the process that renders; None: this one does.
        environment: variables of the kernels in addition to those of every report. Pages have no worker: each
            processor has a page of its own.
        data_changes: the sentences on the data that came since earlier versions.
    """

    secrets: Sequence[str]
    pool: KernelPool
    failed_sources: tuple[FailedSource, ...] = ()
    renderer: RenderingProcess | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    data_changes: correcting.KnownChanges = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """A run whose report was published.

    Attributes:
        run_id: its id in the ledger.
        report: the report's name.
        title: its Chinese title.
        period: its period.
        version: the number of the publication of this report, period and parameters.
        directory: the published folder.
        seconds: the duration, extraction included.
        gaps: missing data, one Chinese sentence each.
        failed_sources: the sources that could not be read.
        left_out: things that could not be made in addition to the report (its PDF, the index), name → reason.
        is_new: False for a report that was up to date, and was not made again.
    """

    run_id: str
    report: str
    title: str
    period: Period
    version: int
    directory: Path
    seconds: float
    gaps: tuple[str, ...]
    failed_sources: tuple[FailedSource, ...]
    left_out: Mapping[str, str]
    is_new: bool = True

    def as_data(self) -> dict[str, Any]:
        """Return the result as JSON, for ``ntanalytics run --json``."""
        return {
            **vars(self),
            "period": self.period.text,
            "directory": str(self.directory),
            "seconds": round(self.seconds, 3),
            "failed_sources": [failed._asdict() for failed in self.failed_sources],
        }


def run_report(
    context: RunContext,
    report: str,
    period: str | Period,
    parameters: Mapping[str, str],
    *,
    batch: PageBatch | None = None,
    only_if_changed: bool = False,
) -> RunResult:
    """Make a report: extract the data that the lake lacks, execute, render, verify, publish.

    Names, period and parameters are checked before anything is started. A source that fails does not stop the report,
    which shows the gap. Any other failure is recorded in the ledger, its evidence is kept under
    ``outputs/.failed/<run_id>/``, and the report that was published last stays in place.

    Args:
        context: the site and the conditions of the run.
        report: the report's name.
        period: the period, or a text that :func:`ntanalytics.periods.parse_period` reads.
        parameters: the report's own parameters, name → text.
        batch: work that is shared with other runs; None for a run of its own.
        only_if_changed: whether a published report that is up to date is left as it is.

    Raises:
        UnknownName, BadPeriod, BadParameter, SettingsError: nothing was started.
        ReportFailed, KernelDied, ReportIncomplete: the notebook did not run to its end.
        PublishError, VerificationFailed: it did, and could not be published.
        NtaError: another error of :mod:`ntanalytics.errors`.
    """
    started = time.monotonic()
    request = request_run(context, report, period, parameters)
    if only_if_changed and (published := up_to_date.up_to_date(context, request)) is not None:
        return _unchanged(request, *published, seconds=time.monotonic() - started)
    # The kernel's libraries are imported in another process while this one imports its own and extracts the data.
    pool = batch.pool if batch else shared_kernel_pool(context.settings)
    warnings = {} if batch else prepare_runs(context)
    folder = request.folder_in(context.outputs)
    target = publishing.place(context.outputs, report, folder)
    with staging.report_lock(context.outputs, report, folder, wait_s=_REAPER_WAIT_S):
        atomic_publish.restore(target)
        disk_space.check_free_space(context.outputs)
        run = _start(context, request)
        with (
            index_written(context, is_wanted=batch is None) as index_warnings,
            logged(run),
            failure_recorded(context.ledger, run.run_id),
            staging.staging(context.outputs, run.run_id) as staged,
        ):
            shared = batch or _batch_of_one(context, request, pool)
            with evidence_kept(staged, context.outputs, run, shared.secrets):
                failed, watch = _extract(context, request, run, batch)
                record, manifest = _make(context, request, run, staged, target, batch=shared, is_printed=batch is None)
                watch.add_basis(context, manifest)
                _publish(context, run, manifest, staged, target)
            # Inside the staging: a process killed right here leaves its staging folder, and the next process sees by
            # the manifest that the run was published.
            record_publication(context.ledger, manifest, target)
            warnings |= finding_history.record_or_warn(context.ledger, record, manifest)
    result = _result(request, run, manifest, target, failed, {**warnings, **index_warnings})
    return replace(result, seconds=time.monotonic() - started)


def _batch_of_one(context: RunContext, request: ReportRequest, pool: KernelPool) -> PageBatch:
    """Return the work of a run of its own, whose kernel has a worker if that can work out a part."""
    worker_variables = {worker.VARIABLE: GETTING_READY} if request.notebook.is_divided else {}
    return PageBatch(secrets=known_secrets(context.settings), pool=pool, environment=worker_variables)


def _result(
    request: ReportRequest,
    run: evidence.RunIdentity,
    manifest: Manifest,
    target: Path,
    failed_sources: tuple[FailedSource, ...],
    warnings: Mapping[str, str],
) -> RunResult:
    """Return the result of a published run, without its duration."""
    from ntanalytics.reports.renamed import gaps_of

    return RunResult(
        run_id=run.run_id,
        report=run.report,
        title=request.notebook.title,
        period=request.period,
        version=manifest["version"],
        directory=target,
        seconds=0.0,
        gaps=tuple(gaps_of(manifest)),
        failed_sources=failed_sources,
        left_out={**manifest["left_out"], **warnings},
    )


def _unchanged(request: ReportRequest, folder: Path, manifest: Manifest, *, seconds: float) -> RunResult:
    """Return the result of a run of a report that is up to date."""
    return RunResult(
        run_id=manifest["run_id"],
        report=request.notebook.name,
        title=request.notebook.title,
        period=request.period,
        version=manifest["version"],
        directory=folder,
        seconds=seconds,
        gaps=tuple(manifest["gaps"]),
        failed_sources=(),
        left_out=manifest["left_out"],
        is_new=False,
    )


def prepare_runs(context: RunContext) -> dict[str, str]:
    """Close abandoned runs, and record changed settings, and findings of published reports that the ledger lacks.

    Returns:
        Warnings for the result of a run, name → reason.
    """
    from ntanalytics.ledger.settings_changes import record_settings_changes

    settings = context.settings
    record_settings_changes(context.ledger.audit, settings.file, settings.model_dump(mode="json"))
    reap_abandoned_runs(context.outputs, context.ledger)
    return finding_history.repair(context.outputs, context.ledger)


def _start(context: RunContext, request: ReportRequest) -> evidence.RunIdentity:
    """Record the start of a run in the ledger and its audit trail."""
    report, period, parameters = request.notebook.name, request.period.text, request.own_parameters
    run_id = context.ledger.runs.start(report, period, parameters)
    by = context.requested_by
    context.ledger.audit.record("run", report, {"run_id": run_id, "period": period, "parameters": parameters, "by": by})
    return evidence.RunIdentity(run_id, report, period, parameters, request.folder_in(context.outputs))


def _extract(
    context: RunContext, request: ReportRequest, run: evidence.RunIdentity, batch: PageBatch | None
) -> tuple[tuple[FailedSource, ...], up_to_date.BasisWatch]:
    """Extract the data of a run of its own; return the sources that failed, and what its basis is made of."""
    if batch is not None:  # their data are there
        return batch.failed_sources, up_to_date.BasisWatch.without_basis()
    watch = up_to_date.BasisWatch.begin(context)
    with engine.imported_meanwhile():
        data = extract_needs(context, request)
    disk_space.check_free_space(context.outputs)  # the lake may be on the same disk
    return data.failed, watch.after_extraction(context, request, run.run_id, data)


def _make(
    context: RunContext,
    request: ReportRequest,
    run: evidence.RunIdentity,
    staged: Path,
    target: Path,
    *,
    batch: PageBatch,
    is_printed: bool,
) -> tuple[Record, Manifest]:
    """Execute the notebook, render the record and verify the renderings; return the record and its manifest.

    A later version than the one in ``target`` says what it corrects.
    """
    extraction_id = context.ledger.coverage.last_extraction_id()
    # a kernel with a worker has both processors of a small machine
    is_late = worker.VARIABLE in batch.environment
    with ExitStack() as kernel_end, rendering.pending_print(staged, is_wanted=is_printed, is_late=is_late) as pending:
        with _imports(context, target, batch, pending):
            executed = _execute(context, request, run, staged, batch, pending, kernel_end)
        # pandas and Ibis come with it, and a report that is up to date needs neither
        from ntanalytics.reports.record import Publication

        with written_on_error(executed, staged / RECORD):
            version = correcting.next_version(context, request, target)
            made = record_of(executed)
            revision = correcting.revision(context, request, target, made, version, batch.data_changes)
            publication = Publication(run.report, run.run_id, version)
            mark_published(executed, publication, revision.blocks if revision else ())
        if batch.renderer is not None:
            kernel_end.close()  # the notebook's code can change no file any more
            record, left_out = batch.renderer.render_all(executed, staged, run)
        else:
            progress, ended = context.progress, kernel_end.close
            record, left_out = rendering.render_all(
                executed, staged, run, progress=progress, pending=pending, kernel_ended=ended
            )
    manifest = publishing.make_manifest(request, record, staged, run_id=run.run_id, version=version, left_out=left_out)
    manifest["extraction_id"] = extraction_id
    manifest["corrects"] = revision.corrects if revision else []
    if anchor := context.ledger.chain.anchor():
        manifest["ledger_anchor"] = {"entry": anchor.entry, "sha256": anchor.sha256}
    return record, manifest


def _imports(
    context: RunContext, target: Path, batch: PageBatch, pending: rendering.PendingPrint | None
) -> AbstractContextManager[None]:
    """Import what renders here while a kernel works."""
    if batch.renderer is not None:
        return nullcontext()
    return rendering.imported_meanwhile(target.parent, pending, context.settings.lake)


def _execute(
    context: RunContext,
    request: ReportRequest,
    run: evidence.RunIdentity,
    staged: Path,
    batch: PageBatch,
    pending: rendering.PendingPrint | None,
    kernel_end: ExitStack,
) -> NotebookNode:
    """Execute the notebook in a kernel, which has ended at the end of ``kernel_end``."""
    return engine.execute(
        engine.ExecutionTask(run.report, request.notebook.path, staged / RECORD, request.values),
        environment={**kernel_environment(context.settings, run.run_id), **batch.environment},
        pool=batch.pool,
        limits=context.limits or engine.Limits(memory_mb=context.settings.report_memory_mb),
        secrets=batch.secrets,
        callbacks=engine.Callbacks(context.progress, pending.begin if pending else None),
        kernel_end=kernel_end,
    )


def _publish(context: RunContext, run: evidence.RunIdentity, manifest: Manifest, staged: Path, target: Path) -> None:
    """Publish the staged report, unless a condition of the run forbids it."""
    context.before_publishing(run.run_id)
    publishing.publish(staged, target, manifest)
