"""Executing a notebook under papermill, and telling truly how it went.

Papermill's own account is not believed: when a kernel is killed it marks every cell completed. What
counts is what the record shows: each code cell has been executed, none ends in an error, the head is there.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics import errors
from ntanalytics.disk_space import disk_error
from ntanalytics.errors import KernelDied, NtaError, ReportFailed, ReportIncomplete
from ntanalytics.kernels.skip_grammar_import import skip_grammar_import
from ntanalytics.runner.parameters import Value

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ntanalytics.kernels.pool import KernelPool

#: Longest time for one cell and for one run, in seconds. A report takes seconds; a month of a big city, minutes.
CELL_SECONDS = 1200
RUN_SECONDS = 3600
START_SECONDS = 60

#: What a kernel may hold where nobody says otherwise.
MEMORY_MB = 4096

#: What the kernel's process said, beside the record; gone when all went well.
KERNEL_LOG = "kernel.log"

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_URL_PASSWORD = re.compile(r"(://[^\s/:@]*:)[^\s/@]+(@)")


def discard_progress(_what: str, _amount: int) -> None:
    """The progress of a run that nobody watches."""


@dataclass(frozen=True)
class Limits:
    """How long a run may take, in seconds, and what memory its kernel may hold, in MB."""

    cell: float = CELL_SECONDS
    run: float = RUN_SECONDS
    memory_mb: int = MEMORY_MB


def execute(
    notebook: Path,
    record: Path,
    values: Mapping[str, Value],
    *,
    name: str,
    environment: Mapping[str, str],
    server: KernelPool | None = None,
    secrets: Iterable[str] = (),
    limits: Limits | None = None,
    progress: Callable[[str, int], None] = discard_progress,
) -> NotebookNode:
    """Execute a report's notebook with those parameters; the record is written to ``record``.

    Args:
        notebook: the report's file; it is left as it is.
        record: the file of the executed notebook; its folder is the kernel's working folder.
        values: every parameter's value, checked before (``parameters.resolve``).
        name: the report, for messages.
        environment: the kernel's whole environment.
        server: what forks the kernel (default: this process's own).
        secrets: texts that no message may hold.
        limits: how long it may take, and what memory (default: ``Limits()``).
        progress: told of each cell, as (what, how many code cells have run).

    Returns:
        The executed notebook, every code cell of which has run.

    Raises:
        ReportFailed: a cell raised, or took too long or too much memory; the message names the cell and its error.
        NtaError: a cell raised an error of ours, such as CalendarMissing or NoData.
        KernelDied: the kernel was killed, or did not start.
        ReportIncomplete: it ended without having run every cell, or without its head.
        PublishError: there is no room for the record.
    """
    # Both take more than a second to import; a wrong parameter is refused before.
    skip_grammar_import()
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from ntanalytics.kernels.forked_engine import register
    from ntanalytics.kernels.manager import kernel_manager
    from ntanalytics.kernels.memory import MemoryWatch

    # Its own failures reach us as errors; without a handler they would be printed, too.
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    allowed = limits or Limits()
    deadline = time.monotonic() + allowed.run
    begun: set[str] = set()
    memory = MemoryWatch(allowed.memory_mb)

    def seconds_left(cell: NotebookNode) -> float:
        begun.add(cell.get("id", cell.source))
        progress(name, len(begun))
        left = deadline - time.monotonic()
        if left <= 0:  # the cells before ended in time, each of them
            raise CellTimeoutError(f"no time is left for cell {len(begun)}")
        return min(allowed.cell, left)

    try:
        with kernel_manager(record.parent, environment, record.with_name(KERNEL_LOG), server, memory) as manager:
            executed: NotebookNode = papermill.execute_notebook(
                _as_template(notebook),
                _as_template(record),
                parameters=dict(values),
                engine_name=register(),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                log_output=False,
                start_timeout=START_SECONDS,
                kernel_manager_class=manager,
                timeout_func=seconds_left,
                iopub_timeout=30,
                force_raise_errors=True,
                store_widget_state=False,
            )
    except PapermillExecutionError as error:
        cell = f"{name}, cell In [{error.exec_count}]"
        what = redact(f"{error.ename}: {error.evalue}", secrets)
        _raise_ours(error.ename, redact(error.evalue, secrets), cell)
        last = redact(last_lines(error.traceback), secrets)
        raise ReportFailed(what, where=cell, todo=f"the end of its traceback:\n{last}" if last else "") from error
    except DeadKernelError as error:
        if memory.held_mb:
            raise ReportFailed(
                f"the cell took {memory.held_mb:,} MB of memory, of the {memory.most_mb:,} MB that a report may hold",
                where=f"{name}, {_running_cell(record, len(begun))}",
                todo="have it read less, or set `report_memory_mb` in ntanalytics.yml; the last good report was left "
                "in place",
            ) from error
        raise KernelDied(
            "the kernel was killed while it ran the report",
            where=f"{name}, {_running_cell(record, len(begun))}",
            todo="was the memory enough? see `journalctl -k | grep -i oom`; the last good report was left in place",
        ) from error
    except CellTimeoutError as error:
        limit = "the run" if time.monotonic() >= deadline else "the cell"
        allowed_s = allowed.run if limit == "the run" else allowed.cell
        raise ReportFailed(
            f"{limit} took longer than {allowed_s:g} s", where=f"{name}, {_running_cell(record, len(begun))}"
        ) from error
    except RuntimeError as error:
        # nbclient and jupyter_client say it so, when a kernel does not come up
        raise KernelDied(redact(f"the kernel did not start: {error}", secrets), where=name) from error
    except OSError as error:
        raise disk_error(error, record.parent) from error
    check(executed, name)
    record.with_name(KERNEL_LOG).unlink(missing_ok=True)
    # where it was made is nobody's business but this machine's
    executed.metadata.papermill.update(input_path=f"notebooks/{notebook.name}", output_path=record.name)
    try:
        write_notebook(executed, record)
    except OSError as error:
        raise disk_error(error, record.parent) from error
    return executed


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a file, as nbformat's version 4.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no notebook.
    """
    import nbformat

    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook to a file; not atomic, so only where nobody reads."""
    import nbformat

    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def _as_template(path: Path) -> str:
    """The path as papermill wants it: it formats paths with the parameters."""
    return str(path).replace("{", "{{").replace("}", "}}")


def check(notebook: NotebookNode, name: str) -> None:
    """Refuse a record that is not whole.

    Raises:
        ReportIncomplete: a code cell has not run or has failed, or the head block is missing.
    """
    broken = [
        cell for cell in notebook.cells if any(output.output_type == "error" for output in cell.get("outputs", ()))
    ]
    missing = not_run(notebook)
    if broken or missing:
        total = len(code_cells(notebook))
        what = f"{len(missing)} of {total} code cells have not run" if missing else "a cell ended in an error"
        if broken:
            last = next(output for output in broken[0].outputs if output.output_type == "error")
            what += f", after {last.ename} in cell In [{broken[0].execution_count}]"
        raise ReportIncomplete(what, where=name, todo="a report may not end early: no sys.exit(), no skipped cells")
    from ntanalytics.reports.record import read_record

    try:
        read_record(notebook)
    except ReportIncomplete as error:
        raise ReportIncomplete(error.what, where=name, todo=error.todo) from error


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that have something to run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def not_run(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that did not run to an end: the kernel never answered their execution."""
    return [cell for cell in code_cells(notebook) if "shell.execute_reply" not in cell.metadata.get("execution", {})]


def last_lines(traceback: Iterable[str], count: int = 6) -> str:
    """The last lines of a traceback, without colours."""
    lines = _COLOURS.sub("", "\n".join(traceback)).rstrip().splitlines()
    return "\n".join(f"      {line}" for line in lines[-count:])


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text without those secrets and without passwords in URLs."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return _URL_PASSWORD.sub(r"\1***\2", text)


def _raise_ours(name: str, said: str, cell: str) -> None:
    """Raise an error of ours again as what it was in the kernel: no calendar, no data, wrong settings.

    It says itself what to do, and has its own exit code; a traceback would only hide that.
    """
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, NtaError) and kind.__init__ is NtaError.__init__:
        what, _, todo = said.partition("\n  → ")
        raise kind(what, where=cell, todo=todo)


def _running_cell(record: Path, begun: int) -> str:
    """Where the run was, when so many cells had begun: ``code cell 3 of 7``."""
    try:
        total = len(code_cells(read_notebook(record)))
    except (OSError, ValueError):
        return f"code cell {begun}"
    return f"code cell {begun} of {total}"
