"""A carrier's SMS centre that speaks as much SMPP 3.4 as a gateway needs: bind, submit, receipt.

What becomes of a message depends on the last digit of its recipient:

    0–6  accepted and delivered (``DELIVRD``)
    7    accepted, never reported
    8    accepted and failed (``UNDELIV``, err 001)
    9    refused at submission (ESME_RINVDSTADR)
"""

from __future__ import annotations

import itertools
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_HEADER = struct.Struct(">IIII")
_BIND_TRANSCEIVER, _SUBMIT, _DELIVER, _UNBIND, _ENQUIRE, _RESPONSE = 0x09, 0x04, 0x05, 0x06, 0x15, 0x80000000
_INVALID_DESTINATION = 0x0B


class _Session(socketserver.StreamRequestHandler):
    """One gateway that is connected."""

    server: _Server

    def handle(self) -> None:
        while header := self.rfile.read(_HEADER.size):
            length, command, _, sequence = _HEADER.unpack(header)
            body = self.rfile.read(length - _HEADER.size)
            if command == _SUBMIT:
                self._submit(sequence, body)
            elif command in (_BIND_TRANSCEIVER, 0x01, 0x02):
                self._send(command | _RESPONSE, sequence, b"carrier\0")
            elif not command & _RESPONSE:
                self._send(command | _RESPONSE, sequence)

    def _submit(self, sequence: int, body: bytes) -> None:
        sender, recipient = _addresses(body)
        number = f"{next(self.server.numbers):010d}".encode()
        fate = recipient[-1:]
        if fate == b"9":
            self._send(_SUBMIT | _RESPONSE, sequence, status=_INVALID_DESTINATION)
            return
        self._send(_SUBMIT | _RESPONSE, sequence, number + b"\0")
        if fate != b"7":
            self._report(number, recipient, sender, *(("UNDELIV", "001") if fate == b"8" else ("DELIVRD", "000")))

    def _report(self, number: bytes, recipient: bytes, sender: bytes, state: str, error: str) -> None:
        text = b"id:%b sub:001 dlvrd:001 submit date:2611201000 done date:2611201001 stat:%b err:%b text:" % (
            number,
            state.encode(),
            error.encode(),
        )
        body = b"\0\x01\x01" + recipient + b"\0\x01\x01" + sender + b"\0\x04\0\0\0\0\0\0\0\0"
        self._send(_DELIVER, next(self.server.numbers), body + bytes([len(text)]) + text)

    def _send(self, command: int, sequence: int, body: bytes = b"", status: int = 0) -> None:
        self.wfile.write(_HEADER.pack(_HEADER.size + len(body), command, status, sequence) + body)


def _addresses(body: bytes) -> tuple[bytes, bytes]:
    """Sender and recipient of a submit_sm."""
    _, _, rest = body.partition(b"\0")  # service type
    sender, _, rest = rest[2:].partition(b"\0")
    recipient, _, _ = rest[2:].partition(b"\0")
    return sender, recipient


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    numbers: Iterator[int]


@contextmanager
def carrier() -> Iterator[int]:
    """An SMS centre; yields the port on which it listens."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.numbers = itertools.count(1)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()
