"""A published report as a message: its first page, its summary, its workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntanalytics.delivery.email_body import email_body
from ntanalytics.delivery.message import Attachment, Message
from ntanalytics.delivery.summary import subject, summary
from ntanalytics.reports.record import Record, load_record

RECORD, WORKBOOK = "report.ipynb", "report.xlsx"

#: What a folder gets: what a reader opens.
RENDERINGS = ("report.html", "report.xlsx", "report.pdf", "report.docx")

#: What no file system of a receiver takes in a file's name.
_UNFIT = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True)
class Published:
    """A published report, as its manifest tells of it.

    Attributes:
        folder: where it stands.
        manifest: what was published.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def version(self) -> int:
        """Which publication it is."""
        return int(self.manifest["version"])

    def changes_since(self, version: int) -> list[str]:
        """What changed since an earlier version, in sentences; empty for one that is not earlier."""
        return [
            text
            for step in self.manifest.get("corrects", ())
            if version <= step["version"] < self.version
            for text in step["changes"]
        ]

    def record(self) -> Record:
        """Its record.

        Raises:
            NotAsPublished: another version is taking its place.
            ReportIncomplete: it is no record.
        """
        self._artefact(RECORD, RECORD).read()
        return load_record(self.folder / RECORD)

    def message(self, id: str, site: str, changes: Sequence[str] = ()) -> Message:
        """The message of it.

        Args:
            id: the delivery's.
            site: the platform's name.
            changes: what changed since the version that its reader has.

        Raises:
            NotAsPublished: another version is taking its place.
            ReportIncomplete: it is no record.
        """
        record = self.record()
        said = summary(record, self.manifest, changes)
        stands = f"报表库 {self.folder.parent.name}/{self.folder.name}"
        return Message(
            id,
            said.subject,
            said.text(),
            said.brief(),
            html=email_body(record, self.manifest, said, site),
            attachment=self._artefact(WORKBOOK, f"{_file_name(self.manifest)}.xlsx"),
            files=tuple(self._renderings()),
            place=(self.folder.parent.name, self.folder.name),
            stands=stands,
        )

    def _renderings(self) -> Iterator[Attachment]:
        yield from (self._artefact(name, name) for name in RENDERINGS if name in self.manifest["artefacts"])

    def _artefact(self, name: str, called: str) -> Attachment:
        about = self.manifest["artefacts"][name]
        return Attachment(called, self.folder / name, about["sha256"], about["size_bytes"])


def _file_name(manifest: Mapping[str, Any]) -> str:
    """A name for the workbook in a reader's folder: ``短信统计_2026年第47周``; nothing in it leads elsewhere."""
    said = subject(manifest).partition("】")[2]
    return _UNFIT.sub("_", said).strip("._")[:80] or "report"
