"""End of a process without freeing what it holds."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import NoReturn

#: Exit code of Python where its output could not be written.
_UNWRITTEN = 120


def end_process(code: int) -> NoReturn:
    """Run the exit functions, write what is left to write, and end this process.

    Python would free the imported libraries one by one, and go through them in search of garbage, which takes as long
    as some commands. Threads that still run are not waited for.

    Args:
        code: the exit code. Where it is 0 and something cannot be written, it is that of Python in such a case.
    """
    gc.freeze()
    atexit._run_exitfuncs()  # noqa: SLF001 — Python has no other way to run them before os._exit
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # a full disk, or whoever reads the output has gone
        code = code or _UNWRITTEN
    os._exit(code)
