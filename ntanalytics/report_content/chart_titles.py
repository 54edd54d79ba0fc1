"""Titles of charts: one Chinese sentence from the values of the chart."""

from __future__ import annotations

from typing import Any

from ntanalytics.contract.sms import CARRIERS
from ntanalytics.findings.phrases import day_words
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.sms.checks import settled

#: Fewest settled messages of a rate that a title names.
FEWEST_SETTLED = 20


def lowest_rate(by_day: Rows) -> str:
    """Return the lowest delivery rate of a day and carrier: ``近 35 天送达率最低：中国联通 11月18日 81.2%``.

    Args:
        by_day: ``metrics.sms.daily`` by carrier.
    """
    rates = rows(by_day)
    rated = [row for row in rates if row["delivery_rate"] is not None and settled(row) >= FEWEST_SETTLED]
    if not rated:
        return "送达率：没有足够的短信可以计算"
    low = min(rated, key=lambda row: float(row["delivery_rate"]))
    span = len({row["day"] for row in rates})
    carrier = CARRIERS.get(low["carrier"], low["carrier"])
    return f"近 {span} 天送达率最低：{carrier} {day_words(low['day'])} {format_number(low['delivery_rate'], 'rate:1')}"


def busiest_day(by_day: Rows) -> str:
    """Return the day with the most messages: ``近 35 天提交量最高：11月16日 5,130 条``.

    Args:
        by_day: ``metrics.sms.daily``.
    """
    days = rows(by_day)
    counted = [row for row in days if row["submitted"]]
    if not counted:
        return "提交量：没有短信"
    top = max(counted, key=lambda row: int(row["submitted"]))
    return f"近 {len(days)} 天提交量最高：{day_words(top['day'])} {format_number(top['submitted'], 'integer', '条')}"


def busiest_hour(by_hour: Rows) -> str:
    """Return the hour with the most messages, and its share: ``10 时最忙，占本期提交量的 12.3%``.

    Args:
        by_hour: ``metrics.sms.hourly``.
    """
    hours = rows(by_hour)
    total = sum(row["submitted"] for row in hours)
    if not total:
        return "各时段：没有短信"
    top = max(hours, key=lambda row: int(row["submitted"]))
    return f"{top['hour']} 时最忙，占本期提交量的 {format_number(top['submitted'] / total, 'rate:1')}"


def busiest_active(by_day: Rows) -> str:
    """Return the day with the most active accounts over all editions: ``近 35 天活跃账号最多：11月16日 5,130 个``.

    Args:
        by_day: ``metrics.adoption.daily`` by edition.
    """
    counted: dict[Any, int] = {}
    for row in rows(by_day):
        counted[row["day"]] = counted.get(row["day"], 0) + (row["active"] or 0)
    if not any(counted.values()):
        return "活跃账号：没有操作记录"
    top = max(counted, key=lambda day: counted[day])
    return f"近 {len(counted)} 天活跃账号最多：{day_words(top)} {format_number(counted[top], 'integer', '个')}"


def worst_error_hour(by_hour: Rows) -> str:
    """Return the service and hour with the highest error rate: ``portal 14 时错误率最高，为 21.4%``.

    Args:
        by_hour: ``metrics.requests.hourly`` by service.
    """
    rates = [row for row in rows(by_hour) if row["error_rate"] is not None]
    if not rates:
        return "错误率：没有请求"
    top = max(rates, key=lambda row: float(row["error_rate"]))
    if not top["errors"]:
        return "各服务全天没有服务端错误"
    return f"{top['service']} {top['hour']} 时错误率最高，为 {format_number(top['error_rate'], 'rate:1')}"
