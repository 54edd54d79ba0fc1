import datetime as dt
from dataclasses import replace

from ntanalytics.metrics.figures import NO_FIGURES, figures
from ntanalytics.report_content import chart_titles

D18, D19 = dt.date(2026, 11, 18), dt.date(2026, 11, 19)


def rate(day: dt.date, carrier: str, delivered: int | None, failed: int | None) -> dict[str, object]:
    settled = (delivered or 0) + (failed or 0)
    return {
        "day": day,
        "carrier": carrier,
        "submitted": settled,
        "delivered": delivered,
        "failed": failed,
        "unknown": 0,
        "delivery_rate": (delivered or 0) / settled if settled else None,
    }


def test_the_lowest_rate_is_named_with_its_carrier_and_day():
    rows = [rate(D18, "unicom", 710, 290), rate(D18, "mobile", 99, 1), rate(D19, "unicom", 989, 11)]
    assert chart_titles.lowest_rate(figures(rows)) == "近 2 天送达率最低：中国联通 11月18日 71.0%"


def test_a_day_of_which_no_rate_is_known_is_none_of_the_days_with_data():
    """On the 19th the reports are missing, or one of two carriers has a gap; one that sent nothing lacks no rate."""
    known = [rate(D18, "unicom", 710, 290), rate(D18, "mobile", 0, 0)]
    for more in (
        {**rate(D19, "unicom", 0, 0), "submitted": 1000},
        {**rate(D19, "unicom", 900, 0), "is_covered": False},
    ):
        title = chart_titles.lowest_rate(figures([*known, rate(D19, "mobile", 990, 10), more]))
        assert title == "近 2 天中有数据的 1 天，送达率最低：中国联通 11月18日 71.0%"


def test_a_handful_of_messages_is_no_message():
    rows = [rate(D18, "unicom", 1, 9), rate(D18, "mobile", 99, 1)]
    assert chart_titles.lowest_rate(figures(rows)) == "近 1 天送达率最低：中国移动 11月18日 99.0%"
    assert chart_titles.lowest_rate(figures([rate(D18, "unicom", None, None)])) == "送达率：没有足够的短信可以计算"


def test_the_busiest_day_ignores_days_that_are_not_known():
    rows = [{"day": D18, "submitted": 5130}, {"day": D19, "submitted": None}]
    assert chart_titles.busiest_day(figures(rows)) == "近 2 天提交量最高：11月18日 5,130 条"
    assert chart_titles.busiest_day(figures([{"day": D18, "submitted": 0}])) == "提交量：没有短信"


def test_the_busiest_hour_has_its_share():
    rows = [{"hour": 9, "submitted": 25}, {"hour": 10, "submitted": 75}]
    assert chart_titles.busiest_hour(figures(rows)) == "10 时最忙，占本期提交量的 75.0%"
    assert chart_titles.busiest_hour(figures([{"hour": 9, "submitted": 0}])) == "各时段：没有短信"


def test_the_worst_hour_of_errors_is_named_or_that_there_was_none():
    rows = [
        {"hour": 9, "service": "oa", "errors": 1, "error_rate": 0.01},
        {"hour": 14, "service": "portal", "errors": 30, "error_rate": 0.3},
    ]
    assert chart_titles.worst_error_hour(figures(rows)) == "portal 14 时错误率最高，为 30.0%"
    assert (
        chart_titles.worst_error_hour(figures([rows[0] | {"errors": 0, "error_rate": 0.0}]))
        == "各服务全天没有服务端错误"
    )
    assert chart_titles.worst_error_hour(figures([])) == "错误率：没有请求"


def test_over_a_gap_no_title_says_that_there_was_nothing():
    rows = [{"day": D18, "submitted": 5130, "is_covered": True}, {"day": D19, "submitted": None, "is_covered": False}]
    assert chart_titles.busiest_day(figures(rows)) == "近 2 天中有数据的 1 天，提交量最高：11月18日 5,130 条"
    for title in (chart_titles.busiest_day, chart_titles.busiest_hour, chart_titles.worst_error_hour):
        assert title(NO_FIGURES).endswith("数据不完整")
    assert chart_titles.busiest_active(NO_FIGURES).endswith("数据不完整")


def test_of_an_edition_without_a_row_nobody_knows_which_day_was_the_busiest():
    rows = [{"day": day, "edition": "general", "active": active} for day, active in ((D18, 1281), (D19, 1275))]
    known, gap = figures(rows), [{**rows[0], "is_complete": True}, {**rows[1], "active": None, "is_complete": False}]
    assert chart_titles.busiest_active(known) == "近 2 天活跃账号最多：11月18日 1,281 个"
    assert chart_titles.busiest_active(replace(known, is_complete=False)) == "活跃账号：数据不完整"
    # a gap that a row shows leaves the other days as they are
    assert "11月18日 1,281 个" in chart_titles.busiest_active(replace(figures(gap), is_complete=False))
