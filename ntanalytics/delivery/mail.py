"""The mail channel: one message to one address over SMTP, with the truth about how far it came.

The standard library sends it, and not a library of notifications: those say yes or no, and what counts here is whether
a message that failed may have arrived all the same. Up to the answer to DATA it surely has not.
"""

from __future__ import annotations

import email.policy
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
from ntanalytics.settings import read_secret
from ntanalytics.settings.channels import Channel

#: Seconds for each step of the talk with the server.
TIMEOUT_S = 30.0

#: MB of a message that servers take as a rule.
DEFAULT_LIMIT_MB = 10.0

_WORKBOOK = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


class _Refused(Exception):
    """The server said no to a step before the message: its code and words."""

    def __init__(self, code: int, words: bytes) -> None:
        self.code = code
        self.words = words.decode("utf-8", "replace")
        super().__init__(f"{code} {self.words}")


def send(channel: Channel, to: str, message: Message) -> DeliveryOutcome:
    """Send a message to one address.

    A message over the channel's limit, or over the one that the server announces, goes without its workbook.

    Args:
        channel: a mail channel.
        to: the address.
        message: what is sent.

    Raises:
        PublishError: the workbook is not what was published; nothing was sent.
    """
    limit = (channel.limit_mb or DEFAULT_LIMIT_MB) * 2**20
    try:
        whole = composed(channel.sender, to, message, with_workbook=message.attachment is not None)
    except ValueError as error:  # a text that no message can hold
        return DeliveryOutcome("failed", f"the message cannot be made: {error!r}")
    try:
        with connected(channel) as server:
            announced = server.esmtp_features.get("size", "")
            limit = min(limit, int(announced)) if announced.isdecimal() and int(announced) else limit
            without = ""
            if len(whole) > limit and message.attachment is not None:
                without = message.attachment.name
                whole = composed(channel.sender, to, message, with_workbook=False)
            if len(whole) > limit:
                return DeliveryOutcome("failed", f"too large even without the workbook: {len(whole):,} bytes")
            outcome = _handed_over(server, channel.sender, to, whole)
    except _Refused as refused:
        return DeliveryOutcome("failed" if refused.code >= 500 else "retry", _clean(str(refused)))
    except SettingsError as error:
        return DeliveryOutcome("retry", str(error), is_down=True)
    except (smtplib.SMTPException, OSError) as error:
        return DeliveryOutcome("retry", explained(error, channel), is_down=True)
    return DeliveryOutcome("sent", f"without {without}, too large") if without and outcome.status == "sent" else outcome


@contextmanager
def connected(channel: Channel) -> Iterator[smtplib.SMTP]:
    """A connection to the channel's server, secured and logged in as the settings say.

    Raises:
        SecretMissing: there is no password behind the reference.
        smtplib.SMTPException, OSError: the server cannot be reached, is not trusted, or refuses the login.
    """
    password = read_secret(channel.password, where="channels: password")
    context = ssl.create_default_context()
    # smtplib would ask the DNS for this machine's name, which takes seconds where there is none
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
            except smtplib.SMTPAuthenticationError as error:  # its words may repeat what was said
                raise smtplib.SMTPAuthenticationError(error.smtp_code, b"the login was refused") from None
        yield server
    finally:
        server.close()


def composed(sender: str, to: str, message: Message, *, with_workbook: bool) -> bytes:
    """The message as it travels: text, the page for mail clients, the workbook."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"] = sender, to
    # one line whatever is in it: no text can begin a header of its own
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Ntanalytics-Delivery"] = message.id
    left_out = message.attachment if not with_workbook else None
    said = f"附件 {left_out.name} 过大，未随信附上，原件：{message.stands}" if left_out else ""
    mail.set_content("\n\n".join(each for each in (message.text, said) if each), charset="utf-8", cte="base64")
    if message.html:
        page = message.html
        if said:
            page = page.replace("</body>", f'<p style="font-size:13px">{_escaped(said)}</p></body>')
        mail.add_alternative(page, subtype="html", charset="utf-8", cte="base64")
    if message.attachment is not None and with_workbook:
        maintype, subtype = _WORKBOOK
        content = message.attachment.read()
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=message.attachment.name)
    return mail.as_bytes()


def _handed_over(server: smtplib.SMTP, sender: str, to: str, content: bytes) -> DeliveryOutcome:
    """Hand a message to the server; after it has asked for the content, only its last answer tells."""
    options = [f"SIZE={len(content)}"] if server.has_extn("size") else []
    _expect(server.mail(sender, options), 250)
    _expect(server.rcpt(to), 250, 251)
    _expect(server.docmd("DATA"), 354)
    dotted = re.sub(rb"(?m)^\.", b"..", content)
    try:
        server.send(dotted + (b"" if dotted.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        code, words = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return DeliveryOutcome(
            "ambiguous", f"the connection broke after the message: {type(error).__name__}", is_down=True
        )
    if code // 100 != 2:
        return DeliveryOutcome("failed" if code >= 500 else "retry", _clean(str(_Refused(code, words))))
    return DeliveryOutcome("sent")


def _expect(answer: tuple[int, bytes], *wanted: int) -> None:
    if answer[0] not in wanted:
        raise _Refused(*answer)


def explained(error: Exception, channel: Channel) -> str:
    """What went wrong with a server, in one line without secrets."""
    where = f"{channel.host}:{channel.smtp_port}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{where}: {error.smtp_code} the login was refused"
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return _clean(f"{where}: {said}")


def _clean(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:300]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
