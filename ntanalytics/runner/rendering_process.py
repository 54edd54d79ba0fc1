"""Process that renders the pages of units while the process that executes their notebooks goes on with the next ones.

    python -P -m ntanalytics.runner.rendering_process DESCRIPTOR

It holds one end of the socket DESCRIPTOR, and ends when nobody holds the other one any more. What it cannot render is
rendered by the process that has asked, which then meets the same error, and tells it.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ntanalytics.kernels.collection_pause import search_less_often
from ntanalytics.kernels.pool import start_module
from ntanalytics.report_files import RECORD
from ntanalytics.reports.record import load_record
from ntanalytics.runner.evidence import RunIdentity
from ntanalytics.runner.rendering import write_and_verify, write_ofd, write_record
from ntanalytics.runner.run_errors import RUN_ERRORS

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ntanalytics.reports.record import Record


class RenderingProcess:
    """A process that renders one written record after the other; it is started at once, and not waited for."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = start_module(__name__, theirs.fileno())

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def render_all(self, notebook: NotebookNode, staged: Path, run: RunIdentity) -> tuple[Record, dict[str, str]]:
        """Write the record and every rendering of it but the print, and verify them.

        Args:
            notebook: the executed notebook, whose kernel has ended.
            staged: the folder for the files.
            run: the run.

        Returns:
            The record, and the things that could not be made, name → reason.

        Raises:
            VerificationFailed, ReportIncomplete, PublishError: as :func:`ntanalytics.runner.rendering.render_all`.
        """
        record = write_record(notebook, staged)
        if not self._is_rendered(staged, run):
            write_and_verify(record, staged, run)
        return record, write_ofd(record, staged)

    def _is_rendered(self, staged: Path, run: RunIdentity) -> bool:
        """Return whether the process has written and verified the renderings of a written record."""
        with self._asking:
            try:
                self._pipe.send((staged, run))
                is_rendered: bool = self._pipe.recv()
            except (OSError, EOFError):  # it has ended
                return False
        return is_rendered

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.kill()  # what it may be rendering is wanted by nobody
        self._process.wait()


def main() -> None:
    """Render what is asked for, until nobody asks any more."""
    search_less_often()
    with suppress(EOFError, OSError), Connection(int(sys.argv[1])) as pipe:
        os.set_inheritable(pipe.fileno(), False)
        while True:
            staged, run = pipe.recv()
            try:
                write_and_verify(load_record(staged / RECORD), staged, run)
            except RUN_ERRORS:
                pipe.send(False)
            else:
                pipe.send(True)


if __name__ == "__main__":
    main()
