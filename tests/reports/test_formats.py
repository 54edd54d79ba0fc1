from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from ntanalytics.errors import UnknownName
from ntanalytics.reports.formats import display, excel_format, excel_value, is_nan

TAKEN = datetime(2026, 11, 22, 22, 10, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "form", "unit", "shown"),
    [
        (12345, "integer", "", "12,345"),
        (21486, "integer", "人", "21,486人"),
        (0, "integer", "条", "0条"),
        (None, "integer", "条", "—"),
        (float("nan"), "rate:1", "", "—"),
        (float("inf"), "rate:1", "", "—"),
        (1234.5, "number:1", "", "1,234.5"),
        (0.9765, "rate:1", "", "97.7%"),  # a half goes away from zero, as in Excel; 97.6 in binary floating point
        (1.0, "rate:2", "", "100.00%"),
        (0.0312, "+rate:1", "", "+3.1%"),
        (-0.0077, "+rate:1", "", "−0.8%"),
        (0.0001, "+rate:1", "", "0.0%"),
        (611, "+integer", "", "+611"),
        (-0.0411, "points:1", "", "−4.1个百分点"),
        (0.011, "points:1", "", "+1.1个百分点"),
        (-0.0002, "points:1", "", "0.0个百分点"),  # no minus before a zero
        (3.24, "seconds", "", "3.2秒"),
        (59.96, "seconds", "", "1分钟"),
        (125, "seconds", "", "2分5秒"),
        (3720, "seconds", "", "1小时2分"),
        (310.4, "ms", "", "310毫秒"),
        (1536, "bytes", "", "1.5 KB"),
        (1234.5, "yuan", "", "1,234.50"),
        (-1234.5, "yuan", "元", "−1,234.50元"),
        (1234.5, "yuan", "元", "1,234.50元"),
        ("9007199254740993", "integer", "", "9,007,199,254,740,993"),
        (date(2026, 11, 20), "date", "", "2026-11-20"),
        ("2026-11-01", "month", "", "2026-11"),
        (TAKEN, "datetime", "", "2026-11-23 06:10"),
        ("2026-11-22T22:10:00+00:00", "datetime", "", "2026-11-23 06:10"),
        ("2026-11-22T22:10:00", "datetime", "", "2026-11-22 22:10"),
        ("warning", "state", "", "▲ 关注"),
        ("other", "state", "", "other"),
        (True, "text", "", "是"),
        ("公文", "text", "", "公文"),
    ],
)
def test_a_value_is_written_for_a_reader(value: object, form: str, unit: str, shown: str) -> None:
    assert display(value, form, unit) == shown  # type: ignore[arg-type]


def test_an_instant_is_shown_in_the_zone_asked_for() -> None:
    assert display(TAKEN, "datetime", zone=ZoneInfo("UTC")) == "2026-11-22 22:10"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("text", "@"),
        ("integer", "#,##0"),
        ("number:0", "#,##0"),
        ("number:2", "#,##0.00"),
        ("rate:1", "0.0%"),
        ("+rate:1", "+0.0%;-0.0%;0.0%"),
        ("+integer", "+#,##0;-#,##0;#,##0"),
        ("points:2", "+0.00;-0.00;0.00"),
        ("yuan", "#,##0.00"),
        ("datetime", "yyyy-mm-dd hh:mm"),
        ("month", "yyyy-mm"),
    ],
)
def test_a_format_has_its_number_format_in_excel(form: str, code: str) -> None:
    assert excel_format(form) == code


@pytest.mark.parametrize("form", ["percent", "rate:x", "+text", ""])
def test_an_unknown_format_is_refused(form: str) -> None:
    with pytest.raises(UnknownName):
        display(1, form)


def test_a_size_that_stands_alone_carries_its_unit() -> None:
    assert excel_format("bytes", has_unit=True) == '#,##0" 字节"'
    assert excel_format("integer", has_unit=True) == "#,##0"


@pytest.mark.parametrize(
    ("value", "form", "kept", "code"),
    [
        (19_500, "seconds", 19_500 / 86_400, "[h]:mm:ss"),  # 5:25:00 of a day
        (-0.0114, "points:1", -1.14, "+0.0;-0.0;0.0"),
        (0.5, "rate:1", 0.5, "0.0%"),
        (7, "integer", 7, "#,##0"),
    ],
)
def test_a_workbook_has_durations_and_percentage_points(value: float, form: str, kept: float, code: str) -> None:
    assert excel_value(value, form) == pytest.approx(kept)
    assert excel_format(form) == code


@pytest.mark.parametrize(
    "value", [math.nan, np.float32("nan"), Decimal("NaN"), pd.NaT, pd.NA, np.datetime64("NaT", "us")]
)
def test_what_a_library_of_tables_writes_for_nothing_is_no_number(value: object) -> None:
    assert is_nan(value) is True


@pytest.mark.parametrize("value", [0, 0.0, math.inf, "", "nan", False, np.int64(0), pd.Timestamp(TAKEN), TAKEN, None])
def test_any_other_value_is_not_nan(value: object) -> None:
    assert is_nan(value) is False
