"""Sentences on damaged days, for the reader of a report."""

from __future__ import annotations

import datetime as dt

from ntanalytics.detectors.day_profile import ProfileDamage
from ntanalytics.periods.day_text import day_words
from ntanalytics.workspace.lost_rows import lost_sentence


def damage_sentence(label: str, source: str, day: dt.date, damage: ProfileDamage) -> str:
    """Return the damage of a day in Chinese.

    Args:
        label: the label of the dataset.
        source: the source.
        day: the day.
        damage: its damage.
    """
    whose = f"{label}：数据源 {source} {day_words(day)}"
    if damage.kind == "shifted":
        hours = f"{'晚' if damage.hour > 0 else '早'} {abs(damage.hour)} 小时"
        which = f"{'、'.join(damage.parts)} " if damage.parts else ""
        return f"{whose}的{which}时间比平日整体{hours}，疑为时钟或时区有误，按缺数据处理。"
    if damage.kind == "beside_shifted":
        return f"{whose}与时间有误的日子相邻，有的行记在另一天，按缺数据处理。"
    if damage.kind == "rows_lost":
        return lost_sentence(label, source, day_words(day), damage.share)
    usual = f"（平日约占 {damage.share:.0%}）" if damage.share else ""
    return f"{whose}{_missing(damage)}{usual}，按缺数据处理，相关合计为下限。"


def _missing(damage: ProfileDamage) -> str:
    """Return what is missing: parts, hours, or parts in some hours."""
    parts = "、".join(damage.parts)
    if damage.kind == "part_missing":
        return f"没有{parts}的数据"
    first, end = damage.hours
    hours = {"ends_early": f"{damage.hour} 时以后", "begins_late": f"{damage.hour} 时以前"}
    return f" {hours.get(damage.kind, f'{first} 时至 {end} 时')}没有{f'{parts}的' if parts else ''}数据"
