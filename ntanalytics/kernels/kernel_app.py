"""Application of a forked kernel: ipykernel's own, which ends at once and opens no port of the network."""

from __future__ import annotations

import atexit
from typing import Any

from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread


class ForkedKernelApp(kernelapp.IPKernelApp):
    """Application whose control thread ends before the output thread, by which it sends its last words."""

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


kernelapp.IOPubThread = _off_the_network  # type: ignore[attr-defined, assignment]
