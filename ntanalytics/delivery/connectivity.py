"""Check of a channel, without sending anything."""

from __future__ import annotations

import os
import smtplib
from pathlib import Path

from ntanalytics.delivery import mail, webhook
from ntanalytics.errors import PublishError
from ntanalytics.language import tr
from ntanalytics.settings import read_secret
from ntanalytics.settings.channels import Channel


def check_connectivity(channel: Channel) -> str:
    """Check that a channel would accept a message: a folder, a mail server's NOOP, a robot's URL.

    Returns:
        The result as a text.

    Raises:
        PublishError: it would not.
        SettingsError: a secret is missing, or a URL is wrong.
    """
    match channel.kind:
        case "folder":
            return _folder(channel.path or Path())
        case "mail":
            return _server(channel)
        case _:
            webhook.open_robot(read_secret(channel.url, where="url"))
            return tr("a robot that Apprise knows; whether its token is good is seen when something is sent")


def _folder(path: Path) -> str:
    if not path.is_dir():
        raise PublishError(
            tr("there is no such folder"), where=str(path), todo=tr("mount the share, or make the folder")
        )
    if not os.access(path, os.W_OK | os.X_OK):
        raise PublishError(tr("may not be written"), where=str(path), todo=tr("check its permissions"))
    return tr("{path} may be written", path=path)


def _server(channel: Channel) -> str:
    where = f"{channel.host}:{channel.smtp_port}"
    try:
        with mail.connect(channel) as server:
            code, _ = server.noop()
    except (smtplib.SMTPException, OSError) as error:
        raise PublishError(mail.explain(error, channel), todo=tr("check host, port, security and password")) from error
    if code != 250:
        raise PublishError(tr("answers {code} to NOOP", code=code), where=where)
    login = tr(", logged in as {user}", user=channel.user) if channel.user else ""
    return f"{where} answers, {channel.security}{login}"
