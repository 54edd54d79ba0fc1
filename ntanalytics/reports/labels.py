"""Sentences that a report says about itself, and the texts of its cells and cards, made from the record's values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from ntanalytics.metrics.measure import PREVIOUS
from ntanalytics.metrics.number_format import has_nonzero_digit, parse_format
from ntanalytics.periods.day_text import short_day_spans
from ntanalytics.reports.formats import LOCAL_ZONE, STATUS_TEXTS, UNITS, display, marked
from ntanalytics.reports.record import Field, RecordedBlock, certainty_of

_UNITS_IN_HEADING = {kind: UNITS[kind] for kind in ("yuan", "points")}
DATASETS_LISTED = 6  #: datasets of one extraction time that are named; more are counted
MISSING_LISTED = 12  #: the same of datasets that were not extracted
_TIMES_LISTED = 3  #: extraction times that are named; of more the first and the last
_REASONS_LISTED = 10  #: reasons of rejected rows that are written out; the record has them all
_NOT_TAKEN = "未取得"
_STEADY = "基本持平"


def status_mark(status: str) -> str:
    """Return a status as its mark: ``■``."""
    return STATUS_TEXTS[status].partition(" ")[0]


def status_label(status: str) -> str:
    """Return a status in Chinese: ``异常``."""
    return STATUS_TEXTS[status].partition(" ")[2]


def as_of_line(head: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return the time of each source's data: ``数据截至：短信（sms） 11月23日 06:10；工单（desk） 未取得``.

    Many datasets of one extraction time are counted, and not named: ``39 项数据 11月23日 06:10``. Of many extraction
    times the first and the last are named.
    """
    taken = sorted({line["taken_at"] for line in head["as_of"] if line["taken_at"]})
    is_spread = len({short_time(time, zone) for time in taken}) > _TIMES_LISTED
    names_by_time: dict[str, list[str]] = {}
    for line in head["as_of"]:
        if is_spread and line["taken_at"]:
            continue
        time = short_time(line["taken_at"], zone) if line["taken_at"] else _NOT_TAKEN
        names_by_time.setdefault(time, []).append(f"{line['label']}（{line['source']}）")
    parts = [f"{_names_or_count(names, time)} {time}" for time, names in names_by_time.items()]
    if is_spread:
        parts.insert(0, f"最早 {short_time(taken[0], zone)}，最晚 {short_time(taken[-1], zone)}")
    return f"数据截至：{'；'.join(parts)}" if names_by_time else ""


def _names_or_count(names: Sequence[str], time: str) -> str:
    are_listed = len(names) <= (DATASETS_LISTED if time != _NOT_TAKEN else MISSING_LISTED)
    return "、".join(names) if are_listed else f"{len(names)}项数据"


def short_time(value: str, zone: ZoneInfo = LOCAL_ZONE) -> str:
    """Return an instant without the year: ``11月23日 06:10``."""
    text = display(value, "datetime", zone=zone)
    return f"{int(text[5:7])}月{int(text[8:10])}日 {text[11:]}"


def origin_line(origin: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return the source of a block's figures in one line."""
    given = origin.get("datasets") or {}
    versions = {name: version for name, version in given.items() if version is not None}
    if given and not versions:  # nothing was read
        return ""
    parts = []
    if origin.get("metric"):
        parts.append(f"指标 {origin['metric']}")
    parts += [f"数据集 {name} 第 {version} 版" for name, version in versions.items()]
    if origin.get("rows") is not None:
        parts.append(f"{origin['rows']:,} 行")
    if origin.get("as_of"):
        parts.append(f"截至 {display(origin['as_of'], 'datetime', zone=zone)}")
    return "；".join(parts)


def column_title(field: Field) -> tuple[str, str]:
    """Return the heading of a column and, apart, its unit: ``("提交量", "（条）")``; the unit may be empty."""
    unit = f"（{_UNITS_IN_HEADING.get(parse_format(field.format).kind, field.unit)}）"
    return field.title, "" if unit == "（）" or field.title.endswith(unit) else unit


def kpi_texts(item: Mapping[str, Any], zone: ZoneInfo = LOCAL_ZONE) -> tuple[str, str, str]:
    """Return a headline figure's value, its change and the value before; the last two may be empty."""
    value = marked(display(item["value"], item["format"], item["unit"], zone), certainty_of(item, "value"))
    change = ""
    if item["change"] is not None:
        size = display(abs(item["change"]), item["change_format"]).lstrip("+")
        change = f"{'▲' if item['change'] > 0 else '▼'} {size}" if has_nonzero_digit(size) else "持平"
        change = _STEADY if item.get("is_steady") else change
    before = display(item["before"], item["format"], item["unit"], zone) if item["before"] is not None else ""
    return value, change, f"{against_of(item)}{before}" if before else ""


def kpi_remark(item: Mapping[str, Any]) -> str:
    """Return the remark on a headline figure whose change stands as a number: its note, and that it is steady."""
    return "；".join(filter(None, (_STEADY * bool(item.get("is_steady")), str(item["note"]))))


def against_of(item: Mapping[str, Any]) -> str:
    """Return the period before in the words of a headline figure; a record of an older version has none."""
    return str(item.get("against", PREVIOUS))


def kpi_headings(items: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the headings of a table of headline figures: ``指标``, ``本期``, ``上周``, ``变化``, ``说明``."""
    return ("指标", "本期", against_of(items[0]) if items else PREVIOUS, "变化", "说明")


def cell_text(block: RecordedBlock, row: Mapping[str, Any], field: Field, zone: ZoneInfo) -> str:
    """Return a cell of a block's data as the reader sees it."""
    form = cell_format(block, row, field)
    text = display(row[field.name], form, zone=zone)
    # A column's heading gives the unit of points once; a board's value has no such heading.
    if form == field.format and parse_format(form).kind == "points":
        text = text.removesuffix(UNITS["points"])
    return marked(text, certainty_of(row, field.name))


def cell_format(block: RecordedBlock, row: Mapping[str, Any], field: Field) -> str:
    """Return the format of a cell; a board's value has the format of its own row."""
    return str(row["format"]) if block.kind == "board" and field.name == "value" else field.format


@dataclass(frozen=True)
class SourceSection:
    """The section on the data behind a report.

    Attributes:
        columns: the headings of the table of sources.
        rows: one row of texts for each source and dataset.
        gaps: one sentence for each gap.
        rejected: rejected rows, one sentence a reason.
        remarks: the notes of the head, the versions that were read, and the time of the report.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    gaps: list[str]
    rejected: list[str]
    remarks: list[str]


SOURCE_COLUMNS = ("数据集", "数据源", "截至", "行数", "未计入", "缺失日期", "说明")


def source_section(head: Mapping[str, Any], zone: ZoneInfo) -> SourceSection:
    """Return the section at the end of a report on the data behind it."""
    rows = [
        (
            f"{line['label']}（{line['dataset']}）",
            line["source"],
            display(line["taken_at"], "datetime", zone=zone),
            display(line["rows"], "integer"),
            display(line["rejected"], "integer"),
            short_day_spans(map(date.fromisoformat, line["missing_days"])),
            line["error"],
        )
        for line in head["as_of"]
    ]
    reasons = sorted(head["rejected"], key=lambda reason: -reason["rows"])
    rejected = [
        f"{reason['label']}（{reason['source']}）：{reason['reason']}，{reason['rows']:,} 行未计入"
        for reason in reasons[:_REASONS_LISTED]
    ]
    if rest := reasons[_REASONS_LISTED:]:
        rejected.append(f"其余 {len(rest):,} 种原因，共 {sum(reason['rows'] for reason in rest):,} 行未计入")
    versions = "；".join(f"{name} 第 {version} 版" for name, version in head["versions"].items())
    generated = f"生成时间：{display(head['generated_at'], 'datetime', zone=zone)}"
    remarks = [*head.get("notes", ()), *([f"数据版本：{versions}"] if versions else []), generated]
    if anchor := head.get("ledger_anchor"):
        remarks.append(f"台账审计链：第 {anchor['entry']} 条，SHA-256 {anchor['sha256']}")
    return SourceSection(SOURCE_COLUMNS, rows, list(head["gaps"]), rejected, remarks)
