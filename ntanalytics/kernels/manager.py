"""The manager of one run's kernel: forked from the warm process, over Unix sockets, in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from ntanalytics.kernels.client import PromptClient
from ntanalytics.kernels.memory import MemoryWatch
from ntanalytics.kernels.pool import KernelPool, warm
from ntanalytics.kernels.sockets import socket_folder

#: How often one looks whether a kernel has its sockets, and whether one that was told to end has ended, in seconds.
_LOOK_S = 0.005
#: How long it may take to make them.
_SOCKETS_S = 10


class ForkedProvisioner(LocalProvisioner):
    """Has the kernel forked instead of started; its process is asked and signalled as any other."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Have the kernel forked.

        Raises:
            NotWarm: it cannot be.
        """
        server: KernelPool = kwargs["server"]
        # cmd is an interpreter and its module, and then the kernel's arguments
        process: Any = server.fork(cmd[3:], Path(kwargs["cwd"]), kwargs["env"], kwargs["stdout"])
        self.process = process
        self.pid = self.pgid = process.pid
        if kwargs["memory"] is not None:
            kwargs["memory"].follow(process.pid)
        self.cwd = kwargs["cwd"]
        _wait_for(kwargs["sockets"], process)
        return self.connection_info


def _wait_for(sockets: Sequence[str], process: Any) -> None:
    """Wait for a kernel's sockets: who connects to one that is not there tries again only after a tenth of a second.

    Of a kernel that makes none, whoever waits for its answer says that it did not start.
    """
    deadline = time.monotonic() + _SOCKETS_S
    while process.poll() is None and time.monotonic() < deadline and not all(Path(each).exists() for each in sockets):
        time.sleep(_LOOK_S)


@contextmanager
def kernel_manager(
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    server: KernelPool | None = None,
    memory: MemoryWatch | None = None,
) -> Iterator[type[AsyncKernelManager]]:
    """A kernel manager class whose kernels run in ``cwd`` with that environment, and no one's IPython start-up files.

    Papermill passes neither a folder nor an environment to the kernel it starts, and changes the whole
    process's folder instead; a class made for one run says both. The kernel is this very interpreter: a
    ``python3`` kernel that someone installed for his account could be another one.

    Its sockets are files in a folder that only this account can enter, not TCP ports that any account of
    the machine can reach; the folder goes when the context ends.

    What its process says (a crash, a library's warning) goes to ``log`` and not between the lines of ours.

    Args:
        cwd: the kernel's working folder.
        environment: its whole environment.
        log: the file that takes what its process says.
        server: what it is forked from (default: the warm process of this process).
        memory: what watches the memory that it holds (default: nobody does).
    """
    folder = socket_folder(len("k-ipc-1"))
    variables = {**environment, "IPYTHONDIR": str(folder / "ipython"), "JPY_PARENT_PID": str(os.getpid())}
    spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        display_name="Python 3",
        language="python",
    )

    class ReportKernelManager(AsyncKernelManager):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.transport = "ipc"
            self.connection_file = str(folder / "k.json")
            self.client_factory = PromptClient
            self._kernel_spec = spec

        async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
            self.kernel_id = self.kernel_id or folder.name
            self.provisioner = ForkedProvisioner(kernel_id=self.kernel_id, kernel_spec=spec, parent=self)
            command, kw = await super()._async_pre_start_kernel(
                **{**kw, "cwd": str(cwd), "env": variables, "stdout": said.fileno(), "stderr": said.fileno()}
            )
            ports = (self.shell_port, self.iopub_port, self.stdin_port, self.hb_port, self.control_port)
            sockets = [f"{self.ip}-{port}" for port in ports]
            return command, {**kw, "server": server or warm(environment), "memory": memory, "sockets": sockets}

        pre_start_kernel = _async_pre_start_kernel

        async def _async_wait(self, pollinterval: float = _LOOK_S) -> None:
            while await self._async_is_alive():  # noqa: ASYNC110 — it is another process that ends
                await asyncio.sleep(min(pollinterval, _LOOK_S))

    try:
        with log.open("wb") as said:
            yield ReportKernelManager
    finally:
        if memory is not None:
            memory.end()
        shutil.rmtree(folder, ignore_errors=True)
