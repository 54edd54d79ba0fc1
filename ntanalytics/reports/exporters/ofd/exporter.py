"""nbconvert exporter of the OFD file, and its bytes."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from ntanalytics.reports.exporters.ofd.contents import set_contents
from ntanalytics.reports.exporters.ofd.package import ofd_archive
from ntanalytics.reports.record import Record, read_record


class ReportOFDExporter(Exporter):
    """nbconvert exporter ``ntanalytics_ofd``: the OFD file of an executed report notebook."""

    export_from_notebook = "ntanalytics OFD"
    output_mimetype = "application/ofd"

    def _file_extension_default(self) -> str:
        return ".ofd"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[bytes, Any]:
        """Return the file's bytes and nbconvert's resources.

        Raises:
            ReportIncomplete: the notebook holds no record.
            FontMissing: a font is not installed on this machine.
        """
        node, resources = super().from_notebook_node(nb, resources, **kw)
        return ofd_bytes(read_record(node)), resources


def ofd_bytes(record: Record) -> bytes:
    """Return the OFD file of a record; the same record and fonts give the same bytes.

    Raises:
        FontMissing: a font is not installed on this machine.
    """
    return ofd_archive(record, *set_contents(record))
