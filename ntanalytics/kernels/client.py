"""The client of one run's kernel, which waits for it no longer than it takes to come up."""

from __future__ import annotations

import math
import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

#: So long one waits for an answer, and for what is told of it, in seconds, before the kernel is asked again.
_ANSWER_S = 1.0
_TOLD_S = 0.2


class PromptClient(AsyncKernelClient):
    """Knows that a kernel is ready by what it tells of its first answer, not by a fifth of a second of silence.

    Jupyter's own client waits until nothing more is told, so that no cell is given what was told before it. Of one
    request the last word is that the kernel is idle again: after it there is nothing to wait for.
    """

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 — Jupyter's name
        """Wait until the kernel answers, and until what it tells is heard.

        Raises:
            RuntimeError: it died, or did not answer in ``timeout`` seconds.
        """
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        while True:
            self.kernel_info()
            if await self._has_answered():
                return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    wait_for_ready = _async_wait_for_ready

    async def _has_answered(self) -> bool:
        try:
            reply: dict[str, Any] = await self.get_shell_msg(timeout=_ANSWER_S)
            if reply["msg_type"] != "kernel_info_reply":
                return False
            asked = reply["parent_header"]["msg_id"]
            while True:
                told: dict[str, Any] = await self.get_iopub_msg(timeout=_TOLD_S)
                if told["content"].get("execution_state") == "idle" and told["parent_header"].get("msg_id") == asked:
                    break
        except Empty:  # it is not up yet, or did not know yet that we listen
            return False
        self._handle_kernel_info_reply(reply)
        return True
