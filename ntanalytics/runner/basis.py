"""Basis of a report: digests of everything that it is made of, so that a report that is up to date is recognised.

A report without a basis is always made again: where a source that is no file has days that have not settled, where a
source failed, in a period that is not over, and where the notebook reads what is not listed here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ntanalytics.lake.log_files import newest_version
from ntanalytics.settings import Settings
from ntanalytics.settings.program import program_digest
from ntanalytics.settings.state_digests import digest, files_digest, site_digest

if TYPE_CHECKING:
    from ntanalytics.delivery.manifest import Basis
    from ntanalytics.runner.report_request import ReportRequest
    from ntanalytics.runner.run_context import RunContext


def basis(
    context: RunContext, request: ReportRequest, run_id: str, datasets: Sequence[str], sources: Sequence[str]
) -> Basis | None:
    """Return the basis of a report that is made now; None if it cannot be known.

    Args:
        context: the site.
        request: the report, its period and its parameters.
        run_id: the run that makes it, or has made it.
        datasets: the datasets that it needs.
        sources: the sources with days that have not settled.
    """
    files = files_digest(context.settings, sources)
    if files is None or request.period.last >= context.today:
        return None
    return {
        "day": context.today.isoformat() if sources else "",
        "datasets": list(datasets),
        "sources": list(sources),
        "program": digest(program_digest(), request.notebook.sha256),
        "site": site_digest(context.settings),
        "data": digest(
            json.dumps(table_versions(context.settings, datasets)),
            context.ledger.digest(datasets, request.period.last, without_run=run_id),
        ),
        "files": files,
    }


def table_versions(settings: Settings, datasets: Iterable[str]) -> dict[str, int | None]:
    """Return the present version of each dataset's table; None for a table that is not there."""
    if not settings.store:
        return {name: newest_version(settings.lake / name) for name in datasets}
    from ntanalytics.lake import DeltaLake  # and its libraries, which a run imports while its kernels start

    lake = DeltaLake.of(settings)
    return {name: lake.version(name) for name in datasets}
