"""Message of any channel, and the outcome of a sending."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.errors import PublishError
from ntanalytics.language import tr
from ntanalytics.ledger.deliveries import DeliveryStatus


class AlteredReport(PublishError):
    """A file of a report differs from its manifest: another version is replacing it, or somebody changed it."""

    retryable = True


@dataclass(frozen=True)
class Attachment:
    """File of a published report.

    Attributes:
        name: its name for the recipient.
        path: the file.
        sha256: its hash in the manifest.
        size_bytes: its size in the manifest.
    """

    name: str
    path: Path
    sha256: str
    size_bytes: int

    def read(self) -> bytes:
        """Return the published bytes.

        Raises:
            AlteredReport: the file cannot be read, or another version has replaced it.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise AlteredReport(tr("cannot read: {strerror}", strerror=error.strerror), where=str(self.path)) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise AlteredReport(
                tr("is not what its manifest says"), where=str(self.path), todo=tr("ntanalytics verify")
            )
        return content


@dataclass(frozen=True, kw_only=True)
class Message:
    """Report or notice, in the forms of all channels.

    Attributes:
        id: the delivery's, by which a recipient recognizes a repetition.
        subject: one line, in Chinese.
        text: the complete plain text.
        brief: a few lines for a robot.
        html: the first page for a mail client; empty for the text alone.
        attachment: the workbook, or None.
        files: the files for a folder.
        place: the folders below a shared folder, from the top.
        original: the place of the complete report, named if a part of it cannot be sent.
    """

    id: str
    subject: str
    text: str
    brief: str
    html: str = ""
    attachment: Attachment | None = None
    files: tuple[Attachment, ...] = ()
    place: tuple[str, ...] = ()
    original: str = ""


@dataclass(frozen=True)
class DeliveryOutcome:
    """Outcome of a sending.

    Attributes:
        status: ``sent``, ``retry`` (not sent, and the cause may pass), ``failed`` (not sent, and the cause stays) or
            ``ambiguous`` (unknown).
        why: the reason, or the parts that were left out; without any secret.
        is_down: whether the channel itself does not answer, so that nothing else is tried on it for now.
    """

    status: DeliveryStatus
    why: str = ""
    is_down: bool = False
