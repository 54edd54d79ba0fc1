"""What changed between two versions of a report, in sentences made from their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ntanalytics.findings.threshold import STATUSES
from ntanalytics.findings.phrases import spaced
from ntanalytics.reports.formats import display
from ntanalytics.reports.labels import kpi_words
from ntanalytics.reports.record import Record

#: So many changes are told one by one; the rest is counted.
MOST = 30

UNCHANGED = "数据已更新，首页数字与检查结论不变。"


def record_diff(before: Record, after: Record) -> list[str]:
    """What the reader of the earlier version must know: holes, headline figures, findings; one sentence each.

    Args:
        before: the record of the version that was published.
        after: the record of the one that takes its place.
    """
    found = [*_holes(before, after), *_figures(before, after), *_findings(before, after)]
    if len(found) > MOST:
        return [*found[:MOST], f"另有 {len(found) - MOST} 处变化。"]
    return found or [UNCHANGED]


def _holes(before: Record, after: Record) -> Iterator[str]:
    then, now = before.head.body["gaps"], after.head.body["gaps"]
    yield from (f"已补齐：{gap}" for gap in then if gap not in now)
    yield from (f"现缺：{gap}" for gap in now if gap not in then)


def _figures(before: Record, after: Record) -> Iterator[str]:
    then, now = _kpis(before), _kpis(after)
    for key, item in now.items():
        value = kpi_words(item, after.zone)[0]
        if key not in then:
            yield f"新增：{item['label']} {value}。"
        elif (was := kpi_words(then[key], before.zone)[0]) != value:
            yield f"{item['label']}由 {was} 改为 {value}。"
    yield from (f"不再给出：{item['label']}。" for key, item in then.items() if key not in now)


def _kpis(record: Record) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    return {
        (block.id, item["name"], item["label"]): item
        for block in record.blocks
        if block.kind == "kpis"
        for item in block.body["items"]
    }


def _findings(before: Record, after: Record) -> Iterator[str]:
    then, now = _open(before), _open(after)
    for key, finding in now.items():
        name, value = _name(finding), display(finding["value"], finding["format"])
        if key not in then:
            yield f"新增{_word(finding)}：{name} {value}。"
        elif then[key]["status"] != finding["status"]:
            yield f"{name}由{_word(then[key])}改为{_word(finding)}（{value}）。"
        elif (was := display(then[key]["value"], then[key]["format"])) != value:
            yield f"{name}由 {was} 改为 {value}。"
    yield from (
        f"不再成立：{_name(finding)}（原为{_word(finding)}）。" for key, finding in then.items() if key not in now
    )


def _open(record: Record) -> dict[str, Mapping[str, Any]]:
    """Return the findings that are not ok, by their identity; what several blocks show is told once."""
    return {
        finding["identity"]: finding
        for block in record.blocks
        if block.found is not None
        for finding in block.found["findings"]
        if finding["status"] != "ok"
    }


def _name(finding: Mapping[str, Any]) -> str:
    return spaced(finding["entity"]["label"], finding["check"])


def _word(finding: Mapping[str, Any]) -> str:
    return {str(status): words for status, words in STATUSES.items()}[finding["status"]].partition(" ")[2]
