from __future__ import annotations

import copy
from typing import Any

import pandas as pd
import pytest
from lxml.html import fromstring as parsed

from ntanalytics.errors import UsageError
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import Quantity, quantity
from ntanalytics.reports import InlineCharts, figures, inline_bars, inline_lines, table
from ntanalytics.reports.fragments import fragment
from ntanalytics.reports.record import RecordedBlock, read_block
from ntanalytics.reports.verification.inline_charts import column_differences

ROWS = figures(pd.DataFrame({"carrier": ["mobile", "unicom", "telecom"], "submitted": [3, 2, 1]}))


def of(*values: float | None, is_complete: bool = True) -> list[Quantity]:
    return [quantity(MEASURES["submitted"], value, is_complete=is_complete) for value in values]


def lines(*rows: list[float | None]) -> InlineCharts:
    return inline_lines("近四周", [of(*row) for row in rows])


def bars(*values: float | None) -> InlineCharts:
    return inline_bars("时钟", of(*values), 1.0)


def block(drawn: Any) -> RecordedBlock:
    return read_block(table(ROWS, "分运营商", id="by-carrier").with_inline_charts(drawn)._repr_mimebundle_())


def test_a_line_stands_in_each_row_and_a_gap_is_not_bridged():
    made = block(lines([1, 2, None, 3, 4], [None, None], [5, 5, 5]))
    page = parsed(fragment(made))
    cells = page.xpath("//tbody/tr/td[@class='drawn']")
    assert [len(cell.xpath(".//polyline")) for cell in cells] == [2, 0, 1]
    assert page.xpath("//th[@class='drawn']/text()") == ["近四周"]
    assert column_differences(made, page) == []


def test_a_bar_says_by_length_and_colour_how_far_its_limit_is():
    made = block(bars(0.87, 1.35, None))
    page = parsed(fragment(made))
    assert page.xpath("//rect[@class='spent']/@width") == ["87", "135"]
    assert [each.get("class") for each in page.xpath("//svg")] == ["bar", "bar late"]
    assert column_differences(made, page) == []


def test_a_bar_far_beyond_its_limit_ends_with_the_scale():
    assert parsed(fragment(block(bars(40.0, 0.0, -1.0)))).xpath("//rect[@class='spent']/@width") == ["150", "0", "0"]


@pytest.mark.parametrize(
    ("drawn", "find", "attribute", "value"),
    [
        (bars(0.87, 1.35, None), "//rect[@class='spent']", "width", "50"),
        (bars(0.87, 1.35, None), "//svg[2]|(//svg)[2]", "class", "bar"),
        (lines([1, 2, 3], [1, 2], [3, 4]), "//polyline", "points", "2,23 73,3 144,13"),
    ],
)
def test_a_drawing_that_was_altered_is_found(drawn: Any, find: str, attribute: str, value: str):
    made = block(drawn)
    page = copy.deepcopy(parsed(fragment(made)))
    page.xpath(find)[0].set(attribute, value)
    assert column_differences(made, page)


def test_as_many_drawings_as_rows():
    with pytest.raises(UsageError, match="2 drawings for 3 rows"):
        block(lines([1], [2]))


def test_an_exception_is_marked_and_named_and_its_mark_is_proven() -> None:
    made = block(
        inline_lines("近四周", [of(1, 2, 9), of(5, 5, 5), of(3, 2, 1)], [{2: "11月18日9条，高于通常范围"}, {}, {}])
    )
    page = parsed(fragment(made))
    first, second, _ = page.xpath("//td[@class='drawn']/svg")
    assert (first.get("role"), first.get("aria-label")) == ("img", "走势：11月18日9条，高于通常范围")
    assert [circle.get("cx") for circle in first.xpath("./circle[@class='out']")] == ["144.0"]
    assert second.get("aria-hidden") == "true"
    assert column_differences(made, page) == []
    first.xpath("./circle[@class='out']")[0].drop_tree()
    assert column_differences(made, page) == [
        "block by-carrier: the drawing of row 1 does not mark the record's exceptions"
    ]
