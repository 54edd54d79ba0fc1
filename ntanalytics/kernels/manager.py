"""Manager of one run's kernel: forked from the warm process, over Unix sockets, in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ntanalytics.kernels.client import PromptClient
from ntanalytics.kernels.memory import MemoryWatch
from ntanalytics.kernels.pool import ForkedKernel, KernelPool, shared_pool
from ntanalytics.kernels.sockets import socket_folder

#: Seconds between two checks for the sockets of a new kernel, and for the end of a kernel that ends.
_POLL_S = 0.005
#: Milliseconds between two checks whether a kernel that does not answer the request to end has ended.
_REPLY_MS = 50
#: Seconds that a kernel may take to make its sockets.
_SOCKETS_S = 10
#: Seconds that a kernel may take to end by itself, and as many to end when it is told to by each of two signals.
_END_S = 2.5


class ForkedProvisioner(LocalProvisioner):
    """Provisioner that forks the kernel instead of starting it."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel and wait for its sockets.

        Raises:
            KernelPoolUnavailable: it cannot be forked.
        """
        pool: KernelPool = kwargs["pool"]
        # cmd is an interpreter and its module, and then the kernel's arguments
        process: Any = pool.fork(cmd[3:], Path(kwargs["cwd"]), kwargs["env"], kwargs["stdout"])
        self.process = process
        self.pid = self.pgid = process.pid
        if kwargs["memory"] is not None:
            kwargs["memory"].follow(process.pid)
        self.cwd = kwargs["cwd"]
        _wait_for(kwargs["sockets"], process)
        return self.connection_info


def _wait_for(sockets: Sequence[str], process: Any) -> None:
    """Wait for a kernel's sockets: a client that connects too early tries again only after 0.1 s.

    A kernel without sockets is reported by the client, which waits for its reply.
    """
    deadline = time.monotonic() + _SOCKETS_S
    while process.poll() is None and time.monotonic() < deadline and not all(Path(path).exists() for path in sockets):
        time.sleep(_POLL_S)


class _ForkedKernelManager(AsyncKernelManager):
    """Manager of one forked kernel; a subclass for each run holds its folders and arguments."""

    home: Path
    #: threads that wait for the end of a kernel
    endings: list[threading.Thread]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.transport = "ipc"
        self.connection_file = str(self.home / "k.json")
        self.client_factory = PromptClient
        self._kernel_spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )

    def launch_arguments(self) -> dict[str, Any]:
        """Return the folder, the environment and the output of the kernel's process."""
        raise NotImplementedError

    def fork_arguments(self) -> dict[str, Any]:
        """Return the process that forks the kernel, and the watch over its memory."""
        raise NotImplementedError

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        self.kernel_id = self.kernel_id or self.home.name
        self.provisioner = ForkedProvisioner(kernel_id=self.kernel_id, kernel_spec=self._kernel_spec, parent=self)
        command, kw = await super()._async_pre_start_kernel(**{**kw, **self.launch_arguments()})
        ports = (self.shell_port, self.iopub_port, self.stdin_port, self.hb_port, self.control_port)
        return command, {**kw, **self.fork_arguments(), "sockets": [f"{self.ip}-{port}" for port in ports]}

    pre_start_kernel = _async_pre_start_kernel

    async def _async_finish_shutdown(
        self, waittime: float | None = None, pollinterval: float = _POLL_S, restart: bool = False
    ) -> None:
        """Wait until the kernel has the request to end; what it does then is waited for in a thread."""
        if restart:
            await super()._async_finish_shutdown(waittime, pollinterval, restart)
            return
        deadline = time.monotonic() + _END_S
        while await self._async_is_alive() and time.monotonic() < deadline:
            if await self._control_socket.poll(_REPLY_MS):
                break
        process: Any = self.provisioner.process if isinstance(self.provisioner, ForkedProvisioner) else None
        if process is not None:
            self.endings.append(threading.Thread(target=_see_off, args=(process,), name=f"end of {process.pid}"))
            self.endings[-1].start()

    async def _async_wait(self, pollinterval: float = _POLL_S) -> None:
        while await self._async_is_alive():  # noqa: ASYNC110 — it is another process that ends
            await asyncio.sleep(min(pollinterval, _POLL_S))


def _see_off(process: ForkedKernel) -> None:
    """Wait for the end of a kernel that was asked to end; kill one that does not."""
    for insist in (process.terminate, process.kill):
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            insist()
    with suppress(subprocess.TimeoutExpired):  # one that waits for a lost disk cannot be killed
        process.wait(_END_S)


@contextmanager
def kernel_manager(
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    pool: KernelPool | None = None,
    memory: MemoryWatch | None = None,
) -> Iterator[type[AsyncKernelManager]]:
    """Yield a kernel manager class for one run, without the IPython start-up files of any account.

    Papermill passes neither a folder nor an environment to the kernel it starts, and changes the folder of the whole
    process instead; a class made for one run holds both. The kernel is this interpreter: a ``python3`` kernel that
    somebody installed for an account could be another one.

    Its sockets are files in a folder that only this account can enter, not TCP ports that any account of the machine
    can reach. A kernel that is asked to end is not waited for, as papermill would, but when the context ends; then its
    folder is removed.

    Args:
        cwd: the kernel's working folder.
        environment: its whole environment.
        log: the file for the output of its process (a crash, a library's warning).
        pool: the warm process that forks it; None for the shared one of this process.
        memory: the watch over its memory; None for no watch.
    """
    ends: list[threading.Thread] = []
    with socket_folder(len("k-ipc-1")) as folder:
        variables = {**environment, "IPYTHONDIR": str(folder / "ipython"), "JPY_PARENT_PID": str(os.getpid())}

        class ReportKernelManager(_ForkedKernelManager):
            home = folder
            endings = ends

            def launch_arguments(self) -> dict[str, Any]:
                return {"cwd": str(cwd), "env": variables, "stdout": output.fileno(), "stderr": output.fileno()}

            def fork_arguments(self) -> dict[str, Any]:
                return {"pool": pool or shared_pool(environment), "memory": memory}

        try:
            with log.open("wb") as output:
                yield ReportKernelManager
        finally:
            for end in ends:
                end.join()
            if memory is not None:
                memory.end()
