"""Reading and checking at once: while the source gives the next batch, the last one is checked and spooled.

Drivers, Arrow and Parquet let go of the interpreter while they work, so that one thread beside the reader is enough.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_Item = TypeVar("_Item")
_Done = TypeVar("_Done")

#: Batches read and not yet worked on: enough that neither side waits for a slow batch of the other, and few in memory.
_WAITING = 2


@contextmanager
def beside(items: Iterable[_Item], work: Callable[[_Item], _Done]) -> Iterator[Iterator[_Done]]:
    """What ``work`` makes of each item, in their order; it runs in another thread, on one item at a time.

    The items are read in the calling thread, as a connection may want. When the block is left, nothing runs any more,
    however it is left. What either side raises is raised here.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="checking") as worker:
        try:
            yield _done(items, work, worker)
        finally:
            worker.shutdown(wait=True, cancel_futures=True)


def _done(items: Iterable[_Item], work: Callable[[_Item], _Done], worker: ThreadPoolExecutor) -> Iterator[_Done]:
    under_way: deque[Future[_Done]] = deque()
    for item in items:
        under_way.append(worker.submit(work, item))
        while len(under_way) > _WAITING or (under_way and under_way[0].done()):
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
