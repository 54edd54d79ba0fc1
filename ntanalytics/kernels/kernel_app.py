"""Application of a forked kernel: ipykernel's own, which ends at once and opens no port of the network."""

from __future__ import annotations

import atexit
import sys
from types import MappingProxyType
from typing import Any

from ipykernel import ipkernel, kernelapp
from ipykernel.iostream import IOPubThread, OutStream


class PromptStream(OutStream):
    """Output of a kernel that has nothing to flush where nothing was written.

    A kernel flushes its two outputs three times for each cell, and again for each display. Each time it waits for
    another thread, even where nothing was written.
    """

    _was_written = False

    def write(self, string: str) -> int | None:  # type: ignore[override]  # ipykernel's own type
        """Write a text, and return its length."""
        length = super().write(string)
        self._was_written = True
        return length

    def flush(self) -> None:
        """Send what was written since the last time."""
        if self._was_written:
            self._was_written = False
            super().flush()  # type: ignore[no-untyped-call]


class ForkedKernelApp(kernelapp.IPKernelApp):
    """Application whose control thread ends before the output thread, by which it sends its last words."""

    def __init__(self, **traits: Any) -> None:
        stream = f"{__name__}.{PromptStream.__name__}"
        super().__init__(**{"outstream_class": stream} | traits)  # type: ignore[no-untyped-call]
        self.config.HistoryManager.enabled = False  # the database of the inputs would go with the kernel's folder

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Take the connection file, a forked kernel's one argument; a parser of every option takes long to make."""
        match argv:
            case ["-f", file]:
                self.connection_file = file
            case _:
                super().parse_command_line(argv)

    def init_iopub(self, context: Any) -> None:
        """Start the output thread.

        A shutdown request stops the main loop while the control thread still flushes the output. ipykernel then ends
        the output thread first: the control thread waits for it, and is waited for, until the kernel is killed.
        """
        super().init_iopub(context)  # type: ignore[no-untyped-call]
        atexit.register(self._end_control)  # the last one registered is the first one called

    def _end_control(self) -> None:
        if self.control_thread.is_alive():
            self.control_thread.stop()
            self.control_thread.join()


def _off_the_network(socket: Any, pipe: bool = False, session: Any = False) -> IOPubThread:  # noqa: ARG001
    """Return the output thread of a kernel, without the TCP port that ipykernel opens for subprocesses."""
    return IOPubThread(socket, pipe=False, session=session)  # type: ignore[no-untyped-call]


class _Interpreter:
    """Module ``sys`` as a kernel sees it when it starts, without the list of modules that its debugger would skip.

    To look at each of some thousand modules copies the memory of all of them, which a forked process shares until then;
    that takes a tenth of the time of a page. A forked kernel has no debugger.
    """

    modules = MappingProxyType[str, Any]({})

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


ipkernel.sys = _Interpreter()  # type: ignore[attr-defined, assignment]
kernelapp.IOPubThread = _off_the_network  # type: ignore[attr-defined, assignment]
