"""What is sent, whatever the channel, and how a sending ended."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.errors import PublishError
from ntanalytics.ledger.deliveries import DeliveryStatus


class AlteredReport(PublishError):
    """A file of a report is not what its manifest says: another version is taking its place, or it was touched."""

    retryable = True


@dataclass(frozen=True)
class Attachment:
    """A file of a published report.

    Attributes:
        name: what it is called where it is delivered.
        path: where it stands.
        sha256: its hash, by the manifest.
        size_bytes: its size, by the manifest.
    """

    name: str
    path: Path
    sha256: str
    size_bytes: int

    def read(self) -> bytes:
        """Its bytes, which are those that were published.

        Raises:
            NotAsPublished: it cannot be read, or another version has taken its place meanwhile.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise AlteredReport(f"cannot read: {error.strerror}", where=str(self.path)) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise AlteredReport("is not what its manifest says", where=str(self.path), todo="ntanalytics verify")
        return content


@dataclass(frozen=True)
class Message:
    """A report or a notice, in the forms that channels want.

    Attributes:
        id: the delivery's, so that a receiver can tell a repetition.
        subject: one line, in Chinese.
        text: the whole in plain text.
        brief: a few lines for a robot.
        html: the first page for a mail client; empty: the text alone.
        attachment: the workbook, or None.
        files: what a folder gets.
        place: the folders below a shared folder in which it is put.
        stands: where the whole report stands, said when a part of it cannot go along.
    """

    id: str
    subject: str
    text: str
    brief: str
    html: str = ""
    attachment: Attachment | None = None
    files: tuple[Attachment, ...] = ()
    place: tuple[str, ...] = ()
    stands: str = ""


@dataclass(frozen=True)
class DeliveryOutcome:
    """How a sending ended.

    Attributes:
        status: ``sent``, ``retry`` (surely not, and it may pass by itself), ``failed`` (surely not, and it will not)
            or ``ambiguous`` (nobody can say).
        why: why not, or what it went without; holds no secret.
        is_down: the channel itself does not answer, so that nothing else is tried on it for now.
    """

    status: DeliveryStatus
    why: str = ""
    is_down: bool = False
