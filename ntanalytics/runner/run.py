"""One run of a report, from its name to its published folder."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ntanalytics import disk_space
from ntanalytics.errors import BadParameter, BadPeriod, LakeError, NtaError
from ntanalytics.periods import Period, parse_period
from ntanalytics.reports.renamed import gaps_of
from ntanalytics.runner import (
    atomic_publish,
    correcting,
    engine,
    evidence,
    finding_history,
    indexing,
    publishing,
    rendering,
    staging,
)
from ntanalytics.runner.notebooks import ReportNotebook, load_report
from ntanalytics.runner.parameters import resolve
from ntanalytics.settings import Settings

if TYPE_CHECKING:
    from ntanalytics.extraction.retry_budget import RetryBudget
    from ntanalytics.kernels.pool import KernelPool
    from ntanalytics.ledger import Ledger

#: Called as (what is being done, how much of it) while a run goes on.
Progress = Callable[[str, int], None]
#: Who asks for a run: a person, a job, or a backfill.
By = Literal["hand", "job", "backfill"]


def no_progress(_run_id: str) -> None:
    """Nobody is asked before a report is published."""


@dataclass(frozen=True)
class Batch:
    """What the runs of one command share, done once for all of them: nothing that a notebook could reach.

    The data were taken, runs that were broken off were settled, and the index is written when all are done. There is no
    print: a page takes a browser longer than all the rest takes us, and its reader's own browser prints the same.

    Attributes:
        ledger: the ledger.
        secrets: texts that no message may hold.
        failed_sources: (dataset, source, error) of each source that could not be read.
        server: what forks the kernels.
    """

    ledger: Ledger
    secrets: Sequence[str]
    failed_sources: tuple[tuple[str, str, str], ...]
    server: KernelPool


@dataclass(frozen=True)
class RunResult:
    """A run that was published.

    Attributes:
        run_id: its id in the ledger.
        report: the report's name.
        title: its Chinese title.
        period: its period.
        version: which publication of this report, period and parameters it is.
        directory: where it stands: record, HTML, workbook, manifest.
        seconds: how long it took, extraction included.
        holes: what is missing in it, one Chinese sentence each.
        failed_sources: (dataset, source, error) of each source that could not be read.
        left_out: what could not be made beside the report (its print, the index), the file's name → why.
    """

    run_id: str
    report: str
    title: str
    period: Period
    version: int
    directory: Path
    seconds: float
    gaps: tuple[str, ...]
    failed_sources: tuple[tuple[str, str, str], ...]
    left_out: Mapping[str, str]

    def as_data(self) -> dict[str, Any]:
        """The result as JSON, for ``ntanalytics run --json``."""
        return {
            **vars(self),
            "period": self.period.text,
            "directory": str(self.directory),
            "seconds": round(self.seconds, 3),
            "failed_sources": [
                {"dataset": dataset, "source": source, "error": error} for dataset, source, error in self.failed_sources
            ],
        }


def run_report(
    settings: Settings,
    report: str,
    period_text: str,
    parameters: Mapping[str, str],
    *,
    today: dt.date,
    clock: Callable[[], dt.datetime] | None = None,
    progress: Progress = engine.discard_progress,
    notebooks: Path | None = None,
    limits: engine.Limits | None = None,
    by: By = "hand",
    before_publishing: Callable[[str], None] = no_progress,
    within: Batch | None = None,
    patience: RetryBudget | None = None,
) -> RunResult:
    """Make a report: take what the lake lacks, execute, render, verify, publish.

    Names, period and parameters are checked before anything is started. A source that fails does not stop
    the report, which shows the hole. Whatever else fails is recorded in the ledger with its evidence kept
    under ``outputs/.failed/<run_id>/``; the report published last stays as it is.

    Args:
        settings: the site.
        report: a report's name.
        period_text: as :func:`ntanalytics.periods.parse_period` reads it.
        parameters: the report's own parameters, name → text.
        today: the local day on which "last-week" is said.
        clock: tells the moment (aware) at which data are taken, where it is not the machine's.
        progress: told what is being done.
        notebooks: the folder of the reports (default: the project's).
        limits: how long the notebook may run.
        by: who asked for it, for the audit trail.
        before_publishing: asked with the run's id, right before it is published; what it raises prevents that.
        within: what other runs share with this one (default: it stands alone).
        patience: in which sources that are down are tried again; by default they are not waited for.

    Raises:
        UnknownName, BadPeriod, BadParameter: nothing was started.
        ReportFailed, KernelDied, ReportIncomplete: the notebook did not run to its end.
        PublishError, VerificationFailed: it did, and could not be published.
        NtaError: any other of the tree in :mod:`ntanalytics.errors`.
    """
    begun = time.monotonic()
    plan = load_report(report, notebooks)
    period = parse_period(period_text, today, settings.calendar())
    plan.check_period(period)
    if period.first > today:
        raise BadPeriod(f"{period.text} has not begun: today is {today}", where=report, todo="name an earlier period")
    if "period" in parameters:
        raise BadParameter(
            "the period is not given as a parameter", where=report, todo=f"use --period {parameters['period']}"
        )
    values = {**resolve(plan.parameters, parameters, where=report), "period": period.text}
    defaults = {parameter.name: parameter.default for parameter in plan.parameters}
    own = {name: value for name, value in values.items() if name != "period" and value != defaults[name]}
    folder = publishing.folder_name(period, values, defaults)
    # From here on it costs seconds of imports; whatever is wrong with the command has been said by now.
    from ntanalytics.kernels.pool import warm
    from ntanalytics.ledger import Ledger
    from ntanalytics.ledger.settings_changes import record_settings_changes

    # The kernel's libraries are imported while ours are, and while the data are taken.
    server = within.server if within else warm(evidence.kernel_environment(settings, ""))
    ledger = within.ledger if within else Ledger(settings.ledger)
    outputs = settings.outputs.resolve()
    about: dict[str, object] = {"report": report, "period": period.text, "parameters": own, "folder": folder}

    target = publishing.place(outputs, report, folder)
    with staging.one_at_a_time(outputs, report, folder):
        atomic_publish.restore(target)
        unnoted: dict[str, str] = {}
        if within is None:
            reap_abandoned_runs(outputs, ledger)
            unnoted |= finding_history.repair(outputs, ledger)
        disk_space.check_free_space(outputs)
        record_settings_changes(ledger.audit, settings.file, settings.model_dump(mode="json"))
        run_id = ledger.runs.start(report, period.text, own)
        ledger.audit.record("run", report, {"run_id": run_id, "period": period.text, "parameters": own, "by": by})
        now = clock() if clock else None
        with (
            _indexed(settings, ledger, now, notebooks, is_written=within is None) as unindexed,
            _recorded(ledger, run_id),
            staging.staging(outputs, run_id, about) as staged,
        ):
            secrets = within.secrets if within else evidence.known_secrets(settings)
            with _evidence_kept(staged, outputs, run_id, about, secrets):
                failed = (
                    within.failed_sources
                    if within
                    else extracted_rows(settings, ledger, plan, period, progress, clock, patience)
                )
                disk_space.check_free_space(outputs)  # what was taken may lie on the same disk
                engine.execute(
                    plan.path,
                    staged / evidence.RECORD,
                    values,
                    name=plan.name,
                    environment=evidence.kernel_environment(settings, run_id),
                    server=server,
                    secrets=secrets,
                    limits=limits or engine.Limits(memory_mb=settings.report_memory_mb),
                    progress=progress,
                )
                record, left_out = rendering.render(
                    staged, progress, report=plan.name, run_id=run_id, is_printed=within is None
                )
                version = ledger.runs.next_version(report, period.text, own)
                content = publishing.manifest(
                    plan, period, values, record, staged, run_id=run_id, version=version, left_out=left_out
                )
                content["corrects"] = correcting.corrections(target, record)
                before_publishing(run_id)
                publishing.publish(staged, target, content)
            # Inside the staging: a supervisor killed right here leaves a stale folder, whose next
            # finder sees by the manifest that this run was published.
            ledger.runs.finish(run_id, "published", version=version, path=str(target))
            unnoted |= finding_history.record_or_warn(ledger, record, content)
    seconds = time.monotonic() - begun
    gaps = tuple(gaps_of(content))
    left_out = {**left_out, **unnoted, **unindexed}
    return RunResult(run_id, report, plan.title, period, version, target, seconds, gaps, failed, left_out)


def reap_abandoned_runs(outputs: Path, ledger: Ledger) -> list[str]:
    """Close the runs whose supervisor was killed: evidence kept, staging gone, the ledger told the truth.

    Returns:
        Their ids.
    """
    with staging.abandoned_runs(outputs) as found:
        for stale in found:
            published = _published_by(outputs, stale)
            if published:
                version, target = published
                ledger.runs.finish(stale.run_id, "published", version=version, path=str(target))
                continue
            error = NtaError(
                "the run was broken off: its process was killed, or the machine went down", where=stale.run_id
            )
            kept = evidence.keep_evidence(
                stale.report, outputs, stale.run_id, error, about=dict(stale.about), secrets=()
            )
            ledger.runs.finish(stale.run_id, "failed", error=str(error), path=str(kept or ""))
        return [stale.run_id for stale in found]


def _published_by(outputs: Path, stale: staging.AbandonedRun) -> tuple[int, Path] | None:
    """The version and folder that a stale run had published before it was killed, if it had."""
    target = outputs / str(stale.about.get("report", "?")) / str(stale.about.get("folder", "?"))
    content = publishing.read_manifest(target)
    if content is None or content.get("run_id") != stale.run_id:
        return None
    return int(content["version"]), target


@contextmanager
def _recorded(ledger: Ledger, run_id: str) -> Iterator[None]:
    """Record in the ledger that the run failed, with where its evidence is, and let the error go on."""
    try:
        yield
    except BaseException as error:
        what = str(error) or type(error).__name__
        kept = next((note for note in getattr(error, "__notes__", []) if note.startswith(_KEPT)), "")
        try:
            ledger.runs.finish(run_id, "failed", error=what, path=kept.removeprefix(_KEPT))
        except LakeError as unrecorded:  # the ledger is on the full disk, too
            error.add_note(f"the ledger could not be told: {unrecorded}")
        raise


@contextmanager
def _indexed(
    settings: Settings, ledger: Ledger, now: dt.datetime | None, notebooks: Path | None, *, is_written: bool
) -> Iterator[dict[str, str]]:
    """Write the index at the end, published or failed; whether that was possible is said and decides nothing."""
    unindexed: dict[str, str] = {}
    if not is_written:  # it is, when all of the batch is done
        yield unindexed
        return
    try:
        yield unindexed
    except BaseException as error:
        if why := indexing.index_or_warn(settings, ledger, now, notebooks):
            error.add_note(f"the index is not up to date: {why}")
        raise
    if why := indexing.index_or_warn(settings, ledger, now, notebooks):
        unindexed["index.html"] = why


_KEPT = "evidence: "


@contextmanager
def _evidence_kept(
    staged: Path, outputs: Path, run_id: str, about: dict[str, object], secrets: Iterable[str]
) -> Iterator[None]:
    """Keep what a failing run made, note on the error where, and let the error go on."""
    try:
        yield
    except BaseException as error:
        kept = evidence.keep_evidence(staged, outputs, run_id, error, about=about, secrets=secrets)
        if kept:
            error.add_note(f"{_KEPT}{kept}")
        raise


def extracted_rows(
    settings: Settings,
    ledger: Ledger,
    plan: ReportNotebook,
    period: Period,
    progress: Progress,
    clock: Callable[[], dt.datetime] | None,
    patience: RetryBudget | None = None,
) -> tuple[tuple[str, str, str], ...]:
    """Take what a report needs of a period and the lake lacks.

    Returns:
        (dataset, source, error) of each source that could not be read; the report shows the hole.

    Raises:
        DiskError: there is no lake, and none can be made.
    """
    from ntanalytics.extraction import Extractor

    extractor = Extractor(settings, ledger, progress, clock)
    done = extractor.ensure_coverage(plan.needs, period.first, period.last, retry_budget=patience)
    try:
        # Of a source that is closed, or of none at all, comes nothing: the report says so, over a lake that is empty.
        settings.lake.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_space.disk_error(error, settings.lake) from error
    return tuple((each.dataset, each.source, each.error) for each in done if each.error)
