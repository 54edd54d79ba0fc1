"""Execution of a notebook under papermill, and the truth about its end.

Papermill marks every cell completed when a kernel is killed, so its own account is not used. The record counts: each
code cell was executed, none ends in an error, the head is there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntanalytics import errors
from ntanalytics.disk_space import disk_error
from ntanalytics.errors import KernelDied, NtaError, ReportFailed
from ntanalytics.kernels.collection_pause import collection_paused
from ntanalytics.kernels.unused_imports import skip_unused_imports
from ntanalytics.language import tr
from ntanalytics.runner.executed_notebook import (
    check_complete,
    code_cells,
    last_lines,
    read_notebook,
    redact,
    written_on_error,
)
from ntanalytics.runner.parameters import Value

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ntanalytics.kernels.memory import MemoryWatch
    from ntanalytics.kernels.pool import KernelPool

#: Longest time for one cell and for one run, in seconds. A report takes seconds; a month of a large city, minutes.
CELL_SECONDS = 1200
RUN_SECONDS = 3600
_START_SECONDS = 60

#: Default for the memory of a kernel, in MB.
MEMORY_MB = 4096

#: Output of the kernel's process, beside the record; removed after a success.
KERNEL_LOG = "kernel.log"


@dataclass(frozen=True)
class Limits:
    """Longest duration of a cell and of a run, in seconds, and most memory of the kernel, in MB."""

    cell: float = CELL_SECONDS
    run: float = RUN_SECONDS
    memory_mb: int = MEMORY_MB


@dataclass(frozen=True)
class ExecutionTask:
    """A notebook to execute.

    Attributes:
        name: the report, for messages.
        notebook: the report's file; it is not changed.
        record: the file of the executed notebook; its folder is the kernel's working folder.
        values: the value of each parameter.
    """

    name: str
    notebook: Path
    record: Path
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Callbacks:
    """Functions that are called while a notebook is executed.

    Attributes:
        progress: called with the report's name and the number of code cells that have started.
        shown: called after each cell that shows something: in our notebooks what takes long is before the first one;
            None: nothing is called.
    """

    progress: Callable[[str, int], None]
    shown: Callable[[], object] | None = None


@dataclass(kw_only=True)
class _Execution:
    """Cells that were started, and the time left for the others."""

    task: ExecutionTask
    limits: Limits
    memory: MemoryWatch
    callbacks: Callbacks
    deadline: float
    started: set[str] = field(default_factory=set)

    def cell_ended(self, cell: NotebookNode, **_: object) -> None:
        """Report that something is shown, after each cell that shows something."""
        if cell.outputs and self.callbacks.shown is not None:
            self.callbacks.shown()

    def seconds_left(self, cell: NotebookNode) -> float:
        """Return the seconds that a cell may take; papermill asks right before it starts the cell."""
        from nbclient.exceptions import CellTimeoutError

        self.started.add(cell.get("id", cell.source))
        self.callbacks.progress(self.task.name, len(self.started))
        left = self.deadline - time.monotonic()
        if left <= 0:  # each of the earlier cells ended in time
            raise CellTimeoutError(tr("no time is left for cell {count}", count=len(self.started)))
        return min(self.limits.cell, left)

    @property
    def where(self) -> str:
        """The report and the cell that was running, such as ``probe, code cell 3 of 7``."""
        count = len(self.started)
        try:
            total = len(code_cells(read_notebook(self.task.record)))
        except (OSError, ValueError):
            return tr("{task}, code cell {count}", task=self.task.name, count=count)
        return tr("{task}, code cell {count} of {total}", task=self.task.name, count=count, total=total)


@contextmanager
def imported_meanwhile() -> Iterator[None]:
    """Import what executes a notebook in a thread while the caller waits for sources and disks."""
    thread = threading.Thread(target=_import_jupyter, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _import_jupyter() -> None:
    skip_unused_imports()
    with suppress(ImportError), collection_paused():  # whoever needs it is told
        import papermill  # noqa: F401

        import ntanalytics.kernels.forked_engine
        import ntanalytics.kernels.manager  # noqa: F401


def execute(
    task: ExecutionTask,
    *,
    environment: Mapping[str, str],
    pool: KernelPool,
    limits: Limits,
    secrets: Iterable[str] = (),
    callbacks: Callbacks,
    kernel_end: ExitStack,
) -> NotebookNode:
    """Execute a report's notebook.

    The file of the record holds the cells that have run, for the evidence of a failed run: a kernel that is killed
    leaves it behind. What has run to its end is returned, and the caller writes it.

    Args:
        task: the notebook, its parameters and the file of the record.
        environment: the kernel's whole environment.
        pool: the process that forks the kernel.
        limits: the longest duration and the most memory.
        secrets: texts that no message may hold.
        callbacks: functions that are called meanwhile.
        kernel_end: what waits for the end of the kernel after a success; after a failure it has ended.

    Returns:
        The executed notebook; every code cell of it has run.

    Raises:
        ReportFailed: a cell raised, or took too long or too much memory; the message names the cell and its error.
        NtaError: a cell raised an error of this package, such as CalendarMissing or NoData.
        KernelDied: the kernel was killed, or did not start.
        ReportIncomplete: a cell did not run, or the head is missing.
        PublishError: there is no room for the file of the record.
    """
    # Jupyter takes more than a second to import, and a wrong parameter is refused earlier.
    skip_unused_imports()
    from ntanalytics.kernels.manager import kernel_manager
    from ntanalytics.kernels.memory import MemoryWatch

    # Its failures reach us as errors; without a handler they would be printed, too.
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    record, log = task.record, task.record.with_name(KERNEL_LOG)
    execution = _Execution(
        task=task,
        limits=limits,
        memory=MemoryWatch(limits.memory_mb),
        callbacks=callbacks,
        deadline=time.monotonic() + limits.run,
    )
    with _explained(execution, secrets), ExitStack() as kernel:
        manager = kernel.enter_context(kernel_manager(record.parent, environment, log, pool, execution.memory))
        executed = _run_papermill(execution, manager)
        with written_on_error(executed, record):
            check_complete(executed, task.name)
        kernel_end.callback(log.unlink, missing_ok=True)
        kernel_end.push(kernel.pop_all())
    # the paths of this machine are of no use to a reader
    executed.metadata.papermill.update(input_path=f"notebooks/{task.notebook.name}", output_path=record.name)
    return executed


def _run_papermill(execution: _Execution, manager: type) -> NotebookNode:
    """Execute a notebook by the steps of papermill, but for its last write of a notebook that is written again."""
    import papermill
    from papermill.engines import papermill_engines
    from papermill.execute import raise_for_execution_errors

    from ntanalytics.kernels.forked_engine import register

    engine, task = register(), execution.task
    prepared = papermill.execute_notebook(
        _as_template(task.notebook),
        None,  # the engine writes it when it begins
        parameters=dict(task.values),
        engine_name=engine,
        prepare_only=True,
        kernel_name="python3",
        language="python",
    )
    executed: NotebookNode = papermill_engines.execute_notebook_with_engine(
        engine,
        prepared,
        kernel_name="python3",
        output_path=str(task.record),
        progress_bar=False,
        log_output=False,
        start_timeout=_START_SECONDS,
        kernel_manager_class=manager,
        timeout_func=execution.seconds_left,
        on_cell_executed=execution.cell_ended,
        iopub_timeout=30,
        force_raise_errors=True,
        store_widget_state=False,
    )
    raise_for_execution_errors(executed, str(task.record))  # it writes the cells of a run that failed
    return executed


@contextmanager
def _explained(execution: _Execution, secrets: Iterable[str]) -> Iterator[None]:
    """Translate the errors of papermill and Jupyter; the rest passes."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    name = execution.task.name
    try:
        yield
    except PapermillExecutionError as error:
        raise _cell_error(error, name, secrets) from error
    except DeadKernelError as error:
        raise _death(execution) from error
    except CellTimeoutError as error:
        is_run = time.monotonic() >= execution.deadline
        limit, allowed_s = (tr("the run"), execution.limits.run) if is_run else (tr("the cell"), execution.limits.cell)
        raise ReportFailed(
            tr("{limit} took longer than {allowed_s:g} s", limit=limit, allowed_s=allowed_s), where=execution.where
        ) from error
    except RuntimeError as error:  # of nbclient and jupyter_client, when a kernel does not start
        raise KernelDied(redact(tr("the kernel did not start: {error}", error=error), secrets), where=name) from error
    except OSError as error:
        raise disk_error(error, execution.task.record.parent) from error


def _cell_error(error: Any, name: str, secrets: Iterable[str]) -> NtaError:
    """Return the error of a cell; an error of this package keeps its class, advice and exit code."""
    where = f"{name}, cell In [{error.exec_count}]"
    kind = getattr(errors, error.ename, None)
    if isinstance(kind, type) and issubclass(kind, NtaError) and kind.__init__ is NtaError.__init__:
        what, _, todo = redact(error.evalue, secrets).partition("\n  → ")
        return kind(what, where=where, todo=todo)
    what = redact(f"{error.ename}: {error.evalue}", secrets)
    last = redact(last_lines(error.traceback), secrets)
    return ReportFailed(what, where=where, todo=tr("the end of its traceback:\n{last}", last=last) if last else "")


def _death(execution: _Execution) -> NtaError:
    """Return the error of a kernel that was killed: for its memory, or by somebody else."""
    memory = execution.memory
    if memory.held_mb:
        return ReportFailed(
            tr(
                "the cell took {held_mb:,} MB of memory, of the {most_mb:,} MB that a report may hold",
                held_mb=memory.held_mb,
                most_mb=memory.most_mb,
            ),
            where=execution.where,
            todo=tr(
                "have it read less, or set `report_memory_mb` in ntanalytics.yml; the last good "
                "report was left in place"
            ),
        )
    return KernelDied(
        tr("the kernel was killed while it ran the report"),
        where=execution.where,
        todo=tr("was the memory enough? see `journalctl -k | grep -i oom`; the last good report was left in place"),
    )


def _as_template(path: Path) -> str:
    """Return a path in the form that papermill reads: it formats paths with the parameters."""
    return str(path).replace("{", "{{").replace("}", "}}")
