"""What the operators are told: once while it lasts, and again when it was mended and recurs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from ntanalytics.delivery.message import Message
from ntanalytics.delivery.session import DeliverySession
from ntanalytics.errors import UnknownName
from ntanalytics.ledger import Delivery, DeliveryRequest, Ledger, Notice
from ntanalytics.settings import Settings
from ntanalytics.settings.channels import addresses

#: What could not be told for so long is not told any more; it stands in the ledger.
_TOLD_WITHIN = dt.timedelta(days=10)


def notify_once(settings: Settings, ledger: Ledger, key: str, title: str, said: str) -> bool:
    """Tell the operators of something that is not in order, unless they were told and it was not mended since.

    A channel that fails is noted and tried again by the next call of :func:`tell`; it never raises.

    Args:
        settings: the site; ``operators`` says who is told.
        ledger: where it is noted that it was told.
        key: what it is about, the same while the matter lasts: ``overdue daily-inspection 2026-11-23``.
        title: what it is, in Chinese, in a few words.
        said: the same in Chinese sentences: what, where, and what to do about it.

    Returns:
        Whether it is told now; False when it was told before.

    Raises:
        LakeError: the ledger cannot be written, so that it could not be told once.
        SettingsError: ``operators`` names a channel or an address that is none.
    """
    from ntanalytics.reports.data import (
        clean_text,
    )  # pandas comes with it, and most of the time there is nothing to tell

    begun = ledger.notices.open(key[:200], " ".join(clean_text(title).split()), clean_text(said))
    if begun is None:
        return False
    notify(settings, ledger)
    return True


def resolve(ledger: Ledger, key: str) -> bool:
    """Note that something is in order again, so that the operators are told when it recurs.

    Returns:
        Whether it was not in order before.

    Raises:
        LakeError: the ledger cannot be written.
    """
    return ledger.notices.resolve(key[:200])


def notify(settings: Settings, ledger: Ledger) -> list[Delivery]:
    """Tell each operator what he was not told yet.

    Returns:
        How each attempt ended.

    Raises:
        LakeError: the ledger cannot be written.
        SettingsError: ``operators`` names a channel or an address that is none.
    """
    operators = list(addresses(settings.operators, settings.channels, where="operators"))
    sending, told = DeliverySession.of(settings, ledger), []
    for notice in _untold(ledger.notices.list_open()):
        for operator in operators:
            request = DeliveryRequest(
                kind="notice", subject=notice.key, version=notice.round, channel=operator.channel, recipient=operator.to
            )
            if done := sending.post(request, partial(_message, settings, notice, request)):
                told.append(done)
    return told


def _untold(notices: Sequence[Notice]) -> list[Notice]:
    now = dt.datetime.now(dt.UTC)
    return [each for each in notices if now - each.started_at <= _TOLD_WITHIN]


def message_of(settings: Settings, ledger: Ledger, request: DeliveryRequest) -> Message:
    """The message of a notice that was told.

    Raises:
        UnknownName: the ledger knows no such notice.
    """
    notice = ledger.notices.get(request.subject, request.version)
    if notice is None:
        raise UnknownName("notice", request.subject, ())
    return _message(settings, notice, request)


def _message(settings: Settings, notice: Notice, request: DeliveryRequest) -> Message:
    begun = notice.started_at.astimezone(settings.zone)
    again = f"（第 {notice.round} 次）" if notice.round > 1 else ""
    subject = f"【运维提醒】{notice.title}{again}"
    text = f"{notice.text}\n\n{settings.site.name}，{begun:%Y-%m-%d %H:%M}"
    return Message(request.id, subject, text, f"{subject}\n{text}", place=("notices",))
