"""Timeout for a server that accepted a connection and then does not answer.

The server's own limit ends a slow statement. It does not help if the server is stopped or the network drops its
answers, and not every driver has a read timeout.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

_Item = TypeVar("_Item")

#: Timeout of a connection, in seconds.
CONNECT_S = 15

#: Additional seconds for a server to report that its own statement timeout was reached.
GRACE_S = 10


@contextmanager
def close_after(seconds: float, host: str | None, port: int) -> Iterator[None]:
    """Close this process's connections to a server if the block takes too long, so that pending reads fail.

    Args:
        seconds: limit.
        host: the server; None for a file, which has no connection.
        port: its port.
    """
    if not host:
        yield
        return
    timer = threading.Timer(seconds, _close_connections, (host, port))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def close_on_stall(items: Iterable[_Item], seconds: float, host: str | None, port: int) -> Iterator[_Item]:
    """Yield the items of a server, each within a time limit."""
    iterator = iter(items)
    while True:
        with close_after(seconds, host, port):
            try:
                item = next(iterator)
            except StopIteration:
                return
        yield item
        del item  # a batch takes memory while the next one is read


def _close_connections(host: str, port: int) -> None:
    """Shut down every socket of this process that is connected to a server; its owner still closes it."""
    with suppress(OSError):
        addresses = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        for descriptor in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if str(descriptor.readlink()).startswith("socket:"):
                    _shut(int(descriptor.name), {(address, port) for address in addresses})


def _shut(descriptor: int, addresses: Collection[object]) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as copy:
        if copy.family != socket.AF_UNIX and copy.getpeername()[:2] in addresses:
            copy.shutdown(socket.SHUT_RDWR)
