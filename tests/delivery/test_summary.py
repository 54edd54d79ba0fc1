"""A report in a line, in a few lines, and as a mail's first page: from the sample record, with hostile text in it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import lxml.html
import pytest

from ntanalytics.delivery.email_body import email_body
from ntanalytics.delivery.summary import plain, subject, summary
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import quantity
from ntanalytics.reports import Sentence, kpi, kpis, sentences
from ntanalytics.reports.notebook_record import record_of_blocks
from ntanalytics.reports.record import Record, read_record

PLACE = Path(__file__).parents[1] / "reports" / "sample.py"


@pytest.fixture(scope="module")
def sample() -> ModuleType:
    spec = importlib.util.spec_from_file_location("delivery_sample", PLACE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def record(sample: ModuleType) -> Record:
    return read_record(sample.notebook())


def _manifest(**more: Any) -> dict[str, Any]:
    return {
        "report": "sms_volume",
        "title": "短信统计",
        "state": "critical",
        "version": 1,
        "parameters": {"period": "2026-W47"},
        "period": {"label": "2026年第47周（11月16日—22日）"},
        "status": ["■ 1 项异常：中国联通送达率", "数据来源 1/3"],
        **more,
    }


def test_a_report_in_a_line_says_state_title_period_and_whose():
    assert subject(_manifest(), {}) == "【异常】短信统计 2026年第47周（11月16日—22日）"
    unit = {"unit": "市财政局", "top": 20}
    assert (
        subject(_manifest(state="ok", version=2), unit)
        == "【正常】短信统计 2026年第47周（11月16日—22日） 单位：市财政局（更正，第2版）"
    )
    assert subject(_manifest(), {"unit": "甲\r\nBcc: x\u202e"}).endswith(" 单位：甲 Bcc: x")


def test_a_robots_lines_are_the_records(record: Record):
    lines = summary(record, _manifest(version=2), {}, ["提交量由 1 条 改为 2 条。"]).brief().splitlines()
    assert lines[:5] == [
        "【异常】短信统计 2026年第47周（11月16日—22日）（更正，第2版）",
        "■ 1 项异常：中国联通送达率",
        "数据来源 1/3",
        "更正：",
        "· 提交量由 1 条 改为 2 条。",
    ]
    items = [item for block in record.blocks if block.kind == "sentences" for item in block.body["items"]]
    assert lines[5] == plain(f"· {items[0]['subject']} {items[0]['text']}".replace("·  ", "· "))


def test_no_blank_stands_between_an_incident_and_its_comma() -> None:
    told = [Sentence("，已恢复。", "系统崩溃"), Sentence("启用账号 9 个。", "总体"), Sentence("一切正常。")]
    told.append(Sentence("O2 现场驻场。", "未达到："))
    shown = record_of_blocks("周报", [sentences(told)])
    expected = ("系统崩溃，已恢复。", "总体 启用账号9个。", "一切正常。", "未达到：O2 现场驻场。")
    assert summary(shown, _manifest(), {}).sentences == expected
    mail = lxml.html.document_fromstring(email_body(shown, _manifest(), summary(shown, _manifest(), {}), "平台"))
    assert tuple(" ".join(each.text_content().split()) for each in mail.iter("li")) == expected


def test_a_figure_without_a_change_says_why() -> None:
    """The page has the remark on the card."""
    opened = quantity(MEASURES["opened_tickets"], 12, is_complete=False)
    item = kpi(opened, quantity(MEASURES["opened_tickets"], 15))
    assert item.note
    shown = record_of_blocks("周报", [kpis([item])])
    assert summary(shown, _manifest(), {}).figures == (f"新增工单 ≥12件（前一期15件；{item.note}）",)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("@all <@user> @13800000000", "＠all ＜＠user＞ ＠13800000000"),
        ("[点击](http://evil.example/x)", "［点击］(http：//evil．example/x)"),
        ("**重要** `x` # 标题 ~~y~~ a_b | c", "＊＊重要＊＊ ｀x｀ ＃ 标题 ～～y～～ a＿b ｜ c"),
        ("www.evil.com 97.6% 10:30", "www．evil．com 97.6% 10:30"),
    ],
)
def test_nothing_in_a_robots_lines_mentions_anybody_or_is_a_link(text: str, made: str):
    assert plain(text) == made


def test_the_first_page_carries_the_records_words_and_nothing_that_runs_or_loads(record: Record, sample: ModuleType):
    said = summary(record, _manifest(), {}, ["<b>改</b>"])
    html = email_body(record, _manifest(), said, "试点城市<img src=x>")
    page = lxml.html.fromstring(html)
    tags = {each.tag for each in page.iter() if isinstance(each.tag, str)}
    assert tags <= {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "table",
        "tbody",
        "tr",
        "td",
        "th",
        "p",
        "b",
        "span",
        "br",
        "ol",
        "li",
        "div",
    }
    names = {name for each in page.iter() if isinstance(each.tag, str) for name in each.attrib}
    assert names <= {
        "lang",
        "charset",
        "name",
        "content",
        "style",
        "role",
        "cellpadding",
        "cellspacing",
        "width",
        "align",
        "valign",
    }
    assert "url(" not in html
    assert "://" not in html
    text = " ".join(page.text_content().split())
    for block in record.blocks:
        if block.kind == "kpis":
            assert all(item["label"] in text for item in block.body["items"])
    assert "中国联通" in text
    assert "<b>改</b>" in text
    assert "#b3261e" in html
