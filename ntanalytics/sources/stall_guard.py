"""A server that has accepted a connection and says nothing more: after some seconds the connection is cut.

The server's own time limit ends a statement that takes too long. It does not help where the server itself is stopped,
or the network swallows its answers; and not every driver can be told how long to wait for them.
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

#: Seconds for a connection to come about.
CONNECT_S = 15

#: Seconds that a server has, beyond its own time limit for a statement, to say that it was reached.
GRACE_S = 10


@contextmanager
def close_after(seconds: float, host: str | None, port: int) -> Iterator[None]:
    """Cut this process's connections to a server where the block takes longer; what waits for it then fails.

    Args:
        seconds: how long.
        host: the server; None for one that is no server, which is never cut.
        port: its port.
    """
    if not host:
        yield
        return
    timer = threading.Timer(seconds, _cut, (host, port))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def close_on_stall(items: Iterable[_Item], seconds: float, host: str | None, port: int) -> Iterator[_Item]:
    """The items, each of which a server has so many seconds to give."""
    waiting = iter(items)
    while True:
        with close_after(seconds, host, port):
            try:
                item = next(waiting)
            except StopIteration:
                return
        yield item


def _cut(host: str, port: int) -> None:
    """Shut down every socket of this process that is connected to a server; its owner keeps and closes it."""
    with suppress(OSError):
        addresses = {found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        for descriptor in Path("/proc/self/fd").iterdir():
            with suppress(OSError):
                if str(descriptor.readlink()).startswith("socket:"):
                    _shut(int(descriptor.name), {(address, port) for address in addresses})


def _shut(descriptor: int, addresses: Collection[object]) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as there:
        if there.family != socket.AF_UNIX and there.getpeername()[:2] in addresses:
            there.shutdown(socket.SHUT_RDWR)
