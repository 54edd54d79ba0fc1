"""Order and numbers of the Word document."""

from __future__ import annotations

from typing import Any

import pytest

from ntanalytics.reports import sentences, signatures
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.document_order import chinese_number, document_items
from ntanalytics.reports.record import Heading, read_block


def _recorded(block: Block) -> Any:
    return read_block(block._repr_mimebundle_())


def test_what_is_signed_comes_first_and_sections_are_numbered() -> None:
    lead = _recorded(sentences(["要点。"], "要点", id="lead"))
    signed = _recorded(signatures(["编制"]))
    parts = [_recorded(sentences(["一。"], f"第{number}部分", id=f"p{number}")) for number in range(3)]
    plain = _recorded(sentences(["无题。"], id="plain"))
    items = [lead, Heading("## 运行"), parts[0], plain, parts[1], Heading("## 附表"), parts[2], signed]
    ordered = [(getattr(item, "id", None) or item.markdown, number) for item, number in document_items(items)]
    assert ordered == [
        ("lead", ""),
        ("signatures", ""),
        ("## 运行", "一、"),
        ("p0", "（一）"),
        ("plain", ""),
        ("p1", "（二）"),
        ("## 附表", "二、"),
        ("p2", "（一）"),
    ]


@pytest.mark.parametrize(("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (35, "三十五")])
def test_a_chinese_number(number: int, text: str) -> None:
    assert chinese_number(number) == text
