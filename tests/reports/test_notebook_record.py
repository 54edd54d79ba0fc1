"""The exports of a notebook that is no report: its headings, tables and charts, offline."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from html import unescape

import openpyxl
import pandas as pd
import plotly.graph_objects as go
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ntanalytics.reports.notebook_record import record_of
from tests.reports import sample
from tests.reports.exporters.registered import entry_points, exporter

NOW = dt.datetime(2026, 11, 27, 8, 0, tzinfo=dt.UTC)
FRAME = pd.DataFrame({"单位": ["财政局", "<b>x</b>"], "条数": [3, 4], "送达率": [0.5, None]})


def notebook() -> NotebookNode:
    bars = go.Figure(go.Bar(x=["财政局", "档案局"], y=[3, 4], name="条数"), layout={"title": {"text": "各单位条数"}})
    lines = go.Figure([go.Scatter(x=[1, 2], y=[5, 6], name="甲"), go.Scatter(x=[2, 3], y=[7, 8], name="乙")])
    pie = go.Figure(go.Pie(labels=["a"], values=[1]))
    shown = [new_output("execute_result", {"text/html": FRAME._repr_html_(), "text/plain": "不导出"})]
    shown += [
        new_output("display_data", {"application/vnd.plotly.v1+json": json.loads(figure.to_json())})
        for figure in (bars, lines, pie)
    ]
    cells = [new_markdown_cell("# 哪些单位发得多\n\n说明。"), new_code_cell("secret_code()", outputs=shown)]
    return new_notebook(cells=cells)


def test_a_notebook_without_a_head_is_a_record_of_what_it_shows():
    record = record_of(notebook(), "question", NOW)
    assert record.head.title == "哪些单位发得多"
    table, bars, lines = record.blocks
    assert [field.title for field in table.fields] == ["单位", "条数", "送达率"]
    assert [tuple(row.values()) for row in table.rows] == [("财政局", 3, 0.5), ("<b>x</b>", 4, None)]
    assert (bars.title, bars.body["kind"]) == ("各单位条数", "bar")
    assert [tuple(row.values()) for row in lines.rows] == [("1", 5, None), ("2", 6, 7), ("3", None, 8)]


def test_a_report_keeps_its_own_record():
    assert record_of(sample.notebook(), "x", NOW).head.body == record_of(sample.notebook(), "y").head.body


def test_the_page_has_its_charts_inside_and_asks_for_nothing():
    page, _ = exporter("ntanalytics_html")().from_notebook_node(notebook(), {"metadata": {"name": "question"}})
    assert "default-src 'none'" in unescape(page)
    assert "哪些单位发得多" in page
    assert page.count('class="plot"') == 2
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "secret_code" not in page
    assert not re.search(r'(?:src|href)="https?://', page)


def test_the_workbook_has_tables_and_native_charts():
    content, _ = exporter("ntanalytics_excel")().from_notebook_node(notebook(), {"metadata": {"name": "question"}})
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert [len(sheet._charts) for sheet in book] == [0, 0, 1, 1, 0]
    assert [cell.value for cell in book.worksheets[1][4]] == ["财政局", 3, 0.5]


def test_the_document_has_headings_and_tables():
    content, _ = exporter("ntanalytics_docx")().from_notebook_node(notebook(), {"metadata": {"name": "question"}})
    text = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert "哪些单位发得多" in text
    assert "财政局" in text


@pytest.mark.parametrize("name", entry_points())
def test_the_lab_can_ask_for_each_exporter(name: str):
    assert re.fullmatch(r"\w+", name)
    assert exporter(name)().output_mimetype
