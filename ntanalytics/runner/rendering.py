"""Renderings beside the record: made in the staging folder, verified, and printed if there is a browser."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics import disk_space
from ntanalytics.errors import FontMissing
from ntanalytics.file_cache import FileCache
from ntanalytics.kernels.collection_pause import collection_paused
from ntanalytics.language import tr
from ntanalytics.report_files import HTML, OFD, PDF, RECORD
from ntanalytics.runner.executed_notebook import record_of, write_notebook, written_on_error

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ntanalytics.reports.record import Record
    from ntanalytics.runner.evidence import RunIdentity


def _nothing() -> None:
    """Do nothing."""


class PendingPrint:
    """Print of a page that is not there yet, by a browser that starts while the kernel works.

    Args:
        staged: the folder of the page.
        thread: a thread for the print.
        is_late: whether the kernel leaves no processor for a browser until its notebook shows something.
    """

    def __init__(self, staged: Path, thread: Executor, *, is_late: bool) -> None:
        self._staged, self._thread, self._is_late = staged, thread, is_late
        self._page: Future[bool] = Future()
        self._print: Future[dict[str, str]] | None = None

    @property
    def is_started(self) -> bool:
        """True as soon as the browser was started."""
        return self._print is not None

    def begin(self) -> None:
        """Start the browser, unless it was started."""
        if not self.is_started:
            self._print = self._thread.submit(print_pdf, self._staged, self._page.result)

    def imported(self) -> None:
        """Start the browser if the kernel leaves it a processor: nothing else is left to be imported."""
        if not self._is_late:
            self.begin()

    def page_written(self) -> None:
        """Print the page, which is there."""
        self.begin()
        self._page.set_result(True)

    def cancel(self) -> None:
        """End the browser if there is no page."""
        if not self._page.done():
            self._page.set_result(False)

    def result(self) -> dict[str, str]:
        """Wait for the print; return the reason why there is none, by the name of the file."""
        return {} if self._print is None else self._print.result()


@contextmanager
def pending_print(staged: Path, *, is_wanted: bool = True, is_late: bool = False) -> Iterator[PendingPrint | None]:
    """Yield the print of the page in a folder, None if it is not wanted; at the end its browser is gone."""
    if not is_wanted:
        yield None
        return
    with ThreadPoolExecutor(max_workers=1) as thread:
        pending = PendingPrint(staged, thread, is_late=is_late)
        try:
            yield pending
        finally:
            pending.cancel()


@contextmanager
def imported_meanwhile(
    reports: Path, pending: PendingPrint | None = None, kept_in: Path | None = None
) -> Iterator[None]:
    """Import the libraries of the renderings in a thread while this process waits for a kernel, and then for its cells.

    What runs the kernel is imported before. At the end the import is complete.

    Args:
        reports: the folder with the reports of other periods; the letters of the latest OFD are drawn.
        pending: the print, whose browser may start when all is imported, and then the manifests of all reports are read
            for their index; None: a page of a batch, which is not printed, and has no index of its own.
        kept_in: the folder in which the packed script and drawn letters are kept; None: they are made each time.
    """
    thread = threading.Thread(target=_import_renderings, args=(reports, pending, kept_in), daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _import_renderings(reports: Path, pending: PendingPrint | None, kept_in: Path | None) -> None:
    with suppress(ImportError), collection_paused():  # whoever needs it is told
        import ntanalytics.reports.compiled_theme
        import ntanalytics.reports.correction_blocks
        import ntanalytics.reports.findings_json
        import ntanalytics.reports.verification.document
        import ntanalytics.reports.verification.html
        import ntanalytics.reports.verification.ofd
        import ntanalytics.reports.verification.workbook  # noqa: F401
        from ntanalytics.reports.exporters.html import KEPT, packed_plotly

        packed_plotly(FileCache(kept_in / KEPT if kept_in else None))
    with suppress(ImportError):
        _draw_letters(reports, kept_in)
    if pending is not None:
        pending.imported()
        with suppress(ImportError, OSError):  # whoever writes the index of the reports is told
            from ntanalytics.delivery.index import compiled_template
            from ntanalytics.delivery.issued_reports import read_issued_reports

            compiled_template()
            read_issued_reports(reports.parent)


def _draw_letters(reports: Path, kept_in: Path | None) -> None:
    """Draw the letters of the latest OFD among some reports: the next one has most of them."""
    latest = max(reports.glob(f"*/{OFD}"), default=None)
    if latest is None:
        return
    from zipfile import BadZipFile

    from fontTools.ttLib import TTLibError

    from ntanalytics.reports.exporters.ofd.fonts import KEPT, draw_letters_of

    # a letter that cannot be drawn now is drawn, and told, with the file
    with suppress(FontMissing, OSError, BadZipFile, TTLibError, ValueError, struct.error):
        draw_letters_of(latest, FileCache(kept_in / KEPT if kept_in else None))


def render_all(
    notebook: NotebookNode,
    staged: Path,
    run: RunIdentity,
    *,
    progress: Callable[[str, int], None],
    pending: PendingPrint | None,
    kernel_ended: Callable[[], object] = _nothing,
) -> tuple[Record, dict[str, str]]:
    """Write the record and every rendering of it, and verify them while a browser prints the page.

    Args:
        notebook: the executed notebook.
        staged: the folder for the files.
        run: the run, for ``findings.json``.
        progress: a callback for progress.
        pending: the print of the page; None: it is not printed.
        kernel_ended: waits for the end of the kernel, before the files are verified.

    Returns:
        The record, and the things that could not be made, name → reason.

    Raises:
        VerificationFailed, ReportIncomplete, PublishError: as :func:`write_record`, :func:`write_and_verify`,
            :func:`write_ofd` and :func:`print_pdf`.
    """
    page_written = _nothing if pending is None else pending.page_written
    record = write_record(notebook, staged)
    write_and_verify(record, staged, run, page_written=page_written, kernel_ended=kernel_ended)
    left_out = write_ofd(record, staged)
    if pending is None:
        return record, left_out
    progress(tr("printing"), 0)
    return record, left_out | pending.result()


def write_record(notebook: NotebookNode, staged: Path) -> Record:
    """Write an executed notebook into a folder, and return its record: the evidence of a run that ends in what follows.

    Raises:
        ReportIncomplete: there is no record.
        PublishError: there is no room, or no permission to write.
    """
    try:
        with written_on_error(notebook, staged / RECORD):
            disk_space.check_free_space(staged)
            record = record_of(notebook)
        write_notebook(notebook, staged / RECORD)
    except OSError as error:
        raise disk_space.disk_error(error, staged) from error
    return record


def write_and_verify(
    record: Record,
    staged: Path,
    run: RunIdentity,
    *,
    page_written: Callable[[], object] = _nothing,
    kernel_ended: Callable[[], object] = _nothing,
) -> None:
    """Write every rendering of a record into its folder, and verify that each agrees with the written record.

    Args:
        record: the record.
        staged: the folder, with the executed notebook.
        run: the run, for ``findings.json``.
        page_written: called as soon as the page is there.
        kernel_ended: waits for the end of the kernel, before the files are verified.

    Raises:
        VerificationFailed: a rendering differs from the record.
        PublishError: there is no room, or no permission to write.
    """
    # what draws the renderings takes long to import, and a wrong parameter is refused earlier
    from ntanalytics.reports import exporters, findings_json
    from ntanalytics.reports.verification import verify_renderings

    try:
        exporters.write_page(record, staged)
        page_written()
        exporters.write_office_files(record, staged)
        findings_json.write(record, run.report, run.run_id, staged)
        kernel_ended()  # the notebook's code can change none of the files any more
        verify_renderings(record, staged)
    except OSError as error:
        raise disk_space.disk_error(error, staged) from error


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


def print_pdf(staged: Path, is_there: Callable[[], bool]) -> dict[str, str]:
    """Print the page as PDF; the browser keeps its own files beside the folder meanwhile.

    Args:
        staged: the folder of the page.
        is_there: waits for the page; False: nothing is printed.

    Returns:
        The reason why it could not be printed, by the name of the file; empty after a success.

    Raises:
        PublishError: there is no room, or no permission to write.
    """
    from ntanalytics.reports.exporters.pdf import print_page

    try:
        profile = staged.parent / "browser"
        reason = print_page(staged / HTML, staged / PDF, profile, is_there=is_there)
    except OSError as error:
        raise disk_space.disk_error(error, staged) from error
    return {PDF: reason} if reason else {}
