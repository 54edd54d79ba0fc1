"""Published report as a message: its first page, its summary, its workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.delivery.email_body import email_body
from ntanalytics.delivery.manifest import RENDERINGS, Manifest
from ntanalytics.delivery.message import Attachment, Message
from ntanalytics.delivery.report_folder import parse_folder_name
from ntanalytics.delivery.summary import subject, summary
from ntanalytics.report_files import RECORD, WORKBOOK
from ntanalytics.reports.record import Record, load_record

#: Characters that some file system of a recipient refuses in the name of a file.
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


@dataclass(frozen=True)
class PublishedReport:
    """Published report with its manifest.

    Attributes:
        folder: its folder.
        manifest: its manifest.
    """

    folder: Path
    manifest: Manifest

    @property
    def version(self) -> int:
        """The number of the publication."""
        return int(self.manifest["version"])

    @property
    def own_parameters(self) -> dict[str, object]:
        """The parameters that differ from their defaults."""
        _, names = parse_folder_name(self.folder.name)
        return {name: value for name, value in self.manifest["parameters"].items() if name in names}

    def changes_since(self, version: int) -> list[str]:
        """Return sentences on the changes since an earlier version, with their reasons; none for a later version."""
        return [
            text
            for step in self.manifest.get("corrects", ())
            if version <= step["version"] < self.version
            for text in (*(f"原因：{reason}" for reason in step.get("reasons", ())), *step["changes"])
        ]

    def record(self) -> Record:
        """Return its record.

        Raises:
            AlteredReport: another version is replacing it.
            ReportIncomplete: it is not a record.
        """
        self._attachment(RECORD, RECORD).read()
        return load_record(self.folder / RECORD)

    def message(self, id: str, site: str, changes: Sequence[str] = ()) -> Message:
        """Return its message.

        Args:
            id: the delivery's.
            site: the platform's name.
            changes: sentences on the changes since the version of the reader.

        Raises:
            AlteredReport: another version is replacing it.
            ReportIncomplete: it is not a record.
        """
        record = self.record()
        texts = summary(record, self.manifest, self.own_parameters, changes)
        place = (self.folder.parent.name, self.folder.name)
        return Message(
            id=id,
            subject=texts.subject,
            text=texts.text(),
            brief=texts.brief(),
            html=email_body(record, self.manifest, texts, site),
            attachment=self._attachment(WORKBOOK, f"{self._file_name()}.xlsx"),
            files=tuple(self._renderings()),
            place=place,
            original=f"报告库 {'/'.join(place)}",
        )

    def _renderings(self) -> Iterator[Attachment]:
        yield from (self._attachment(name, name) for name in RENDERINGS if name in self.manifest["artefacts"])

    def _attachment(self, file: str, name: str) -> Attachment:
        artefact = self.manifest["artefacts"][file]
        return Attachment(name, self.folder / file, artefact["sha256"], artefact["size_bytes"])

    def _file_name(self) -> str:
        """Return a safe name for the workbook, such as ``短信统计_2026年第47周``."""
        text = subject(self.manifest, self.own_parameters).partition("】")[2]
        return _UNSAFE.sub("_", text).strip("._")[:80] or "report"
