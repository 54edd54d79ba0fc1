"""Basis of a report: digests of everything that it is made of, so that a report that is up to date is recognised.

A report without a basis is always made again: where a source that is no file has days that have not settled, where a
source failed, in a period that is not over, and where the notebook reads what is not listed here.
"""

from __future__ import annotations

import glob
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.lake.log_files import newest_version
from ntanalytics.runner.program import program_digest
from ntanalytics.settings import Settings

if TYPE_CHECKING:
    from ntanalytics.delivery.manifest import Basis
    from ntanalytics.runner.report_request import ReportRequest
    from ntanalytics.runner.run_context import RunContext
    from ntanalytics.settings import SourceSettings

#: Files that a source may have beside its database.
_SQLITE_FILES = ("", "-wal", "-journal")


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
        "program": _digest(program_digest(), request.notebook.sha256),
        "site": site_digest(context.settings),
        "data": _digest(
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


def site_digest(settings: Settings) -> str:
    """Return the digest of the settings, and of the files of the site that a report reads."""
    files = [settings.calendar_file, settings.scoring_file, settings.jobs]
    files += [settings.site.unit_aliases] if settings.site.unit_aliases else []
    files += settings.queries.rglob("*") if settings.queries else []
    return _digest(settings.model_dump_json(), _content(path for path in files if path.is_file()))


def files_digest(settings: Settings, sources: Iterable[str]) -> str | None:
    """Return the digest of the state of some sources' files; None if one of the sources is no file."""
    states: list[str] = []
    for name in sources:
        paths = _files_of(settings.sources[name])
        if paths is None:
            return None
        for path in paths:
            state = path.stat() if path.exists() else None
            states.append(f"{path} {state and (state.st_ino, state.st_size, state.st_mtime_ns)}")
    return _digest(*states)


def file_states(settings: Settings) -> Mapping[str, str | None]:
    """Return source → the digest of the state of its files; None for a source that is no file."""
    return {name: files_digest(settings, [name]) for name in settings.sources}


def _files_of(source: SourceSettings) -> list[Path] | None:
    if source.targets:  # it is asked over the network, too
        return None
    if source.url:
        from sqlalchemy.engine import make_url

        url = make_url(source.url)
        is_file = url.get_backend_name() == "sqlite" and url.database
        return [Path(f"{url.database}{ending}") for ending in _SQLITE_FILES] if is_file else None
    if source.path:
        return [source.path]
    return [Path(path) for pattern in source.paths for path in sorted(glob.glob(pattern, recursive=True))]


def _content(files: Iterable[Path]) -> str:
    return _digest(*(f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted(files)))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
