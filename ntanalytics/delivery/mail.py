"""Mail channel: one message to one address over SMTP, with the exact outcome.

The standard library sends it, and not a library of notifications, which returns yes or no: a failed message may have
arrived. Before the answer to DATA it surely has not.
"""

from __future__ import annotations

import email.policy
import html
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from ntanalytics.delivery.message import DeliveryOutcome, Message
from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.settings import read_secret
from ntanalytics.settings.channels import Channel

#: Timeout of each step of the dialogue with the server, in seconds.
TIMEOUT_S = 30.0

#: Greatest size of a message that servers accept as a rule, in MB.
DEFAULT_LIMIT_MB = 10.0

_WORKBOOK = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


class _Refused(Exception):
    """The server refused a step before the message: its code and text."""

    def __init__(self, code: int, text: bytes) -> None:
        self.code = code
        super().__init__(f"{code} {text.decode('utf-8', 'replace')}")


def send(channel: Channel, to: str, message: Message) -> DeliveryOutcome:
    """Send a message to one address.

    A message over the limit of the channel or of the server is sent without its workbook.

    Args:
        channel: a mail channel.
        to: the address.
        message: the message.

    Raises:
        PublishError: the workbook differs from the published one; nothing was sent.
    """
    limit = (channel.limit_mb or DEFAULT_LIMIT_MB) * 2**20
    try:
        content = compose(channel.sender, to, message, with_workbook=message.attachment is not None)
    except ValueError as error:  # for example a text that no message can hold
        return DeliveryOutcome("failed", tr("the message cannot be made: {error!r}", error=error))
    try:
        with connect(channel) as server:
            announced = server.esmtp_features.get("size", "")
            limit = min(limit, int(announced)) if announced.isdecimal() and int(announced) else limit
            without = ""
            if len(content) > limit and message.attachment is not None:
                without = message.attachment.name
                content = compose(channel.sender, to, message, with_workbook=False)
            if len(content) > limit:
                return DeliveryOutcome(
                    "failed", tr("too large even without the workbook: {count:,} bytes", count=len(content))
                )
            outcome = _hand_over(server, channel.sender, to, content)
    except _Refused as refused:
        return DeliveryOutcome("failed" if refused.code >= 500 else "retry", _clean(str(refused)))
    except SettingsError as error:
        return DeliveryOutcome("retry", str(error), is_down=True)
    except (smtplib.SMTPException, OSError) as error:
        return DeliveryOutcome("retry", explain(error, channel), is_down=True)
    return (
        DeliveryOutcome("sent", tr("without {without}, too large", without=without))
        if without and outcome.status == "sent"
        else outcome
    )


@contextmanager
def connect(channel: Channel) -> Iterator[smtplib.SMTP]:
    """Yield a connection to the channel's server, encrypted and logged in as the settings require.

    Raises:
        SecretMissing: the reference leads to no password.
        smtplib.SMTPException, OSError: the server cannot be reached, is not trusted, or refuses the login.
    """
    password = read_secret(channel.password, where="channels: password")
    context = ssl.create_default_context()
    # smtplib would ask the DNS for this machine's name, which takes seconds if there is none
    name = socket.gethostname()
    me = name if "." in name else channel.sender.rpartition("@")[2]
    if channel.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(channel.host, channel.smtp_port, me, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(channel.host, channel.smtp_port, me, timeout=TIMEOUT_S)
    try:
        server.ehlo_or_helo_if_needed()
        if channel.security == "starttls":
            server.starttls(context=context)
            server.ehlo()
        if channel.user:
            try:
                server.login(channel.user, password)
            except smtplib.SMTPAuthenticationError as error:  # its text may repeat the password
                raise smtplib.SMTPAuthenticationError(error.smtp_code, b"the login was refused") from None
        yield server
    finally:
        server.close()


def compose(sender: str, to: str, message: Message, *, with_workbook: bool) -> bytes:
    """Return the bytes of a message: its text, the page for mail clients, the workbook."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"] = sender, to
    # one line: no text can begin a header of its own
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Ntanalytics-Delivery"] = message.id
    left_out = message.attachment if not with_workbook else None
    note = f"附件 {left_out.name} 过大，未随信附上，原件：{message.original}" if left_out else ""
    mail.set_content("\n\n".join(text for text in (message.text, note) if text), charset="utf-8", cte="base64")
    if message.html:
        page = message.html
        if note:
            page = page.replace("</body>", f'<p style="font-size:13px">{html.escape(note, quote=False)}</p></body>')
        mail.add_alternative(page, subtype="html", charset="utf-8", cte="base64")
    if message.attachment is not None and with_workbook:
        maintype, subtype = _WORKBOOK
        content = message.attachment.read()
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=message.attachment.name)
    return mail.as_bytes()


def _hand_over(server: smtplib.SMTP, sender: str, to: str, content: bytes) -> DeliveryOutcome:
    """Hand a message to the server; its answer to the content is the outcome."""
    options = [f"SIZE={len(content)}"] if server.has_extn("size") else []
    _expect(server.mail(sender, options), 250)
    _expect(server.rcpt(to), 250, 251)
    _expect(server.docmd("DATA"), 354)
    dotted = re.sub(rb"(?m)^\.", b"..", content)
    try:
        server.send(dotted + (b"" if dotted.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        code, text = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return DeliveryOutcome(
            "ambiguous", tr("the connection broke after the message: {name}", name=type(error).__name__), is_down=True
        )
    if code // 100 != 2:
        return DeliveryOutcome("failed" if code >= 500 else "retry", _clean(str(_Refused(code, text))))
    return DeliveryOutcome("sent")


def _expect(answer: tuple[int, bytes], *wanted: int) -> None:
    if answer[0] not in wanted:
        raise _Refused(*answer)


def explain(error: Exception, channel: Channel) -> str:
    """Return the reason of an error of a server, in one line without secrets."""
    where = f"{channel.host}:{channel.smtp_port}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return tr("{where}: {smtp_code} the login was refused", where=where, smtp_code=error.smtp_code)
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return _clean(f"{where}: {reason}")


def _clean(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:300]
