"""Sentences of the burden of the staff, and of what the service should merge, close or repair."""

from __future__ import annotations

from collections.abc import Sequence

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.oa.burden import CAUSES, LEAST

#: Remark below the table: how the hours come about.
ESTIMATE = (
    "人时为估算值："
    + "，".join(
        f"{cause.label}每{cause.unit.removeprefix('个')} {cause.minutes[0]}—{cause.minutes[2]} 分钟"
        for cause in CAUSES.values()
    )
    + f"。只统计全市和类型，不涉及个人，不足 {LEAST} 个的不列。"
)


def hours(burden: Figures, unknown: Sequence[str]) -> str:
    """Return the person-hours a week with their interval, by cause; what cannot be seen is said.

    Returns:
        For example ``全市工作人员每周约 12.5 人时（估算 6.0—25.1 人时）可以减少：非工作时间提醒 8.0 人时、
        客户端版本过旧 4.5 人时；同一事项重复填报未知。``, or over a gap ``全市工作人员每周至少约 12.5 人时可以减少：…``
    """
    missing = f"{'、'.join(CAUSES[code].label for code in unknown)}未知（没有数据或数据不完整）" if unknown else ""
    if len(unknown) == len(CAUSES):
        return f"减负：{missing}。"
    is_whole = burden.is_complete and not unknown
    about = "约" if is_whole else "至少约"
    total, low, high = (
        sum(row[name] or 0 for row in burden) for name in ("burden_hours", "burden_hours_low", "burden_hours_high")
    )
    if not total:
        known = "未见可以减少的负担" if burden.is_complete else "数据不完整，负担未知"
        return f"{known}；{missing}。" if missing else f"{known}。"
    by_cause = {code: [row for row in burden if row["burden_cause"] == code] for code in CAUSES}
    sums = {code: sum(row["burden_hours"] or 0 for row in rows) for code, rows in by_cause.items()}
    marks = {code: "" if all(row.is_complete for row in rows) else "≥ " for code, rows in by_cause.items()}
    most_first = sorted(sums.items(), key=lambda item: -item[1])
    parts = [f"{CAUSES[code].label} {marks[code]}{_hours(value)}" for code, value in most_first if value]
    interval = f"（估算 {format_number(low, 'number:1')}—{_hours(high)}）" if is_whole else ""
    sentence = f"全市工作人员每周{about} {_hours(total)}{interval}可以减少：{'、'.join(parts)}"
    return f"{sentence}；{missing}。" if missing else f"{sentence}。"


def unseen(unknown: Sequence[str]) -> str:
    """Return which causes the table cannot have; empty where there is none."""
    return f"{'、'.join(CAUSES[code].label for code in unknown)}未知，未列入。" if unknown else ""


def signing(row: FigureRow) -> str:
    """Return the median time from arrival to signing beside that of the period before.

    Returns:
        For example ``公文送达后到签收的中位用时 5 小时 12 分，此前 4 小时 48 分。``
    """
    names = ("arrival_to_signing_s", "arrival_to_signing_s_before")
    now, before = (row.exact(name) if name in row else None for name in names)
    if now is None:
        is_gap = any(not row.quantity(name).is_exact for name in names[:1])
        return "公文送达后到签收的中位用时未知（数据不完整）。" if is_gap else ""
    earlier = f"，此前 {_clock(before)}" if before is not None else ""
    return f"公文送达后到签收的中位用时 {_clock(now)}{earlier}。"


def _hours(value: float) -> str:
    return f"{format_number(value, 'number:1')} 人时"


def _clock(seconds: float) -> str:
    return format_number(seconds, "seconds")
