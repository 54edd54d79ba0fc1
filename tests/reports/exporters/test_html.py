from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import lxml.html
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.file_cache import FileCache
from ntanalytics.metrics.figures import NO_FIGURES
from ntanalytics.reports import figures, table
from ntanalytics.reports.exporters import html
from ntanalytics.reports.exporters.html import KEPT, in_base_85, packed_plotly, page_text, plotly_script
from ntanalytics.reports.record import read_record
from ntanalytics.reports.verification.html import page_differences
from tests.reports.exporters.registered import exporter


@pytest.fixture(scope="module")
def page(sample: ModuleType) -> str:
    return page_text(read_record(sample.notebook()))


def test_the_page_is_one_small_file_in_chinese(page: str) -> None:
    assert len(page.encode()) <= 2_200_000
    assert '<html lang="zh-CN">' in page


def test_the_same_record_gives_the_same_page(sample: ModuleType, page: str) -> None:
    assert page_text(read_record(sample.notebook())) == page


@pytest.fixture
def new_process(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function after which nothing is packed in this process."""
    return lambda: monkeypatch.setattr(html, "_OWN_TEXTS", FileCache(None))


def test_the_plotting_script_is_packed_once_for_all_processes(
    tmp_path: Path, new_process: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    new_process()
    packed = packed_plotly(FileCache(tmp_path / KEPT))
    assert gzip.decompress(base64.b85decode(str(packed[1]).replace(",", "<"))[: packed[0]]).decode() == plotly_script()
    monkeypatch.setattr(html.gzip, "compress", lambda *_, **__: pytest.fail("packed"))
    assert packed_plotly() == packed  # of this process
    new_process()
    assert packed_plotly(FileCache(tmp_path / KEPT)) == packed


@pytest.mark.parametrize("text", ["", "no number", "7 <script>", "7"])
def test_a_text_that_is_no_packed_script_is_packed_again(
    tmp_path: Path, new_process: Callable[[], None], text: str
) -> None:
    new_process()
    packed = packed_plotly()
    FileCache(tmp_path / KEPT).put({html._packing(): text})
    new_process()
    assert packed_plotly(FileCache(tmp_path / KEPT)) == packed
    assert FileCache(tmp_path / KEPT).get(html._packing()) == f"{packed[0]} {packed[1]}"


def test_nothing_in_the_page_points_outside(page: str) -> None:
    root = lxml.html.document_fromstring(page)
    assert not root.xpath("//@src")
    assert all(href.startswith("#") for href in root.xpath("//@href"))


def test_every_link_of_the_contents_leads_somewhere(page: str) -> None:
    root = lxml.html.document_fromstring(page)
    links = [href[1:] for href in root.xpath("//nav//@href")]
    assert len(links) == 3
    assert all(root.xpath(f"//*[@id='{link}']") for link in links)


def test_text_from_outside_is_shown_and_not_run(page: str) -> None:
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;=HYPERLINK(&#34;http://x&#34;)" in page


def test_plotly_travels_once_and_whole(page: str) -> None:
    ((size, packed),) = re.findall(r'id="plotly-packed" data-size="(\d+)">([^<]+)<', page)
    unpacked = base64.b85decode(packed.replace(",", "<"))[: int(size)]
    assert gzip.decompress(unpacked).decode() == plotly_script()


@given(st.binary(max_size=50))
def test_base_85_is_that_of_the_standard_library_without_an_angle_bracket(content: bytes) -> None:
    assert in_base_85(content) == base64.b85encode(content, pad=True).decode().replace("<", ",")


def test_a_report_without_charts_carries_no_plotly(sample: ModuleType) -> None:
    head, said, *_ = sample.blocks()
    assert len(page_text(read_record(sample.notebook([head, said])))) < 30_000


def test_a_table_reads_like_this(sample: ModuleType) -> None:
    rows = figures(
        pd.DataFrame({"carrier": ["unicom", "mobile"], "submitted": [1234, None], "delivery_rate": [0.98765, None]})
    )
    page = page_text(read_record(sample.notebook([sample.blocks()[0], table(rows, "A & B", id="t", note="注。")])))
    start = page.index('<section class="block table"')
    assert page[start : page.index("</section>", start)].replace("\n", "") == (
        '<section class="block table" id="b-t" data-block="t"><h3 id="h-t">A &amp; B</h3><p class="note">注。</p>'
        '<div class="box"><table aria-labelledby="h-t"><thead><tr><th scope="col">运营商</th>'
        '<th scope="col" class="num">提交量<span>（条）</span></th>'
        '<th scope="col" class="num">送达率</th></tr></thead><tbody>'
        '<tr><td>中国联通</td><td class="num">1,234</td>'
        '<td class="num" data-v="0.98765">98.8%</td></tr>'
        '<tr><td>中国移动</td><td class="num">—</td><td class="num">—</td></tr></tbody></table></div>'
    )


def test_nbconvert_finds_the_exporter_by_name(sample: ModuleType, page: str) -> None:
    made, resources = exporter("ntanalytics_html")().from_notebook_node(sample.notebook())
    assert made == page
    assert resources["output_extension"] == ".html"


def test_no_code_and_no_other_output_reaches_the_page(sample: ModuleType) -> None:
    notebook = sample.notebook()
    notebook.cells[1].source = "secret_code = 1"
    notebook.cells[1].outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": "said aside"})
    page = page_text(read_record(notebook))
    assert "secret_code" not in page
    assert "said aside" not in page


def test_a_section_without_any_data_takes_little_room(sample: ModuleType) -> None:
    nothing = table(NO_FIGURES, "备份", id="saved", note="一句说明")
    record = read_record(sample.notebook([sample.blocks()[0], "## 备份与安全", nothing]))
    page = page_text(record)
    assert lxml.html.document_fromstring(page).xpath("//div[@class='say-more bare']//h2/text()") == ["备份与安全"]
    assert "没有数据源，未能统计。" in page
    assert page_differences(record, page.encode()) == []
