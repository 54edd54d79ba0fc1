"""Titles of charts: one Chinese sentence from the values of the chart."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods import period_word
from ntanalytics.periods.day_text import day_words
from ntanalytics.subsystems.sms.checks import settled

#: Fewest settled messages of a rate that a title names.
FEWEST_SETTLED = 20


def lowest_rate(by_day: Figures) -> str:
    """Return the lowest delivery rate of a day and carrier: ``近 35 天送达率最低：中国联通 11月18日 81.2%``.

    Args:
        by_day: ``metrics.sms.daily`` by carrier.
    """
    rated = [row for row in by_day if row.exact("delivery_rate") is not None and settled(row) >= FEWEST_SETTLED]
    if not rated:
        return "送达率：没有足够的短信可以计算" if by_day.is_complete else "送达率：数据不完整"
    low = min(rated, key=lambda row: float(row["delivery_rate"]))
    carrier = CARRIERS.get(low["carrier"], low["carrier"])
    unrated = {row["day"] for row in by_day if row["submitted"] and row.exact("delivery_rate") is None}
    return f"{_span(by_day, unrated)}送达率最低：{carrier} {day_words(low['day'])} {low.quantity('delivery_rate').text}"


def busiest_day(by_day: Figures) -> str:
    """Return the day with the most messages: ``近 35 天提交量最高：11月16日 5,130 条``.

    Args:
        by_day: ``metrics.sms.daily``.
    """
    counted = [row for row in by_day if row.exact("submitted")]
    if not counted:
        return "提交量：没有短信" if by_day.is_complete else "提交量：数据不完整"
    top = max(counted, key=lambda row: int(row["submitted"]))
    return f"{_span(by_day)}提交量最高：{day_words(top['day'])} {top.quantity('submitted').text}"


def busiest_hour(by_hour: Figures) -> str:
    """Return the hour with the most messages, and its share: ``10 时最忙，占本期提交量的 12.3%``.

    Args:
        by_hour: ``metrics.sms.hourly``.
    """
    if not by_hour.is_complete:
        return "各时段提交量：数据不完整"
    total = sum(row["submitted"] for row in by_hour)
    if not total:
        return "各时段：没有短信"
    top = max(by_hour, key=lambda row: int(row["submitted"]))
    share = format_number(top["submitted"] / total, "rate:1")
    return f"{top['hour']} 时最忙，占{period_word(by_hour.against)}提交量的 {share}"


def busiest_active(by_day: Figures) -> str:
    """Return the day with the most active accounts over all editions: ``近 35 天活跃账号最多：11月16日 5,130 个``.

    Over a gap that no row shows, of an edition of which nothing is known, no day is told.

    Args:
        by_day: ``metrics.adoption.daily`` by edition.
    """
    counted: dict[date, int] = {}
    partly = {row["day"] for row in by_day if not row.is_complete}
    for row in (row for row in by_day if row["day"] not in partly):
        counted[row["day"]] = counted.get(row["day"], 0) + (row.exact("active") or 0)
    if not by_day.is_complete and not partly:
        return "活跃账号：数据不完整"
    if not any(counted.values()):
        return "活跃账号：没有操作记录" if by_day.is_complete else "活跃账号：数据不完整"
    top = max(counted, key=lambda day: counted[day])
    return f"{_span(by_day)}活跃账号最多：{day_words(top)} {format_number(counted[top], 'integer', '个')}"


def worst_error_hour(by_hour: Figures) -> str:
    """Return the service and hour with the highest error rate: ``portal 14 时错误率最高，为 21.4%``.

    Args:
        by_hour: ``metrics.requests.hourly`` by service.
    """
    if not by_hour.is_complete:
        return "错误率：数据不完整"
    rates = [row for row in by_hour if row["error_rate"] is not None]
    if not rates:
        return "错误率：没有请求"
    top = max(rates, key=lambda row: float(row["error_rate"]))
    if not top["errors"]:
        return "各服务全天没有服务端错误"
    return f"{top['service']} {top['hour']} 时错误率最高，为 {format_number(top['error_rate'], 'rate:1')}"


def _span(by_day: Figures, unknown: Collection[date] = ()) -> str:
    """Return the days of a series in words, without those over a gap of any row, and further ones that are unknown."""
    days = {row["day"] for row in by_day}
    known = days.difference(unknown, (row["day"] for row in by_day if not row.is_complete))
    return f"近 {len(days)} 天" if days == known else f"近 {len(days)} 天中有数据的 {len(known)} 天，"
