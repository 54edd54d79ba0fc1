"""The sentences that a report says about itself, made from the record's values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ntanalytics.findings.phrases import spaced
from ntanalytics.reports.formats import LOCAL, display, parts
from ntanalytics.reports.record import Field, Record, Recorded

#: The order in which states are named: what is wrong first.
STATE_ORDER = ("critical", "warning", "unknown", "ok")
_MARKS = {"critical": ("■", "异常"), "warning": ("▲", "关注"), "unknown": ("○", "未知"), "ok": ("●", "正常")}
_HEADED = {"yuan": "元", "points": "个百分点"}  #: the units that a column's head says for its cells
_NAMED = 4  #: how many subjects of one state the status line names
_HOLES = 3  #: how many holes it names
MOST_NAMED = 6  #: so many datasets that were taken at one moment are named; more are counted
_REASONS = 10  #: how many reasons for setting rows aside are written out; the record has them all


@dataclass(frozen=True)
class Remark:
    """A part of the status line: a state (or empty), the words in bold, and what follows them."""

    state: str
    lead: str
    rest: str = ""


def status(record: Record) -> list[Remark]:
    """The status line: the exceptions by name, then how many checks are in order, then what is missing."""
    rows = [row for block in record.blocks if block.kind == "board" for row in block.rows]
    remarks = []
    for state in ("critical", "warning", "unknown"):
        subjects = [spaced(row["subject"], row["check"]) for row in rows if row["state"] == state]
        if subjects:
            mark, word = _MARKS[state]
            named = "、".join(subjects[:_NAMED]) + ("等" if len(subjects) > _NAMED else "")
            remarks.append(Remark(state, f"{mark} {len(subjects)} 项{word}", f"：{named}"))
    fine = sum(row["state"] == "ok" for row in rows)
    if fine:
        remarks.append(Remark("", "", f"其余 {fine} 项正常") if remarks else Remark("ok", f"● {fine} 项正常"))
    return remarks + data_status(record.head.body, is_alone=not rows)


def data_status(head: Mapping[str, Any], is_alone: bool = True) -> list[Remark]:
    """What the head says about its data: holes, rows that were set aside, how many sources are whole.

    Args:
        head: the body of the head block.
        is_alone: nothing else is said in the status line, so that it says, too, when all is well.
    """
    gaps = [gap.rstrip("。") for gap in head["gaps"]]
    more = [f"共 {len(gaps)} 处，见数据来源"] if len(gaps) > _HOLES else []
    remarks = [Remark("unknown", "○ 数据不完整", f"：{'；'.join(gaps[:_HOLES] + more)}")] if gaps else []
    remarks += [Remark("", "", note.rstrip("。")) for note in head.get("notes", ())]
    rejected = sum(each["rejected"] for each in head["as_of"])
    if rejected:
        remarks.append(Remark("", "", f"{rejected:,} 行不合格数据未计入"))
    if head["as_of"]:
        whole = sum(bool(each["taken_at"] and not each["missing_days"] and not each["error"]) for each in head["as_of"])
        is_whole = whole == len(head["as_of"])
        if is_whole and is_alone and not gaps:
            remarks.insert(0, Remark("ok", "● 数据完整"))
        counted = f"数据来源 {whole}/{len(head['as_of'])}"
        # What is missing was named above, as a rule; where it was not, the count itself is the warning.
        remarks.append(Remark("", "", counted) if is_whole or gaps else Remark("unknown", f"○ {counted}"))
    return remarks


def worst(remarks: Sequence[Remark]) -> str:
    """The worst state that the status line names; ``ok`` when it names none."""
    named = {each.state for each in remarks}
    return next(state for state in STATE_ORDER if state in named or state == "ok")


def as_of_line(head: Mapping[str, Any], zone: ZoneInfo) -> str:
    """As of when each source's data are: ``数据截至：短信（sms） 11月23日 06:10；工单（desk） 未取得``.

    Many that were taken at one moment are counted, and not named: ``39 项数据 11月23日 06:10``.
    """
    taken: dict[str, list[str]] = {}
    for each in head["as_of"]:
        moment = short_time(each["taken_at"], zone) if each["taken_at"] else "未取得"
        taken.setdefault(moment, []).append(f"{each['label']}（{each['source']}）")
    said = (f"{_taken(labels, moment)} {moment}" for moment, labels in taken.items())
    return f"数据截至：{'；'.join(said)}" if taken else ""


def _taken(labels: Sequence[str], moment: str) -> str:
    is_named = len(labels) <= MOST_NAMED or moment == "未取得"
    return "、".join(labels) if is_named else f"{len(labels)} 项数据"


def short_time(value: str, zone: ZoneInfo = LOCAL) -> str:
    """An instant in words, without the year: ``11月23日 06:10``."""
    text = display(value, "datetime", zone=zone)
    return f"{int(text[5:7])}月{int(text[8:10])}日 {text[11:]}"


def origin_line(origin: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Where a block's figures come from, in one line."""
    said = []
    if origin.get("metric"):
        said.append(f"指标 {origin['metric']}")
    said += [f"数据集 {name} 第 {version} 版" for name, version in (origin.get("datasets") or {}).items()]
    if origin.get("rows") is not None:
        said.append(f"{origin['rows']:,} 行")
    if origin.get("as_of"):
        said.append(f"截至 {display(origin['as_of'], 'datetime', zone=zone)}")
    return "；".join(said)


def column_title(field: Field) -> tuple[str, str]:
    """The head of a column and, apart, its unit: ``("提交量", "（条）")``; the unit may be empty."""
    unit = f"（{_HEADED.get(parts(field.format)[0], field.unit)}）"
    return field.title, "" if unit == "（）" or field.title.endswith(unit) else unit


def kpi_words(item: Mapping[str, Any], zone: ZoneInfo = LOCAL) -> tuple[str, str, str]:
    """A headline figure in words: the figure, its change, the figure before; each may be empty but the first."""
    value = display(item["value"], item["format"], item["unit"], zone)
    value = f"≥ {value}" if item["is_lower_bound"] else value
    change = ""
    if item["change"] is not None:
        size = display(abs(item["change"]), item["change_format"]).lstrip("+")
        is_seen = any(digit in size for digit in "123456789")
        change = f"{'▲' if item['change'] > 0 else '▼'} {size}" if is_seen else "持平"
    before = f"上期 {display(item['before'], item['format'], item['unit'], zone)}" if item["before"] is not None else ""
    return value, change, before


def cell(block: Recorded, row: Mapping[str, Any], field: Field, zone: ZoneInfo) -> str:
    """A cell of a block's data as the reader sees it; a board's value is written by its own row's format."""
    form = cell_format(block, row, field)
    text = display(row[field.name], form, zone=zone)
    # A column's head says the unit of points once; a board's value has no such head.
    return text.removesuffix(" 个百分点") if form == field.format else text


def cell_format(block: Recorded, row: Mapping[str, Any], field: Field) -> str:
    """The format of a cell."""
    return str(row["format"]) if block.kind == "board" and field.name == "value" else field.format


@dataclass(frozen=True)
class Sources:
    """The section on the data behind a report.

    Attributes:
        columns: the heads of the table of sources.
        rows: one row a source and dataset, in words.
        holes: what is missing, one sentence each.
        rejected: rows that were set aside, one sentence a reason.
        remarks: the notes of the head, the versions that were read, and when the report was made.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    gaps: list[str]
    rejected: list[str]
    remarks: list[str]


SOURCE_COLUMNS = ("数据集", "数据源", "截至", "行数", "未计入", "缺失日期", "说明")


def sources(head: Mapping[str, Any], zone: ZoneInfo) -> Sources:
    """What the page says at its end about the data behind it."""
    rows = [
        (
            f"{each['label']}（{each['dataset']}）",
            each["source"],
            display(each["taken_at"], "datetime", zone=zone),
            display(each["rows"], "integer"),
            display(each["rejected"], "integer"),
            days(each["missing_days"]),
            each["error"],
        )
        for each in head["as_of"]
    ]
    reasons = sorted(head["rejected"], key=lambda each: -each["rows"])
    rejected = [
        f"{each['label']}（{each['source']}）：{each['reason']}，{each['rows']:,} 行未计入"
        for each in reasons[:_REASONS]
    ]
    if rest := reasons[_REASONS:]:
        rejected.append(f"其余 {len(rest):,} 种原因，共 {sum(each['rows'] for each in rest):,} 行未计入")
    versions = "；".join(f"{name} 第 {version} 版" for name, version in head["versions"].items())
    made = f"生成时间：{display(head['generated_at'], 'datetime', zone=zone)}"
    remarks = [*head.get("notes", ()), *([f"数据版本：{versions}"] if versions else []), made]
    return Sources(SOURCE_COLUMNS, rows, list(head["gaps"]), rejected, remarks)


def days(texts: Sequence[str]) -> str:
    """Days in words, runs of them joined: ``11-18—11-20、11-25``."""
    runs: list[list[date]] = []
    for each in sorted(date.fromisoformat(text) for text in texts):
        if runs and each - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(each)
        else:
            runs.append([each])
    said = (f"{run[0]:%m-%d}" + (f"—{run[-1]:%m-%d}" if len(run) > 1 else "") for run in runs)
    return "、".join(said)
