"""End of a process without freeing what it holds."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def end_process(code: int) -> NoReturn:
    """Run the exit functions, write what is left to write, and end this process.

    Python would free the imported libraries one by one, and go through them in search of garbage, which takes as long
    as some commands. Threads that still run are not waited for.

    Args:
        code: the exit code.
    """
    gc.freeze()
    atexit._run_exitfuncs()  # noqa: SLF001 — Python has no other way to run them before os._exit
    with suppress(OSError, ValueError):  # whoever reads the output has gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
