"""Index of the issued reports, written after each run, whether its report was published or not."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ntanalytics.errors import NtaError, ReportFailed
from ntanalytics.runner.notebooks import load_report, report_names
from ntanalytics.runner.run_context import RunContext
from ntanalytics.runner.staging import index_lock

if TYPE_CHECKING:
    from pathlib import Path

    from ntanalytics.delivery.index import ReportIndex

#: Number of the latest runs that are searched for failures: years of a schedule.
_RUNS = 5000


def index(context: RunContext) -> ReportIndex:
    """Write ``outputs/index.html``; one process at a time.

    Returns:
        The content of the page.

    Raises:
        PublishError: it cannot be written.
        LakeError: the ledger cannot be read.
    """
    # the page's labels come with pandas, and a wrong parameter of a run is refused earlier
    from ntanalytics.delivery.index import SiteLabels, write_index

    settings, outputs = context.settings, context.outputs
    site = SiteLabels(settings.site.name, report_titles(context.notebooks), settings.zone)
    with index_lock(outputs):
        return write_index(
            outputs, context.ledger.runs.history(_RUNS), site=site, calendar=settings.calendar(), now=context.clock()
        )


def index_or_warn(context: RunContext) -> str:
    """Write the index; a report is issued without it.

    Returns:
        The reason why it could not be written, or an empty text.
    """
    try:
        index(context)
    except NtaError as error:
        return str(error)
    return ""


def report_titles(notebooks: Path | None) -> dict[str, str]:
    """Return the Chinese title of each report that can be read, by its name."""
    titles = {}
    for name in report_names(notebooks):
        with suppress(ReportFailed):  # a notebook that is being written has no title yet
            titles[name] = load_report(name, notebooks).title
    return titles
