"""Second process of a command, for work that goes on beside the first: the demo's data and reports."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process

from ntanalytics.language import use_language


@contextmanager
def second_process() -> Iterator[ProcessPoolExecutor]:
    """Yield a process that does one task after the other; an error of the first process ends it."""
    from ntanalytics.cli.program import chosen_language

    language = chosen_language(sys.argv[1:])
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin, initargs=(language,))
    try:
        yield pool
    except BaseException:
        for child in active_children():
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(language: str) -> None:
    """Prepare the process as the command line prepares the first one."""
    from ntanalytics.kernels.unused_imports import skip_unused_imports

    skip_unused_imports()
    os.umask(0o027)
    use_language(language)
    threading.Thread(target=_end_with_first, daemon=True).start()


def _end_with_first() -> None:
    """End this process as soon as the first one has ended: a killed process sends nobody home."""
    first = parent_process()
    if first is not None:
        first.join()
        os._exit(1)
