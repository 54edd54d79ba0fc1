"""Reproduction of a published report: made again on the versions of the tables that it read, and compared.

Nothing is extracted and nothing is published. The notebook of the suite is run, not the cells in the record: a record
in the outputs may have been changed, and is no program to trust.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ntanalytics
from ntanalytics.delivery.manifest import Manifest
from ntanalytics.errors import LakeError, NoData, ReportIncomplete, VerificationFailed
from ntanalytics.language import tr
from ntanalytics.periods import parse_period
from ntanalytics.report_files import RECORD, load_manifest
from ntanalytics.runner import engine
from ntanalytics.runner.correcting import changed_settings
from ntanalytics.runner.executed_notebook import record_of
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.report_kernels import kernel_environment, known_secrets, shared_kernel_pool
from ntanalytics.runner.report_request import ReportRequest
from ntanalytics.runner.run_context import RunContext

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ntanalytics.lake import DeltaLake
    from ntanalytics.workspace.past_state import PastState

#: Differences that a failure lists, at most.
_MOST_LISTED = 20


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """A published report whose figures came out again.

    Attributes:
        report: its name.
        period: its period as text.
        version: the number of the publication.
        tables: number of tables that were read in their former versions.
        blocks: number of blocks with the same values.
        changed: sentences on what is no longer as it was, and did not change a value.
    """

    report: str
    period: str
    version: int
    tables: int
    blocks: int
    changed: tuple[str, ...]


def reproduce(context: RunContext, directory: Path) -> Reproduction:
    """Make a published report again on the data that its manifest names, and compare every value with its record.

    Args:
        context: the site and the conditions of the run.
        directory: the folder of the published report.

    Raises:
        ReportIncomplete: the folder holds no published report.
        NoData: a version of a table cannot be read any more.
        VerificationFailed: a value differs; the message lists up to 20, and what has changed since.
        ReportFailed, KernelDied: the notebook did not run to its end.
    """
    from ntanalytics.reports.record import load_record
    from ntanalytics.reports.record_comparison import value_differences

    manifest = _manifest_of(directory)
    published = load_record(directory / RECORD)
    values = {name: value for name, value in manifest["parameters"].items() if name != "period"}
    notebook = load_report(manifest["report"], context.notebooks)
    period = parse_period(manifest["period"]["text"], context.today, context.settings.calendar())
    request = ReportRequest.of(notebook, period, values)
    _require_versions(context, manifest)
    generated_at = dt.datetime.fromisoformat(str(published.head.body["generated_at"]))
    with tempfile.TemporaryDirectory(prefix="nta-reproduce-") as folder:
        past = _past_state(context, manifest, generated_at)
        made = record_of(_execute(context, request, past, Path(folder) / RECORD))
    changed = _changes(context, manifest, request)
    if differences := value_differences(published, made):
        raise _difference(directory, differences, changed)
    return Reproduction(
        report=manifest["report"],
        period=period.text,
        version=manifest["version"],
        tables=len(manifest["tables"]),
        blocks=len(made.blocks) + 1,
        changed=changed,
    )


def _difference(directory: Path, differences: Sequence[str], changed: Sequence[str]) -> VerificationFailed:
    """Return the error that lists differing values, and the changes since the report was published."""
    listed = "\n  ".join(differences[:_MOST_LISTED])
    more = f"\n  and {len(differences) - _MOST_LISTED} more" if len(differences) > _MOST_LISTED else ""
    since = "".join(tr("\n  since then: {text}", text=text) for text in changed)
    todo = (
        tr("see what has changed since then")
        if changed
        else tr("the record was changed, or the lake was: restore both")
    )
    return VerificationFailed(
        tr(
            "{count} values come out differently:\n  {listed}{more}{since}",
            count=len(differences),
            listed=listed,
            more=more,
            since=since,
        ),
        where=str(directory),
        todo=todo,
    )


def _manifest_of(directory: Path) -> Manifest:
    try:
        manifest: Manifest = load_manifest(directory)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ReportIncomplete(
            tr("no published report: its manifest cannot be read"),
            where=str(directory),
            todo=tr("name a folder such as outputs/sms_volume/2026-W47"),
        ) from error
    missing = {"report", "period", "version", "parameters", "tables"} - manifest.keys()
    if missing:
        raise ReportIncomplete(
            tr("the manifest has no {missing}", missing=", ".join(sorted(missing))), where=str(directory)
        )
    return manifest


def _require_versions(context: RunContext, manifest: Manifest) -> None:
    """Refuse a report whose tables cannot be read in the versions that it names.

    Raises:
        NoData: the message names each table and version.
    """
    from ntanalytics.lake import DeltaLake

    lake = DeltaLake.of(context.settings)
    tables = manifest["tables"].items()
    gone = [f"{name} version {version}" for name, version in tables if not _has(lake, name, version)]
    if gone:
        raise NoData(
            tr("the lake no longer holds {gone}", gone=", ".join(gone)),
            where=lake.address,
            todo=tr(
                "restore the lake from a backup of that time; maintenance keeps the versions of the "
                "reports in the outputs, and no longer those of a report that was replaced or removed"
            ),
        )


def _has(lake: DeltaLake, dataset: str, version: int) -> bool:
    try:
        files = lake.files(dataset, version)
    except LakeError:
        return False
    return all(Path(file).is_file() for file in files)


def _past_state(context: RunContext, manifest: Manifest, generated_at: dt.datetime) -> PastState:
    """Return the state that the report read; an older manifest does not name the last extraction, its time does."""
    from ntanalytics.workspace.past_state import PastState

    extraction_id = manifest.get("extraction_id")
    if extraction_id is None:
        extraction_id = context.ledger.coverage.last_extraction_before(generated_at)
    return PastState(manifest["tables"], extraction_id, generated_at)


def _execute(context: RunContext, request: ReportRequest, past: PastState, record: Path) -> NotebookNode:
    settings = context.settings
    with ExitStack() as kernel_end:
        return engine.execute(
            engine.ExecutionTask(request.notebook.name, request.notebook.path, record, request.values),
            environment={**kernel_environment(settings), **past.as_variable()},
            pool=shared_kernel_pool(settings),
            limits=context.limits or engine.Limits(memory_mb=settings.report_memory_mb),
            secrets=known_secrets(settings),
            callbacks=engine.Callbacks(context.progress),
            kernel_end=kernel_end,
        )


def _changes(context: RunContext, manifest: Manifest, request: ReportRequest) -> tuple[str, ...]:
    """Return what is not as it was when the report was made: the suite, the notebook, the settings."""
    from ntanalytics.ledger.settings_changes import record_settings_changes

    changed = []
    if manifest.get("code_version") != ntanalytics.__version__:
        changed.append(
            tr(
                "the suite is {version}, and was {manifest}",
                version=ntanalytics.__version__,
                manifest=manifest.get("code_version"),
            )
        )
    if manifest.get("notebook_sha256") != request.notebook.sha256:
        changed.append(tr("notebooks/{path} was changed", path=request.notebook.path.name))
    record_settings_changes(context.ledger.audit, context.settings.file, context.settings.model_dump(mode="json"))
    if keys := changed_settings(context, manifest):
        changed.append(tr("settings were changed: {keys}", keys=", ".join(keys)))
    return tuple(changed)
