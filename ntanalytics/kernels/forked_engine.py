"""Papermill engine ``ntanalytics-forked``: each run in a kernel of its own, forked from a warm process."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillException

from ntanalytics.kernels.manager import kernel_manager

NAME = "ntanalytics-forked"

#: Least seconds between two writes of the record while cells run: a write at the beginning and the end of each cell
#: takes longer than most cells.
_SAVE_S = 2.0


class ForkedEngine(NBClientEngine):  # type: ignore[misc]
    """Engine that runs a Python notebook in a kernel forked from a warm process of this interpreter.

    The first run of a Python process starts the warm process, and the later ones use it. No run can change the next
    one: each has a process, a session, an environment and a folder of sockets of its own.
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **kwargs: Any,
    ) -> Any:
        """Execute a notebook; the arguments and the result are papermill's.

        Raises:
            PapermillException: the notebook is not of Python.
        """
        language = nb.metadata.get("kernelspec", {}).get("language") or nb.metadata.get("language_info", {}).get("name")
        if language not in (None, "python"):
            raise PapermillException(f"the engine {NAME} runs notebooks of Python, and this is one of {language}")
        manager = _ThrottledManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        manager.notebook_start()
        is_written_next = False
        try:
            if "kernel_manager_class" in kwargs:
                cls.execute_managed_notebook(manager, kernel_name, log_output=log_output, **kwargs)
            else:
                cls._execute_with_own_manager(manager, kernel_name, log_output=log_output, **kwargs)
            is_written_next = True  # by who has the notebook back
        finally:
            manager.cleanup_pbar()
            manager.is_saved = not is_written_next
            manager.notebook_complete()
        return manager.nb

    @classmethod
    def _execute_with_own_manager(cls, manager: NotebookExecutionManager, kernel_name: str, **kwargs: Any) -> None:
        """Execute in this process's folder and environment; an error shows the output of the kernel's process."""
        with tempfile.TemporaryDirectory(prefix="nta-log-") as folder:
            log = Path(folder) / "kernel.log"
            try:
                with kernel_manager(Path.cwd(), os.environ, log) as kernels:
                    cls.execute_managed_notebook(manager, kernel_name, kernel_manager_class=kernels, **kwargs)
            except BaseException as error:
                text = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
                if text:
                    error.add_note(f"the kernel's process said:\n{text[-2000:]}")
                raise


class _ThrottledManager(NotebookExecutionManager):  # type: ignore[misc]
    """Manager that writes the record at its beginning, at its end, and at most every two seconds between.

    Attributes:
        is_saved: whether it writes the record at all.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._saved_at = float("-inf")
        self.is_saved = True
        super().__init__(*args, **kwargs)

    def save(self, **kwargs: Any) -> None:
        """Write the record, unless it was just written."""
        if self.is_saved and (time.monotonic() - self._saved_at >= _SAVE_S or self.end_time is not None):
            super().save(**kwargs)
            self._saved_at = time.monotonic()


def register() -> str:
    """Register the engine with papermill, which may not see its entry point; return the engine's name."""
    papermill_engines.register(NAME, ForkedEngine)
    return NAME
