"""Sending of one message to one recipient: once, whatever other processes do, and wherever one is killed.

The ledger holds an intent before the sending and its outcome afterwards, and a lease on the delivery keeps two
processes apart. An intent without a lease is of a killed process: its message may have arrived and is not sent again.
The same holds for a report whose turn came after the backup of a host that was lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ntanalytics.delivery.message import DeliveryOutcome, Message
from ntanalytics.errors import NtaError
from ntanalytics.language import tr
from ntanalytics.ledger import Delivery, DeliveryRequest, Ledger
from ntanalytics.ledger.relocation import lost_until
from ntanalytics.settings import Settings
from ntanalytics.settings.channels import Channel

#: Reason of a delivery that is not made.
_LOST = "the host was lost after its last backup, and may have sent it"


def _hand_over(channel: Channel, to: str, message: Message) -> DeliveryOutcome:
    """Send a message over a channel; only the libraries of its kind are imported."""
    if channel.kind == "folder":
        from ntanalytics.delivery import folder

        return folder.send(channel, to, message)
    if channel.kind == "mail":
        from ntanalytics.delivery import mail

        return mail.send(channel, to, message)
    from ntanalytics.delivery import webhook

    return webhook.send(channel, to, message)


@dataclass
class DeliverySession:
    """Session of sendings, in which a channel that does not answer is tried once, not once for each recipient.

    Attributes:
        settings: the site.
        ledger: the ledger of intents and outcomes.
        down: channel → reason why it does not answer.
        held_until: reports that were scheduled up to this moment (aware) may have been sent by a host that was lost;
            None if no host was.
    """

    settings: Settings
    ledger: Ledger
    down: dict[str, str]
    held_until: dt.datetime | None = None

    @classmethod
    def of(cls, settings: Settings, ledger: Ledger) -> DeliverySession:
        """Return a new session."""
        return cls(settings, ledger, {}, lost_until(ledger.audit))

    def send(
        self, request: DeliveryRequest, make: Callable[[], Message], *, is_repetition: bool = False
    ) -> Delivery | None:
        """Send a message unless it was sent.

        Args:
            request: the delivery.
            make: makes the message if it is to be sent.
            is_repetition: whether a person wants it sent although it was sent, or may have been.

        Returns:
            The delivery after the attempt; None if there was nothing to do, or nothing could be tried.

        Raises:
            LakeError: the ledger cannot be written. If that was after the sending, the intent stays, and the next
                process records it as ambiguous.
        """
        if request.channel in self.down or self._is_settled(request, is_repetition):
            return None
        with self.ledger.lease(f"delivery {request.id}") as lease:
            if lease is None or self._is_settled(request, is_repetition):  # by another process, meanwhile
                return None
            self.ledger.deliveries.intend(request, lease.holder)
            is_held = self._is_held(request) and not is_repetition
            outcome = DeliveryOutcome("ambiguous", _LOST) if is_held else self._outcome(request, make)
            if outcome.is_down:
                self.down[request.channel] = outcome.why
            self.ledger.deliveries.end(request.id, outcome.status, outcome.why)
            return self.ledger.deliveries.get(request.id)

    def _is_held(self, request: DeliveryRequest) -> bool:
        at = request.scheduled_at
        return at is not None and self.held_until is not None and at <= self.held_until

    def _is_settled(self, request: DeliveryRequest, is_repetition: bool) -> bool:
        delivery = self.ledger.deliveries.get(request.id)
        return delivery is not None and not is_repetition and delivery.status != "retry"

    def _outcome(self, request: DeliveryRequest, make: Callable[[], Message]) -> DeliveryOutcome:
        channel = self.settings.channels.get(request.channel)
        if channel is None:
            return DeliveryOutcome("failed", tr("there is no channel {channel!r} any more", channel=request.channel))
        try:
            try:
                message = make()
            except (OSError, ValueError, TypeError, LookupError) as error:  # a record of another version of the suite
                return DeliveryOutcome("failed", tr("the message cannot be made: {error!r}", error=error))
            return _hand_over(channel, request.recipient, message)
        except NtaError as error:  # before the sending, whose outcome each channel returns
            return DeliveryOutcome("retry" if error.retryable else "failed", str(error))


def close_interrupted(ledger: Ledger) -> Sequence[Delivery]:
    """Record each sending of a killed process as ambiguous; it is not repeated.

    Returns:
        These deliveries.

    Raises:
        LakeError: the ledger cannot be written.
    """
    interrupted = []
    for sending in ledger.deliveries.with_status("sending"):
        with ledger.lease(f"delivery {sending.id}") as lease:
            delivery = ledger.deliveries.get(sending.id)
            if lease is None or delivery is None or delivery.status != "sending":
                continue
            ledger.deliveries.end(delivery.id, "ambiguous", tr("whoever was sending it was killed"))
            interrupted.append(delivery)
    return interrupted
