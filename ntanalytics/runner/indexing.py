"""The index of what was issued, written anew after each run, whether it was published or failed."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.errors import NtaError, ReportFailed
from ntanalytics.runner.notebooks import load_report, report_names
from ntanalytics.settings import Settings

if TYPE_CHECKING:
    from ntanalytics.delivery.index import Index
    from ntanalytics.ledger import Ledger

#: So many of the latest runs are looked at for failures: years of a schedule.
RUNS = 5000


def index(
    settings: Settings, ledger: Ledger, *, now: dt.datetime | None = None, notebooks: Path | None = None
) -> Index:
    """Write ``outputs/index.html``.

    Args:
        settings: the site.
        ledger: knows which runs failed.
        now: the moment (aware) as of which a report is late (default: the machine's).
        notebooks: the folder of the reports (default: the project's).

    Raises:
        PublishError: it cannot be written.
        LakeError: the ledger cannot be read.
    """
    # the page's words come with pandas; a wrong parameter of a run is refused before
    from ntanalytics.delivery.index import write_index

    titles = {}
    for name in report_names(notebooks):
        with suppress(ReportFailed):  # a notebook that is being written has no title yet
            titles[name] = load_report(name, notebooks).title
    return write_index(
        settings.outputs.resolve(),
        ledger.runs.history(RUNS),
        site=settings.site.name,
        titles=titles,
        calendar=settings.calendar(),
        now=now or dt.datetime.now(dt.UTC),
        zone=settings.zone,
    )


def index_or_warn(settings: Settings, ledger: Ledger, now: dt.datetime | None, notebooks: Path | None) -> str:
    """Write the index; a run does not fail for want of it.

    Returns:
        Why it could not be written, or nothing.
    """
    try:
        index(settings, ledger, now=now, notebooks=notebooks)
    except NtaError as error:
        return str(error)
    return ""
