"""Exporters of nbconvert, by which ``jupyter nbconvert`` and JupyterLab render a notebook.

A run renders without nbconvert, whose import takes longer than a page.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from ntanalytics.reports.notebook_record import name_of, record_of
from ntanalytics.reports.record import read_record


class _ReportExporter(Exporter):
    """Base of the exporters: a subclass says what it makes of the executed notebook."""

    extension = ""

    def _file_extension_default(self) -> str:
        return self.extension

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str | bytes, dict[str, Any]]:
        """Return the rendering and nbconvert's resources.

        Raises:
            ReportIncomplete: the notebook is a report, and its record is incomplete.
            FontMissing: a font of the OFD is not installed on this machine.
        """
        node, resources = super().from_notebook_node(nb, resources, **kw)
        return self._rendering(node, resources), resources

    def _rendering(self, node: NotebookNode, resources: Any) -> str | bytes:
        raise NotImplementedError


class ReportHTMLExporter(_ReportExporter):
    """nbconvert exporter ``ntanalytics_html``: the issued page of an executed notebook, a report or not."""

    export_from_notebook = "ntanalytics HTML"
    output_mimetype = "text/html"
    extension = ".html"

    def _rendering(self, node: NotebookNode, resources: Any) -> str:
        from ntanalytics.reports.exporters.html import page_text

        return page_text(record_of(node, name_of(resources)))


class ReportExcelExporter(_ReportExporter):
    """nbconvert exporter ``ntanalytics_excel``: the workbook of an executed notebook, a report or not."""

    export_from_notebook = "ntanalytics Excel"
    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extension = ".xlsx"

    def _rendering(self, node: NotebookNode, resources: Any) -> bytes:
        from ntanalytics.reports.exporters.excel import workbook_bytes

        return workbook_bytes(record_of(node, name_of(resources)))


class ReportDocumentExporter(_ReportExporter):
    """nbconvert exporter ``ntanalytics_docx``: the Word document of an executed notebook, a report or not."""

    export_from_notebook = "ntanalytics Word"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    extension = ".docx"

    def _rendering(self, node: NotebookNode, resources: Any) -> bytes:
        from ntanalytics.reports.exporters.document import document_bytes

        return document_bytes(record_of(node, name_of(resources)))


class ReportOFDExporter(_ReportExporter):
    """nbconvert exporter ``ntanalytics_ofd``: the OFD file of an executed report notebook."""

    export_from_notebook = "ntanalytics OFD"
    output_mimetype = "application/ofd"
    extension = ".ofd"

    def _rendering(self, node: NotebookNode, resources: Any) -> bytes:  # noqa: ARG002 - a record has its own name
        from ntanalytics.reports.exporters.ofd.exporter import ofd_bytes

        return ofd_bytes(read_record(node))
