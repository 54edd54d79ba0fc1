"""The page: one HTML file that loads nothing and reads well before any script runs.

Plotly's script travels inside, compressed, and is unpacked by the browser after the page is painted. The page's own
policy (CSP) lets exactly two scripts run, by their hashes, and no request leave.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup
from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from ntanalytics.reports import fragments, labels
from ntanalytics.reports.markdown import headings, to_html
from ntanalytics.reports.record import Heading, Record, Recorded, read_record


class ReportHTMLExporter(Exporter):
    """nbconvert exporter ``ntanalytics-html``: the issued page of an executed report notebook."""

    export_from_notebook = "ntanalytics HTML"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: Any = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and nbconvert's resources.

        Raises:
            ReportIncomplete: the notebook holds no record.
        """
        node, resources = super().from_notebook_node(nb, resources, **kw)
        return page_text(read_record(node)), resources


def page_text(record: Record) -> str:
    """The page of a record; the same record gives the same text."""
    style = theme("report.css")
    script = theme("report.js")
    has_charts = any(block.is_drawn for block in record.blocks)
    allowed = [script, plotly_script()] if has_charts else [script]
    policy = (
        f"default-src 'none'; script-src {' '.join(_hash(each) for each in allowed)}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    remarks = labels.status(record)
    return fragments.page(
        record,
        policy=policy,
        style=Markup(style),  # noqa: S704 — our own file
        script=Markup(script),  # noqa: S704 — our own file
        plotly=packed_plotly() if has_charts else None,
        remarks=remarks,
        worst=labels.worst(remarks),
        as_of=labels.as_of_line(record.head.body, record.zone),
        contents=contents(record),
        parts=[_part(item) for item in record.items],
        sources=labels.sources(record.head.body, record.zone),
    )


def contents(record: Record) -> list[tuple[str, str]]:
    """The table of contents: (anchor, text) of each section; of each titled block when there are no sections."""
    sections = [
        (f"s-{number}", text)
        for number, item in enumerate(record.items)
        if isinstance(item, Heading)
        for text in headings(item.markdown)[:1]
    ]
    return sections or [(f"b-{block.id}", block.title) for block in record.blocks if block.title]


def theme(name: str) -> str:
    """A file of the theme."""
    return (fragments.THEME / name).read_text(encoding="utf-8")


@cache
def plotly_script() -> str:
    """Plotly's script as the Python package ships it."""
    return files("plotly").joinpath("package_data/plotly.min.js").read_text(encoding="utf-8")


@cache
def packed_plotly() -> tuple[int, Markup]:
    """Plotly's script, compressed and in base 85 (a fifteenth smaller than base 64), for the page to unpack.

    ``<`` is written as a comma, which the alphabet lacks, so that nothing in it can end or open an element.

    Returns:
        The number of bytes that it unpacks to before they are decompressed, and the text.
    """
    packed = gzip.compress(plotly_script().encode(), 9, mtime=0)
    text = base64.b85encode(packed, pad=True).decode().replace("<", ",")
    return len(packed), Markup(text)  # noqa: S704 — made of an alphabet without "<"


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _part(item: Recorded | Heading) -> Mapping[str, Any]:
    if isinstance(item, Heading):
        return {"html": to_html(item.markdown), "block": None}
    return {"html": "", "block": item}
