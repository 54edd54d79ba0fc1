"""Renderings beside the record: made and proven in the staging folder, and printed where a browser can."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics import disk_space
from ntanalytics.runner.evidence import RECORD

if TYPE_CHECKING:
    from ntanalytics.reports.record import Record

PDF = "report.pdf"


def render(
    staged: Path, progress: Callable[[str, int], None], *, report: str, run_id: str, is_printed: bool = True
) -> tuple[Record, dict[str, str]]:
    """Make every rendering of the record in a folder, prove that each is the record's, and print the page.

    Args:
        staged: the folder with the record; beside it the browser has its own files for as long as it prints.
        progress: told what is being done.
        report: the report's name, for ``findings.json``.
        run_id: the run, for the same.
        is_printed: whether the page is to be printed, too.

    Returns:
        The record, and what could not be made beside it: the file's name → why. The report is issued without it.

    Raises:
        VerificationFailed: a rendering is not the record's.
        ReportIncomplete: there is no record.
        PublishError: there is no room, or no permission to write.
    """
    # nbconvert takes more than a second to import; a wrong parameter is refused before
    from ntanalytics.reports import exporters, findings_json
    from ntanalytics.reports.exporters.pdf import print_page
    from ntanalytics.reports.record import load_record
    from ntanalytics.reports.verification import verify

    disk_space.check_free_space(staged)
    try:
        exporters.render(staged / RECORD, staged)
        record = load_record(staged / RECORD)
        findings_json.write(record, report, run_id, staged)
        verify(staged)
        if not is_printed:
            return record, {}
        progress("printing", 0)
        unprinted = print_page(staged / exporters.HTML, staged / PDF, staged.parent / "browser")
    except OSError as error:
        raise disk_space.disk_error(error, staged) from error
    return record, {PDF: unprinted} if unprinted else {}
