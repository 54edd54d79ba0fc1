"""Renderings beside the record: made in the staging folder, verified, and printed if there is a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics import disk_space
from ntanalytics.delivery.manifest import OFD, RECORD
from ntanalytics.errors import FontMissing
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.reports.record import Record

PDF = "report.pdf"


def render(staged: Path, *, report: str, run_id: str) -> Record:
    """Make every rendering of the record in a folder, and verify that each agrees with the record.

    Args:
        staged: the folder with the record.
        report: the report's name, for ``findings.json``.
        run_id: the run, for the same file.

    Returns:
        The record.

    Raises:
        VerificationFailed: a rendering differs from the record.
        ReportIncomplete: there is no record.
        PublishError: there is no room, or no permission to write.
    """
    # nbconvert takes more than a second to import, and a wrong parameter is refused earlier
    from ntanalytics.reports import exporters, findings_json
    from ntanalytics.reports.record import load_record
    from ntanalytics.reports.verification import verify_renderings

    disk_space.check_free_space(staged)
    try:
        exporters.render(staged / RECORD, staged)
        record = load_record(staged / RECORD)
        findings_json.write(record, report, run_id, staged)
        verify_renderings(staged)
    except OSError as error:
        raise disk_space.disk_error(error, staged) from error
    return record


def write_ofd(record: Record, staged: Path) -> dict[str, str]:
    """Write the OFD file of a report that is issued as one, and verify it against the record.

    Returns:
        The reason why it could not be made, by the name of the file; empty after a success.

    Raises:
        VerificationFailed: the file differs from the record.
        PublishError: there is no room, or no permission to write.
    """
    if not record.has_ofd:
        return {}
    from ntanalytics.reports import exporters
    from ntanalytics.reports.verification import verify_ofd_file

    try:
        verify_ofd_file(record, exporters.write_ofd(record, staged))
    except FontMissing as error:
        return {OFD: f"{error.what}: {error.todo}"}
    except OSError as error:
        raise disk_space.disk_error(error, staged) from error
    return {}


def print_pdf(staged: Path, progress: Callable[[str, int], None]) -> dict[str, str]:
    """Print the page as PDF; the browser keeps its own files beside the folder meanwhile.

    Returns:
        The reason why it could not be printed, by the name of the file; empty after a success.

    Raises:
        PublishError: there is no room, or no permission to write.
    """
    from ntanalytics.reports import exporters
    from ntanalytics.reports.exporters.pdf import print_page

    progress(tr("printing"), 0)
    try:
        reason = print_page(staged / exporters.HTML, staged / PDF, staged.parent / "browser")
    except OSError as error:
        raise disk_space.disk_error(error, staged) from error
    return {PDF: reason} if reason else {}
