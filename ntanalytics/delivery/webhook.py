"""The robot channel: a few lines to a group in WeCom, DingTalk and others, by Apprise.

Apprise says yes or no. Whether a message that failed may have arrived, and whether the service answered 200 and said no
inside it, as WeCom and DingTalk do, is told by the request and its answer; so these are looked at on their way.
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
from ntanalytics.settings import read_secret
from ntanalytics.settings.channels import Channel

#: WeCom takes 2048 bytes of UTF-8 a message; Apprise counts characters.
MOST_BYTES = 1900

#: What the services answer when they are asked too much at once: it passes.
_BUSY = {45009, 45033, -1, 130101, 410100, 9499, 11232}


@dataclass
class _Seen:
    """What came of the requests of one sending."""

    answers: list[requests.Response] = field(default_factory=list)
    errors: list[requests.RequestException] = field(default_factory=list)


def send(channel: Channel, to: str, message: Message) -> DeliveryOutcome:  # noqa: ARG001 - a robot has its group
    """Say a message's brief in the robot's group.

    Args:
        channel: a robot channel.
        to: nothing.
        message: whose brief is said.
    """
    try:
        url = read_secret(channel.url, where="channels: url")
        with _silent():
            robot = opened(url)
            with _watched() as seen:
                # plain text: what a reader's client would make of marks in it is not ours to choose
                is_sent = robot.notify(body=cut(message.brief), body_format="text")
    except SettingsError as error:
        return DeliveryOutcome("retry", str(error), is_down=True)
    return _outcome(bool(is_sent), seen)


def opened(url: str) -> Any:
    """The robot behind an Apprise URL; nothing is sent.

    Raises:
        SettingsError: Apprise knows no such URL; it is not repeated, since it holds a token.
    """
    import apprise  # most of a second, and only who sends needs it

    asset = apprise.AppriseAsset(storage_mode="memory", async_mode=False, app_id="ntanalytics", app_desc="ntanalytics")
    robot = apprise.Apprise(asset=asset)
    with _silent():
        if not robot.add(url):
            raise SettingsError(
                "the robot's URL is none that Apprise knows", where="channels: url", todo="see docs/delivery.md"
            )
    return robot


def cut(text: str, most: int = MOST_BYTES) -> str:
    """A text of at most so many bytes of UTF-8, cut after a whole line where it is too long."""
    if len(text.encode()) <= most:
        return text
    kept: list[str] = []
    for line in text.splitlines():
        if len("\n".join([*kept, line, "……"]).encode()) > most:
            break
        kept.append(line)
    begin = "\n".join(kept) or text.encode()[: most - 10].decode("utf-8", "ignore")
    return f"{begin}\n……"


def _outcome(is_sent: bool, seen: _Seen) -> DeliveryOutcome:
    if seen.errors:
        error = seen.errors[-1]
        if _is_before_sending(error):
            return DeliveryOutcome("retry", f"the service cannot be reached: {type(error).__name__}", is_down=True)
        return DeliveryOutcome(
            "ambiguous", f"the connection broke after the message: {type(error).__name__}", is_down=True
        )
    if not seen.answers:
        return DeliveryOutcome("sent") if is_sent else DeliveryOutcome("ambiguous", "Apprise does not say how it ended")
    answer = seen.answers[-1]
    status = answer.status_code
    if status in (408, 425, 429, 503):
        return DeliveryOutcome("retry", f"HTTP {status}", is_down=True)
    if status >= 500:
        return DeliveryOutcome("ambiguous", f"HTTP {status}")
    if status >= 400:
        return DeliveryOutcome("failed", f"HTTP {status}")
    code = _refusal(answer)
    if code:
        return DeliveryOutcome("retry" if code in _BUSY else "failed", f"the service refused it: code {code}")
    return DeliveryOutcome("sent") if is_sent else DeliveryOutcome("ambiguous", f"HTTP {status}, and Apprise says no")


def _refusal(answer: requests.Response) -> int:
    """The code of a refusal inside an answer of 200: WeCom's and DingTalk's ``errcode``, Feishu's ``code``."""
    try:
        said = answer.json()
    except ValueError:
        return 0
    if not isinstance(said, dict):
        return 0
    code = said.get("errcode")
    if code is None and "feishu" in str(answer.url):
        code = said.get("code")
    return code if isinstance(code, int) else 0


def _is_before_sending(error: requests.RequestException) -> bool:
    """Whether a request failed before anything of the message was sent."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.InvalidURL):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    is_untrusted = isinstance(reason, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return is_untrusted or isinstance(reason, NewConnectionError | ProxyError)


@contextmanager
def _watched() -> Iterator[_Seen]:
    """See each request that is made meanwhile, and its answer."""
    seen = _Seen()
    send_it = requests.Session.request

    def watched(session: requests.Session, *args: Any, **named: Any) -> requests.Response:
        try:
            answer = send_it(session, *args, **named)
        except requests.RequestException as error:
            seen.errors.append(error)
            raise
        seen.answers.append(answer)
        return answer

    requests.Session.request = watched  # type: ignore[method-assign, assignment]
    try:
        yield seen
    finally:
        requests.Session.request = send_it  # type: ignore[method-assign]


@contextmanager
def _silent() -> Iterator[None]:
    """Keep Apprise and what it sends with from logging: their lines hold the URL, which holds the token."""
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3", "urllib3.connectionpool", "requests")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was
