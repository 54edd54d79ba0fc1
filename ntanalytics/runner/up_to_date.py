"""Published report that a new run would only repeat, and the basis by which a later run recognises it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.delivery.manifest import Manifest, read_manifest
from ntanalytics.report_files import has_listed_files
from ntanalytics.runner import basis
from ntanalytics.settings.program import program_at_start, program_digest
from ntanalytics.settings.state_digests import file_states, files_digest, site_digest

if TYPE_CHECKING:
    from ntanalytics.delivery.manifest import Basis
    from ntanalytics.runner.needed_data import NeededData
    from ntanalytics.runner.report_request import ReportRequest
    from ntanalytics.runner.run_context import RunContext


def up_to_date(context: RunContext, request: ReportRequest) -> tuple[Path, Manifest] | None:
    """Return the folder and the manifest of a published report if a new run would make the same report; else None.

    Nothing is extracted: the report is as new as its sources. What was noted after it, in a file of a source, in the
    settings or by another extraction, differs from its basis.

    Args:
        context: the site.
        request: the report, its period and its parameters.
    """
    folder = request.directory(context.outputs)
    manifest = read_manifest(folder)
    if manifest is None or "basis" not in manifest or not _is_as_published(folder, manifest):
        return None
    if (manifest["report"], manifest["parameters"]) != (request.notebook.name, request.values):
        return None
    published = manifest["basis"]
    if any(source not in context.settings.sources for source in published["sources"]):
        return None
    if published["day"] not in ("", context.today.isoformat()):
        return None
    now = basis.basis(context, request, manifest["run_id"], published["datasets"], published["sources"])
    return (folder, manifest) if now is not None and {**now, "day": published["day"]} == published else None


def _is_as_published(folder: Path, manifest: Manifest) -> bool:
    try:
        return has_listed_files(folder, manifest)
    except OSError:
        return False


@dataclass(frozen=True)
class BasisWatch:
    """State of a site before a run, of which the basis of the report is made after it.

    Attributes:
        program: digest of the program.
        site: digest of the settings and the site's files.
        files: source → digest of the state of its files; None for a source that is no file.
        basis: the basis after the extraction; None before it, and where it cannot be known.
    """

    program: str
    site: str
    files: Mapping[str, str | None]
    basis: Basis | None = None

    @classmethod
    def begin(cls, context: RunContext) -> BasisWatch:
        """Return the state before the extraction; the program is that of the first report of this process.

        One that lives on after an upgrade works with what it has imported: its reports have no basis.
        """
        settings = context.settings
        return cls(program_at_start(), site_digest(settings), file_states(settings))

    @classmethod
    def without_basis(cls) -> BasisWatch:
        """Return a state of which no basis is made: pages of a batch are made again each time."""
        return cls("", "", {})

    def after_extraction(
        self, context: RunContext, request: ReportRequest, run_id: str, data: NeededData
    ) -> BasisWatch:
        """Return the state with the basis after the extraction, before the notebook reads it.

        Args:
            context: the site.
            request: the report, its period and its parameters.
            run_id: the run.
            data: the extracted data.
        """
        if data.failed or request.notebook.reads_more(context.settings):
            return self
        now = basis.basis(context, request, run_id, sorted(request.notebook.needs), data.unsettled)
        is_same = all(self.files[name] == files_digest(context.settings, [name]) for name in data.unsettled)
        return replace(self, basis=now if is_same else None)

    def add_basis(self, context: RunContext, manifest: Manifest) -> None:
        """Add the basis to the manifest of the report that was made, if nothing of it was changed meanwhile.

        Args:
            context: the site.
            manifest: the manifest.
        """
        if self.basis is None or not set(manifest["tables"]) <= set(self.basis["datasets"]):
            return
        is_same = (self.program, self.site) == (program_digest(), site_digest(context.settings))
        if is_same and basis.table_versions(context.settings, manifest["tables"]) == dict(manifest["tables"]):
            manifest["basis"] = self.basis
