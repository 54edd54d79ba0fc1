"""Robots' services on the loopback interface: a plain one, and the real hosts' names behind a proxy with our authority.

Apprise speaks to qyapi.weixin.qq.com and oapi.dingtalk.com alone. requests goes through the proxy that the environment
names and trusts the authority that it names, so what the services would get arrives here, over TCP and TLS.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Robots:
    """What services got, and what they answer.

    Attributes:
        received: (host, path, body) of each request.
        answer: (status, body) that is answered; None: nothing, and the line is cut.
        port: where they listen.
        location: where each answer leads to; empty: nowhere.
    """

    received: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    answer: tuple[int, str] | None = (200, '{"errcode": 0, "errmsg": "ok"}')
    port: int = 0
    location: str = ""


@contextmanager
def robots(context: ssl.SSLContext | None = None) -> Iterator[Robots]:
    """Running services; with a context they are a proxy, too, and speak TLS as whatever host is asked for."""
    said = Robots()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said.received.append((self.headers["Host"], self.path, body))
            if said.answer is not None:
                status, text = said.answer
                self.send_response(status)
                if said.location:
                    self.send_header("Location", said.location)
                self.end_headers()
                self.wfile.write(text.encode())
            self.close_connection = True

        def do_CONNECT(self) -> None:
            assert context is not None
            self.send_response(200)
            self.end_headers()
            secured = context.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = secured.makefile("rb"), secured.makefile("wb", 0)
            self.handle_one_request()
            secured.close()
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield said
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
