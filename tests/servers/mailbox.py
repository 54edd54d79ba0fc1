"""A real mail server on the loopback interface, which keeps what it gets and refuses what a test wants refused."""

from __future__ import annotations

import email
import email.policy
import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Mailbox:
    """What a mail server got, and what it answers.

    Attributes:
        answers: step (``RCPT`` or ``DATA``) → what it says instead of yes; ``close``: nothing, and the line is cut.
        received: (recipients, message) of each message that it took, or cut the line on.
        logins: who logged in, with the password.
        on_data: called when it has a message, before it says so.
    """

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.logins: list[tuple[str, str]] = []
        self.on_data: Callable[[], None] = lambda: None
        self.port = 0

    @property
    def to(self) -> list[list[str]]:
        return [recipients for recipients, _ in self.received]

    async def handle_RCPT(  # noqa: N802 - the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        answer = self.answers.get("DATA", "250 OK")
        if answer[:1] not in "45":
            content = envelope.content
            assert isinstance(content, bytes)
            message = email.message_from_bytes(content, policy=email.policy.default)
            self.received.append((list(envelope.rcpt_tos), message))
        self.on_data()
        if answer == "close":
            server.transport.abort()
        return answer

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"open-sesame-4711", handled=False)


class _Anywhere(Controller):
    """On a port that the system chooses, so that no two tests want the same."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailbox(certificate: tuple[str, str] | None = None, **more: Any) -> Iterator[Mailbox]:
    """A running server; with a certificate and its key it wants STARTTLS and a login."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # else it tells each line of each message
    box = Mailbox()
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
        more |= {"tls_context": context, "require_starttls": True, "auth_required": True}
        more |= {"authenticator": box.authenticate}
    controller = _Anywhere(box, hostname="127.0.0.1", port=0, **more)
    controller.start()
    box.port = controller.port
    try:
        yield box
    finally:
        controller.stop()
