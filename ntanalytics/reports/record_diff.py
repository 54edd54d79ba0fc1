"""The differences between two versions of a report, in sentences made from their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ntanalytics.findings.phrases import spaced
from ntanalytics.reports.formats import display
from ntanalytics.reports.labels import kpi_texts, status_label
from ntanalytics.reports.record import Record

#: Number of changes that are listed; more are counted.
MOST_LISTED = 30

UNCHANGED = "数据已更新，首页数字与检查结论不变。"


def record_diff(before: Record, after: Record) -> list[str]:
    """Return the changes of gaps, headline figures and findings, one sentence each.

    Args:
        before: the record of the version that was published.
        after: the record that replaces it.
    """
    changes = [*_gap_changes(before, after), *_kpi_changes(before, after), *_finding_changes(before, after)]
    if len(changes) > MOST_LISTED:
        return [*changes[:MOST_LISTED], f"另有 {len(changes) - MOST_LISTED} 处变化。"]
    return changes or [UNCHANGED]


def _gap_changes(before: Record, after: Record) -> Iterator[str]:
    then, now = before.head.body["gaps"], after.head.body["gaps"]
    yield from (f"已补齐：{gap}" for gap in then if gap not in now)
    yield from (f"现缺：{gap}" for gap in now if gap not in then)


def _kpi_changes(before: Record, after: Record) -> Iterator[str]:
    then, now = _kpis(before), _kpis(after)
    for key, item in now.items():
        value = kpi_texts(item, after.zone)[0]
        if key not in then:
            yield f"新增：{item['label']} {value}。"
        elif (old_value := kpi_texts(then[key], before.zone)[0]) != value:
            yield f"{item['label']}由 {old_value} 改为 {value}。"
    yield from (f"不再给出：{item['label']}。" for key, item in then.items() if key not in now)


def _kpis(record: Record) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    return {
        (block.id, item["name"], item["label"]): item
        for block in record.blocks
        if block.kind == "kpis"
        for item in block.body["items"]
    }


def _finding_changes(before: Record, after: Record) -> Iterator[str]:
    by_label = any(finding["entity"]["kind"] == "label" for finding in _findings(before))  # a record of 0.1.0
    then, now = _open_findings(before, by_label=by_label), _open_findings(after, by_label=by_label)
    for key, finding in now.items():
        name, value = _name(finding), display(finding["value"], finding["format"])
        status = status_label(finding["status"])
        if key not in then:
            yield f"新增{status}：{name} {value}。"
        elif then[key]["status"] != finding["status"]:
            yield f"{name}由{status_label(then[key]['status'])}改为{status}（{value}）。"
        elif (old_value := display(then[key]["value"], then[key]["format"])) != value:
            yield f"{name}由 {old_value} 改为 {value}。"
    for key, finding in then.items():
        if key not in now:
            yield f"不再成立：{_name(finding)}（原为{status_label(finding['status'])}）。"


def _findings(record: Record) -> Iterator[Mapping[str, Any]]:
    for block in record.blocks:
        if block.findings_json is not None:
            yield from block.findings_json["findings"]


def _open_findings(record: Record, *, by_label: bool) -> dict[str, Mapping[str, Any]]:
    """Return the findings that are not in order, by identity; one that several blocks show appears once."""
    return {
        f"{finding['code']}:{finding['entity']['label']}" if by_label else finding["identity"]: finding
        for finding in _findings(record)
        if finding["status"] != "ok"
    }


def _name(finding: Mapping[str, Any]) -> str:
    return spaced(finding["entity"]["label"], finding["check"])
