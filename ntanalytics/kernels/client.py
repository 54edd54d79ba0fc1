"""Client of one run's kernel, which waits for it no longer than it takes to start."""

from __future__ import annotations

import math
import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

#: Seconds to wait for a reply, and for the messages about it, before the kernel is asked again.
_REPLY_S = 1.0
_STATUS_S = 0.2


class PromptClient(AsyncKernelClient):
    """Client that knows a kernel to be ready by the status after its first reply, not by 0.2 s of silence.

    Jupyter's own client waits until no more messages come, so that no cell gets messages from before it. The last
    message about a request is the status idle: after it there is nothing to wait for.
    """

    def start_channels(
        self, shell: bool = True, iopub: bool = True, stdin: bool = True, hb: bool = False, control: bool = True
    ) -> None:
        """Start the channels without a heartbeat: whether the kernel lives is asked of its process.

        A heartbeat whose thread begins only after its client was stopped opens sockets until there are no more.
        """
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 — Jupyter's name
        """Wait until the kernel replies, and until the messages about the reply are read.

        Raises:
            RuntimeError: the kernel died, or did not reply within ``timeout`` seconds.
        """
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        while True:
            self.kernel_info()
            if await self._has_replied():
                return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    wait_for_ready = _async_wait_for_ready

    async def _has_replied(self) -> bool:
        try:
            reply: dict[str, Any] = await self.get_shell_msg(timeout=_REPLY_S)
            if reply["msg_type"] != "kernel_info_reply":
                return False
            request_id = reply["parent_header"]["msg_id"]
            while True:
                message: dict[str, Any] = await self.get_iopub_msg(timeout=_STATUS_S)
                is_idle = message["content"].get("execution_state") == "idle"
                if is_idle and message["parent_header"].get("msg_id") == request_id:
                    break
        except Empty:  # it has not started yet, or did not know yet that this client listens
            return False
        self._handle_kernel_info_reply(reply)
        return True
