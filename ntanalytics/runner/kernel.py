"""The kernel that runs a report: this interpreter, over Unix sockets, without the sources' secrets."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

#: A Unix socket's path holds at most 107 bytes; the sockets are called ``k-ipc-1`` … ``k-ipc-5``.
_LONGEST_FOLDER = 90


@contextmanager
def kernel_manager(cwd: Path, environment: Mapping[str, str], log: Path) -> Iterator[type[AsyncKernelManager]]:
    """A kernel manager class whose kernels run in ``cwd`` with that environment, and no one's IPython start-up files.

    Papermill passes neither a folder nor an environment to the kernel it starts, and changes the whole
    process's folder instead; a class made for one run says both. The kernel is this very interpreter: a
    ``python3`` kernel that someone installed for his account could be another one.

    Its sockets are files in a folder that only this account can enter, not TCP ports that any account of
    the machine can reach; the folder goes when the context ends.

    What its process says (a crash, a library's warning) goes to ``log`` and not between the lines of ours.
    """
    folder = Path(tempfile.mkdtemp(prefix="nta-"))
    if len(bytes(folder)) > _LONGEST_FOLDER:  # a deep TMPDIR
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="nta-", dir="/tmp"))
    variables = {**environment, "IPYTHONDIR": str(folder / "ipython")}
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
            self._kernel_spec = spec

        async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
            return await super()._async_pre_start_kernel(
                **{**kw, "cwd": str(cwd), "env": variables, "stdout": said, "stderr": said}
            )

        pre_start_kernel = _async_pre_start_kernel

    try:
        with log.open("wb") as said:
            yield ReportKernelManager
    finally:
        shutil.rmtree(folder, ignore_errors=True)
