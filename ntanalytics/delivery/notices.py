"""Notices to the operators: each is sent once while its cause lasts, and again if the cause returns later.

The ledger's notice answers whether the operators know of a cause, and its deliveries whether each operator has received
the notice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from ntanalytics import event_log
from ntanalytics.delivery.message import Message
from ntanalytics.delivery.session import DeliverySession
from ntanalytics.errors import UnknownName
from ntanalytics.ledger import Delivery, DeliveryRequest, Ledger, Notice
from ntanalytics.settings import Settings
from ntanalytics.settings.channels import addresses

#: Age at which an unsent notice is given up; it remains in the ledger.
_LONGEST_WAIT = dt.timedelta(days=10)


def notify_once(settings: Settings, ledger: Ledger, key: str, title: str, text: str) -> bool:
    """Notify the operators of a problem, unless they know of it and it was not resolved since.

    A channel that fails is recorded and tried again by the next call of :func:`notify`; it never raises.

    Args:
        settings: the site; ``operators`` names the recipients.
        ledger: the ledger of notices and deliveries.
        key: the cause, the same while it lasts: ``overdue daily-inspection 2026-11-23``.
        title: the problem in a few Chinese words.
        text: Chinese sentences: the problem, its place, and the remedy.

    Returns:
        Whether it is sent now; False if it was sent before.

    Raises:
        LakeError: the ledger cannot be written, so that the notice could not be sent once.
        SettingsError: ``operators`` names an unknown channel or a wrong address.
    """
    from ntanalytics.reports.data import clean_text  # pandas comes with it; most calls have nothing to send

    if ledger.notices.open(key[:200], " ".join(clean_text(title).split()), clean_text(text)) is None:
        return False
    event_log.record("operators told", "warning", key=key, title=title)
    notify(settings, ledger)
    return True


def resolve(ledger: Ledger, key: str) -> bool:
    """Record that a problem is resolved, so that the operators are notified when it returns.

    Returns:
        Whether it was open before.

    Raises:
        LakeError: the ledger cannot be written.
    """
    return ledger.notices.resolve(key[:200])


def notify(settings: Settings, ledger: Ledger) -> list[Delivery]:
    """Send each open notice to each operator who has not received it.

    Returns:
        The attempts.

    Raises:
        LakeError: the ledger cannot be written.
        SettingsError: ``operators`` names an unknown channel or a wrong address.
    """
    operators = list(addresses(settings.operators, settings.channels, where="operators"))
    session, deliveries = DeliverySession.of(settings, ledger), []
    for notice in _recent(ledger.notices.list_open()):
        for operator in operators:
            request = DeliveryRequest(
                kind="notice", subject=notice.key, version=notice.round, channel=operator.channel, recipient=operator.to
            )
            if delivery := session.send(request, partial(_message, settings, notice, request)):
                deliveries.append(delivery)
    return deliveries


def _recent(notices: Sequence[Notice]) -> list[Notice]:
    now = dt.datetime.now(dt.UTC)
    return [notice for notice in notices if now - notice.started_at <= _LONGEST_WAIT]


def message_of(settings: Settings, ledger: Ledger, request: DeliveryRequest) -> Message:
    """Return the message of a notice that was sent.

    Raises:
        UnknownName: the ledger knows no such notice.
    """
    notice = ledger.notices.get(request.subject, request.version)
    if notice is None:
        raise UnknownName("notice", request.subject, ())
    return _message(settings, notice, request)


def _message(settings: Settings, notice: Notice, request: DeliveryRequest) -> Message:
    since = notice.started_at.astimezone(settings.zone)
    count = f"（第 {notice.round} 次）" if notice.round > 1 else ""
    subject = f"【运维提醒】{notice.title}{count}"
    text = f"{notice.text}\n\n{settings.site.name}，{since:%Y-%m-%d %H:%M}"
    return Message(id=request.id, subject=subject, text=text, brief=f"{subject}\n{text}", place=("notices",))
