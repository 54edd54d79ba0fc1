"""Extraction of the data that a report needs and the lake lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ntanalytics import disk_space
from ntanalytics.kernels.collection_pause import collection_paused

if TYPE_CHECKING:
    from ntanalytics.runner.report_request import ReportRequest
    from ntanalytics.runner.run_context import RunContext


class FailedSource(NamedTuple):
    """A source that could not be read, and the error."""

    dataset: str
    source: str
    error: str


class NeededData(NamedTuple):
    """Data of a report after the extraction.

    Attributes:
        failed: the sources that could not be read; the report shows the gap.
        unsettled: the sources that a later run asks again, since days that they gave had not settled.
    """

    failed: tuple[FailedSource, ...]
    unsettled: tuple[str, ...]


def extract_needs(context: RunContext, request: ReportRequest) -> NeededData:
    """Extract the data that a report needs of its period and the lake lacks.

    Raises:
        DiskError: there is no lake, and none can be made.
    """
    with collection_paused():
        from ntanalytics.extraction import Extractor

    settings, period, needs = context.settings, request.period, request.notebook.needs
    extractor = Extractor(settings, context.ledger, context.progress, context.clock)
    results = extractor.ensure_coverage(
        needs, period.first, period.last, retry_budget=context.retry_budget, known_since=context.data_since
    )
    try:
        # A site without a source, or with one that is closed, has an empty lake, and the report says so.
        settings.lake.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_space.disk_error(error, settings.lake) from error
    failed = tuple(FailedSource(result.dataset, result.source, result.error) for result in results if result.error)
    return NeededData(failed, tuple(sorted(extractor.unsettled(needs, period.first, period.last))))
