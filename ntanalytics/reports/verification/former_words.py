"""Texts and cells that an earlier version wrote for the same figures, in today's words and units.

A published report is read for years, and the words round its figures change. Reading a file proves its figures, names
and sentences. That its words are those of the program which made it is proven by rendering again.
"""

from __future__ import annotations

import re
from typing import Any

from ntanalytics.metrics.number_format import close_up
from ntanalytics.periods.day_text import issue_number
from ntanalytics.reports.status_line import sources_counted

_ISSUE = re.compile(r"编号 ?(\d{4}-(?:W\d\d|\d\d(?:-\d\d)?))")
#: Number of a report in the contents of a workbook, which was the text of its period.
_PERIOD = re.compile(r"(?<= · )(\d{4}-(?:W\d\d|[\d_-]+))$")
_SOURCES = re.compile(r"数据来源 ?(\d+)/(\d+)")
_BYTES = re.compile(r"(\d ?[KMGT])iB(?![a-z])")
_MILLISECONDS = re.compile(r"(?<=\d) ?ms(?![a-z])")
#: A subject and a figure that begins with its last word stood side by side: 驻场驻场率, 运维团队团队人数.
_DOUBLED = re.compile(r"([\u4e00-\u9fff]{2,6})[ ]?\1(?=[\u4e00-\u9fff])")
#: Minutes alone, which were 2分 and not 2分钟; what follows hours, or has seconds, is as it was.
_MINUTES = re.compile(r"(?<![\d时])(\d+)\u5206(?![\d钟])")
_PADDED = re.compile(r"(\d(?:小时|天|分))0(?=\d)")

#: Words of earlier versions without spaces at figures → today's.
_WORDS = (
    ("项正常", "项检查正常"),
    ("行不合格数据未计入", "行不符合要求的数据未纳入统计"),
    ("上期", "前一期"),
    ("● 数据完整", "● 本期数据完整"),
    ("个数据源均已取得", "项数据均已取得"),
    ("个数据源中", "项数据中"),
    ("个完整取得", "项完整取得"),
    ("超期", "逾期"),
    ("应答时间（95%以内）", "响应时间（已应答请求，95%以内）"),
    ("补抽", "补采"),
    ("补取", "补采"),
)


#: Formats of a workbook's durations: a number of seconds, with its unit or without; and a part of a day.
_SECONDS = ('#,##0.0" 秒"', "#,##0.0")
_DURATION = "[h]:mm:ss"
_DAY_S = 86_400

#: Unit that a workbook gave beside a duration.
DURATION_UNIT = "秒"


def say_the_same(wanted: str, shown: str) -> bool:
    """Return whether two texts are equal, or one is the other in the words of an earlier version."""
    return wanted == shown or _current(wanted) == _current(shown)


def current_cell(value: Any, form: str, wanted: str) -> tuple[Any, str]:
    """Return a cell of a workbook as today's program writes it, where it has the form of an earlier version.

    Args:
        value: the cell's value.
        form: its number format.
        wanted: the number format that today's program gives it.
    """
    if isinstance(value, bool):
        return "是" if value else "否", "@"
    if not isinstance(value, (int, float)):
        return value, form
    form = form.replace('"≥ "', '"≥"').replace('"≤ "', '"≤"')
    if _DURATION in wanted and _DURATION not in form:
        for seconds in _SECONDS:
            form = form.replace(seconds, _DURATION)
        return value / _DAY_S, form
    if "%" in form and "%" not in wanted:
        return value * 100, form.replace("%", "")
    return value, form


def _current(text: str) -> str:
    text = _ISSUE.sub(lambda match: issue_number(match[1]), text)
    text = _PERIOD.sub(lambda match: issue_number(match[1]), text)
    text = _SOURCES.sub(lambda match: sources_counted(int(match[1]), int(match[2])), text)
    text = close_up(_MILLISECONDS.sub("毫秒", _BYTES.sub(r"\1B", text)))
    for former, current in _WORDS:
        text = text.replace(former, current)
    text = _MINUTES.sub(r"\1分钟", _PADDED.sub(r"\1", text))
    return _DOUBLED.sub(r"\1", text).removesuffix("（秒）")
