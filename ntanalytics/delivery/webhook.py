"""Robot channel: a few lines to a group in WeCom, DingTalk and others, by Apprise.

Apprise only returns yes or no. The request and its response show whether a failed message may have arrived, and whether
the service refused it inside a response of 200, as WeCom and DingTalk do; so they are recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProxyError, SSLError

from ntanalytics.delivery.message import DeliveryOutcome, Message
from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.settings import read_secret
from ntanalytics.settings.channels import Channel

#: Greatest length of a text, in bytes. WeCom accepts 2048 bytes of UTF-8 a message; Apprise counts characters.
MOST_BYTES = 1900

#: Codes of services that are asked too often; they pass.
_BUSY = {45009, 45033, -1, 130101, 410100, 9499, 11232}


@dataclass
class _Exchange:
    """Responses to the requests of one sending, and their errors."""

    responses: list[requests.Response] = field(default_factory=list)
    errors: list[requests.RequestException] = field(default_factory=list)


def send(channel: Channel, to: str, message: Message) -> DeliveryOutcome:  # noqa: ARG001 - a robot has its group
    """Send the brief of a message to the robot's group.

    Args:
        channel: a robot channel.
        to: not used.
        message: the message.
    """
    try:
        url = read_secret(channel.url, where="channels: url")
        with _silent():
            robot = open_robot(url)
            with _recorded() as exchange:
                # plain text: clients differ in what they make of marks
                is_sent = robot.notify(body=truncate(message.brief), body_format="text")
    except SettingsError as error:
        return DeliveryOutcome("retry", str(error), is_down=True)
    return _outcome(bool(is_sent), exchange)


def open_robot(url: str) -> Any:
    """Return the robot of an Apprise URL; nothing is sent.

    Raises:
        SettingsError: Apprise knows no such URL; the message does not repeat it, since it holds a token.
    """
    import apprise  # most of a second, and only a sending needs it

    asset = apprise.AppriseAsset(storage_mode="memory", async_mode=False, app_id="ntanalytics", app_desc="ntanalytics")
    robot = apprise.Apprise(asset=asset)
    with _silent():
        if not robot.add(url):
            raise SettingsError(
                tr("the robot's URL is none that Apprise knows"), where="channels: url", todo=tr("see docs/delivery.md")
            )
    return robot


def truncate(text: str, most: int = MOST_BYTES) -> str:
    """Return a text of at most ``most`` bytes of UTF-8, cut after a complete line if it is too long."""
    if len(text.encode()) <= most:
        return text
    kept: list[str] = []
    for line in text.splitlines():
        if len("\n".join([*kept, line, "……"]).encode()) > most:
            break
        kept.append(line)
    begin = "\n".join(kept) or text.encode()[: most - 10].decode("utf-8", "ignore")
    return f"{begin}\n……"


def _outcome(is_sent: bool, exchange: _Exchange) -> DeliveryOutcome:
    if exchange.errors:
        error = exchange.errors[-1]
        if _is_before_sending(error):
            return DeliveryOutcome(
                "retry", tr("the service cannot be reached: {name}", name=type(error).__name__), is_down=True
            )
        return DeliveryOutcome(
            "ambiguous", tr("the connection broke after the message: {name}", name=type(error).__name__), is_down=True
        )
    if not exchange.responses:
        return (
            DeliveryOutcome("sent")
            if is_sent
            else DeliveryOutcome("ambiguous", tr("Apprise does not say how it ended"))
        )
    response = exchange.responses[-1]
    status = response.status_code
    if status in (408, 425, 429, 503):
        return DeliveryOutcome("retry", f"HTTP {status}", is_down=True)
    if status >= 500:
        return DeliveryOutcome("ambiguous", f"HTTP {status}")
    if 300 <= status < 400:
        return DeliveryOutcome(
            "failed", tr("HTTP {status}: the service leads elsewhere, which is not followed", status=status)
        )
    if status >= 400:
        return DeliveryOutcome("failed", f"HTTP {status}")
    code = _refusal(response)
    if code:
        return DeliveryOutcome(
            "retry" if code in _BUSY else "failed", tr("the service refused it: code {code}", code=code)
        )
    return (
        DeliveryOutcome("sent")
        if is_sent
        else DeliveryOutcome("ambiguous", tr("HTTP {status}, and Apprise says no", status=status))
    )


def _refusal(response: requests.Response) -> int:
    """Return the code of a refusal inside a response of 200: ``errcode`` of WeCom and DingTalk, ``code`` of Feishu."""
    try:
        content = response.json()
    except ValueError:
        return 0
    if not isinstance(content, dict):
        return 0
    code = content.get("errcode")
    if code is None and "feishu" in str(response.url):
        code = content.get("code")
    return code if isinstance(code, int) else 0


def _is_before_sending(error: requests.RequestException) -> bool:
    """Return whether a request failed before any part of the message was sent."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    is_untrusted = isinstance(reason, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return is_untrusted or isinstance(reason, NewConnectionError | ProxyError)


@contextmanager
def _recorded() -> Iterator[_Exchange]:
    """Record each request that is made meanwhile, and its response; a redirection is not followed."""
    exchange = _Exchange()
    request = requests.Session.request

    def recorded(session: requests.Session, *args: Any, **named: Any) -> requests.Response:
        try:
            # a redirection could lead the message, or a request, to any host that this one reaches
            response = request(session, *args, **{**named, "allow_redirects": False})
        except requests.RequestException as error:
            exchange.errors.append(error)
            raise
        exchange.responses.append(response)
        return response

    requests.Session.request = recorded  # type: ignore[method-assign, assignment]
    try:
        yield exchange
    finally:
        requests.Session.request = request  # type: ignore[method-assign]


@contextmanager
def _silent() -> Iterator[None]:
    """Keep Apprise and its libraries from logging: their lines hold the URL, which holds the token."""
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3", "urllib3.connectionpool", "requests")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was
