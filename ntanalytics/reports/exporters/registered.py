"""Exporters of nbconvert, by which ``jupyter nbconvert`` and JupyterLab render a notebook.

A run renders without nbconvert, whose import takes longer than a page.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from ntanalytics.reports.notebook_record import name_of, record_of
from ntanalytics.reports.record import read_record


class ReportHTMLExporter(Exporter):
    """nbconvert exporter ``ntanalytics_html``: the issued page of an executed notebook, a report or not."""

    export_from_notebook = "ntanalytics HTML"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page and nbconvert's resources.

        Raises:
            ReportIncomplete: the notebook is a report, and its record is incomplete.
        """
        from ntanalytics.reports.exporters.html import page_text

        node, resources = super().from_notebook_node(nb, resources, **kw)
        return page_text(record_of(node, name_of(resources))), resources


class ReportExcelExporter(Exporter):
    """nbconvert exporter ``ntanalytics_excel``: the workbook of an executed notebook, a report or not."""

    export_from_notebook = "ntanalytics Excel"
    output_mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def _file_extension_default(self) -> str:
        return ".xlsx"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the workbook's bytes and nbconvert's resources.

        Raises:
            ReportIncomplete: the notebook is a report, and its record is incomplete.
        """
        from ntanalytics.reports.exporters.excel import workbook_bytes

        node, resources = super().from_notebook_node(nb, resources, **kw)
        return workbook_bytes(record_of(node, name_of(resources))), resources


class ReportDocumentExporter(Exporter):
    """nbconvert exporter ``ntanalytics_docx``: the Word document of an executed notebook, a report or not."""

    export_from_notebook = "ntanalytics Word"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def _file_extension_default(self) -> str:
        return ".docx"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """Return the document's bytes and nbconvert's resources.

        Raises:
            ReportIncomplete: the notebook is a report, and its record is incomplete.
        """
        from ntanalytics.reports.exporters.document import document_bytes

        node, resources = super().from_notebook_node(nb, resources, **kw)
        return document_bytes(record_of(node, name_of(resources))), resources


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
        from ntanalytics.reports.exporters.ofd.exporter import ofd_bytes

        node, resources = super().from_notebook_node(nb, resources, **kw)
        return ofd_bytes(read_record(node)), resources
