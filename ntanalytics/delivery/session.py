"""Sending one message to one recipient, once, whoever else is at it and wherever one is killed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ntanalytics.delivery.message import DeliveryOutcome, Message
from ntanalytics.errors import NtaError
from ntanalytics.ledger import Delivery, DeliveryRequest, Ledger
from ntanalytics.settings import Settings
from ntanalytics.settings.channels import Channel


def _handed_to(channel: Channel, to: str, message: Message) -> DeliveryOutcome:
    """Send a message over a channel by what its kind is sent with, which takes its time to import."""
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
    """One round of sending: a channel that does not answer is tried once in it, not once for each recipient.

    Attributes:
        settings: the site.
        ledger: where each intent and outcome is noted.
        down: channel → why it does not answer.
    """

    settings: Settings
    ledger: Ledger
    down: dict[str, str]

    @classmethod
    def of(cls, settings: Settings, ledger: Ledger) -> DeliverySession:
        """A round that has tried nothing yet."""
        return cls(settings, ledger, {})

    def post(self, request: DeliveryRequest, make: Callable[[], Message], *, again: bool = False) -> Delivery | None:
        """Send a parcel, if it was not sent.

        Args:
            request: what is sent to whom.
            make: makes the message, when it is to be sent.
            again: a person wants it sent, although it was, or may have been.

        Returns:
            How it stands after an attempt; None when there was nothing to do, or nothing could be tried.

        Raises:
            LakeError: the ledger cannot be written. When that was after the sending, it stands as an intent, and is
                taken as ambiguous by whoever finds it.
        """
        if request.channel in self.down or self._is_settled(request, again):
            return None
        with self.ledger.lease(f"delivery {request.id}") as held:
            if held is None:
                return None
            if self._is_settled(request, again):  # by another process, meanwhile
                return None
            self.ledger.deliveries.intend(request, held.holder)
            outcome = self._send(request, make)
            if outcome.is_down:
                self.down[request.channel] = outcome.why
            self.ledger.deliveries.end(request.id, outcome.status, outcome.why)
            return self.ledger.deliveries.get(request.id)

    def _is_settled(self, request: DeliveryRequest, again: bool) -> bool:
        stands = self.ledger.deliveries.get(request.id)
        return stands is not None and not again and stands.status != "retry"

    def _send(self, request: DeliveryRequest, make: Callable[[], Message]) -> DeliveryOutcome:
        channel = self.settings.channels.get(request.channel)
        if channel is None:
            return DeliveryOutcome("failed", f"there is no channel {request.channel!r} any more")
        try:
            try:
                message = make()
            except (OSError, ValueError, TypeError, LookupError) as error:  # a record that another version of ours made
                return DeliveryOutcome("failed", f"the message cannot be made: {error!r}")
            return _handed_to(channel, request.recipient, message)
        except NtaError as error:  # before anything was sent: each sender says by itself how its sending ended
            return DeliveryOutcome("retry" if error.retryable else "failed", str(error))


def break_off(ledger: Ledger) -> Sequence[Delivery]:
    """Note of each sending whose sender is gone that nobody can say whether it arrived; it is not repeated.

    Raises:
        LakeError: the ledger cannot be written.
    """
    found = []
    for each in ledger.deliveries.with_status("sending"):
        with ledger.lease(f"delivery {each.id}") as held:
            stands = ledger.deliveries.get(each.id)
            if held is None or stands is None or stands.status != "sending":
                continue
            ledger.deliveries.end(each.id, "ambiguous", "whoever was sending it was killed")
            found.append(stands)
    return found
