"""A server in front of another one, which lets so much of its answers through and then says nothing more."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def silent_after(port: int, answered: int) -> Iterator[int]:
    """Listen in front of ``port``, and let ``answered`` bytes of its answers through, of each connection.

    Yields:
        The port to ask. Nobody listens behind it where ``port`` is 0: then it accepts and says nothing at all.
    """
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, port, answered, held), daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            for each in held:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()


def _accept(server: socket.socket, port: int, answered: int, held: list[socket.socket]) -> None:
    with suppress(OSError):
        while True:
            asking, _ = server.accept()
            held.append(asking)
            if port:
                behind = socket.create_connection(("127.0.0.1", port))
                held.append(behind)
                threading.Thread(target=_pass, args=(asking, behind, 2**62), daemon=True).start()
                threading.Thread(target=_pass, args=(behind, asking, answered), daemon=True).start()


def _pass(source: socket.socket, target: socket.socket, so_many: int) -> None:
    with suppress(OSError):
        while so_many > 0 and (data := source.recv(65_536)):
            target.sendall(data[:so_many])
            so_many -= len(data)
