from __future__ import annotations

import pytest

from ntanalytics.metrics.number_format import close_up, format_number, format_set_share


@pytest.mark.parametrize(
    ("value", "form", "unit", "shown"),
    [
        (4812, "integer", "条", "4,812 条"),
        (0.98949, "rate:1", "", "98.9%"),
        (0.985, "rate:0", "", "99%"),
        (-0.0001, "rate:1", "", "0.0%"),
        (0.011, "points:1", "", "1.1 个百分点"),
        (0.125, "number:2", "", "0.13"),
        (3.2, "seconds", "", "3.2 秒"),
        (59.96, "seconds", "", "1 分钟"),
        (125, "seconds", "", "2 分 5 秒"),
        (600, "seconds", "", "10 分钟"),
        (3720, "seconds", "", "1 小时 2 分"),
        (7200, "seconds", "", "2 小时"),
        (180000, "seconds", "", "2 天 2 小时"),
        (172800, "seconds", "", "2 天"),
        (-125, "seconds", "", "−2 分 5 秒"),
        (162060, "hours", "", "45 小时 1 分"),
        (223200, "hours", "", "62 小时"),  # of office hours: no 2 days and 14 hours
        (-1234.5, "number:1", "", "−1,234.5"),
        (-1536, "bytes", "", "−1.5 KB"),
        (309.6, "ms", "", "310 毫秒"),
        (512, "bytes", "", "512 B"),
        (1536, "bytes", "", "1.5 KB"),
        (3 * 1024**4, "bytes", "", "3.0 TB"),
        (1234.5, "yuan", "", "1,234.50 元"),
        (None, "integer", "条", "—"),
        (float("nan"), "rate:1", "", "—"),
    ],
)
def test_a_figure_is_written_as_a_reader_expects(value: float | None, form: str, unit: str, shown: str) -> None:
    assert format_number(value, form, unit) == shown


def test_a_format_that_is_not_numeric_is_refused() -> None:
    with pytest.raises(ValueError, match="state"):
        format_number(1, "state")


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("历时 3 小时 30 分", "历时3小时30分"),
        ("oa-db-1 告警", "oa-db-1 告警"),
        ("客户端 Windows 10 偏离常态", "客户端 Windows 10 偏离常态"),
        ("portal 错误率达 3.0% 以上", "portal 错误率达3.0%以上"),
        ("数据盘 /data1 使用率 94.0% （限值 90% ）", "数据盘 /data1 使用率94.0%（限值90%）"),
        ("如 oa 12 分 56 秒", "如 oa 12分56秒"),
        ("≥ 12 条", "≥12条"),
    ],
)
def test_a_name_that_ends_in_a_digit_keeps_its_space_and_a_figure_does_not(text: str, closed: str) -> None:
    assert close_up(text) == closed


@pytest.mark.parametrize(
    ("share", "shown"), [(0.995, "99.5%"), (0.985, "98.5%"), (0.29, "29%"), (0.9999, "99.99%"), (1.0, "100%")]
)
def test_a_share_that_was_set_keeps_its_digits(share: float, shown: str) -> None:
    assert format_set_share(share) == shown
