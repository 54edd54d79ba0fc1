"""The differences between two versions of a report, figure by figure and sentence by sentence, from their records."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.phrases import spaced
from ntanalytics.reports.correction import Change, own_blocks
from ntanalytics.reports.formats import display
from ntanalytics.reports.labels import kpi_texts, status_label
from ntanalytics.reports.record import Record
from ntanalytics.reports.table_diff import chart_changes, table_changes

#: Number of changes that are listed; more are counted.
MOST_LISTED = 30

#: What stands between the source of a gap and its days.
_LACKS = "缺"
#: Days of two years, each with its own.
_YEARS = re.compile(r"\d{4}[年](\d+月\d+[日])至\d{4}[年](\d+月\d+[日])")

UNCHANGED = "数据已更新，报告内容不变。"
SAME_DATA = "所用数据与上一版相同，报告内容不变。"


def record_diff(before: Record, after: Record, *, has_new_data: bool) -> list[str]:
    """Return the changes, one sentence each; one sentence if there are none.

    Args:
        before: the record of the version that was published.
        after: the record that replaces it.
        has_new_data: data of the report were extracted in between, so that an unchanged report says so.
    """
    return change_sentences(record_changes(before, after), has_new_data=has_new_data)


def change_sentences(changes: Sequence[Change], *, has_new_data: bool) -> list[str]:
    """Return one sentence for each change, up to ``MOST_LISTED``; one sentence if there are none: ``record_diff``."""
    sentences = [change.sentence for change in changes]
    if len(sentences) > MOST_LISTED:
        return [*sentences[:MOST_LISTED], f"另有 {len(sentences) - MOST_LISTED} 处变化。"]
    return sentences or [UNCHANGED if has_new_data else SAME_DATA]


def record_changes(before: Record, after: Record) -> list[Change]:
    """Return every change of gaps, headline figures, findings, sentences, tables and charts.

    Args:
        before: the record of the version that was published.
        after: the record that replaces it.
    """
    return [
        *_gap_changes(before, after),
        *_kpi_changes(before, after),
        *_finding_changes(before, after),
        *_sentence_changes(before, after),
        *table_changes(before, after),
        *chart_changes(before, after),
    ]


def _gap_changes(before: Record, after: Record) -> Iterator[Change]:
    """Yield the gaps that went, came, or have other days than before: these are not told as filled."""
    then, now = ({_current_gap(gap): gap for gap in record.head.body["gaps"]} for record in (before, after))
    gone, new = ([gap for key, gap in here.items() if key not in there] for here, there in ((then, now), (now, then)))
    former: dict[str, str] = {}
    for gap in gone:
        former.setdefault(_whose(gap), gap)
    still = {_whose(gap) for gap in new}
    yield from (Change("数据缺失", "", gap, "", f"已补齐：{gap}") for gap in gone if _whose(gap) not in still)
    yield from (Change("数据缺失", "", former.get(_whose(gap), ""), gap, f"现缺：{gap}") for gap in new)


def _whose(gap: str) -> str:
    """Return the dataset and source of a gap: what stands before its days."""
    whose, lacks, _ = gap.partition(_LACKS)
    return whose + lacks if lacks else gap


def _current_gap(gap: str) -> str:
    """Return a gap with its days as they are written today, not as ``10月01日``, and without years."""
    return _YEARS.sub(r"\1至\2", re.sub(r"(?<!\d)0(\d[月日])", r"\1", gap))


def _kpi_changes(before: Record, after: Record) -> Iterator[Change]:
    then, now = _kpis(before), _kpis(after)
    for key, item in now.items():
        label, value = item["label"], kpi_texts(item, after.zone)[0]
        if key not in then:
            yield Change("主要指标", label, "", value, f"新增：{label} {value}。")
        elif (old_value := kpi_texts(then[key], before.zone)[0]) != value:
            yield Change("主要指标", label, old_value, value, f"{label}由 {old_value} 改为 {value}。")
    for key, item in then.items():
        if key not in now:
            old_value = kpi_texts(item, before.zone)[0]
            yield Change("主要指标", item["label"], old_value, "", f"不再给出：{item['label']}。")


def _kpis(record: Record) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    return {
        (block.id, item["name"], item["label"]): item
        for block in record.blocks
        if block.kind == "kpis"
        for item in block.body["items"]
    }


def _finding_changes(before: Record, after: Record) -> Iterator[Change]:
    by_label = any(finding["entity"]["kind"] == "label" for finding in _findings(before))  # a record of 0.1.0
    then, now = _open_findings(before, by_label=by_label), _open_findings(after, by_label=by_label)
    was_unknown, is_unknown = _unknown_systems(before), _unknown_systems(after)
    for key, finding in now.items():
        name, value = _name(finding), display(finding["value"], finding["format"])
        status = status_label(finding["status"])
        text = f"{status} {value}"
        if key not in then:
            sentence = f"新增{status}：{name} {value}。"
            if _system(finding) in was_unknown:
                sentence = f"{name}为{status}（{value}），上一版未列出，可能未知。"
            yield Change("检查结论", name, "", text, sentence)
            continue
        old_value = display(then[key]["value"], then[key]["format"])
        old_status = status_label(then[key]["status"])
        old_text = f"{old_status} {old_value}"
        if old_status != status:
            yield Change("检查结论", name, old_text, text, f"{name}由{old_status}改为{status}（{value}）。")
        elif old_value != value:
            yield Change("检查结论", name, old_text, text, f"{name}由 {old_value} 改为 {value}。")
    for key, finding in then.items():
        if key not in now:
            name, status = _name(finding), status_label(finding["status"])
            old_text = f"{status} {display(finding['value'], finding['format'])}"
            sentence = f"不再成立：{name}（原为{status}）。"
            if _system(finding) in is_unknown:
                sentence = f"{name}（原为{status}）现未列出，可能未知。"
            yield Change("检查结论", name, old_text, "", sentence)


def _unknown_systems(record: Record) -> frozenset[str]:
    """Return the subsystems of which a table counts unknown checks: what it lacks of them may be unknown.

    A board lists what is unknown.
    """
    tables = (block for block in record.blocks if block.kind != "board")
    return frozenset(name for block in tables for name, _ in block.body.get("unknown_checks", ()))


def _system(finding: Mapping[str, Any]) -> str:
    return subsystem_label(finding.get("subsystem", ""))


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


def _sentence_changes(before: Record, after: Record) -> Iterator[Change]:
    """Yield the sentences that were rewritten, added or taken out, block by block."""
    then, now = _sentences(before), _sentences(after)
    for name in dict.fromkeys((*now, *then)):
        old_title, old = then.get(name, ("", []))
        title, new = now.get(name, (old_title, []))
        matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
        for tag, begin, end, first, last in matcher.get_opcodes():
            if tag != "equal":
                yield from _rewritten(title or "正文", old[begin:end], new[first:last])


def _rewritten(place: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    for number in range(max(len(old), len(new))):
        before = old[number] if number < len(old) else ""
        after = new[number] if number < len(new) else ""
        text = f"“{before}”改为“{after}”"
        if not before or not after:
            text = f"新增“{after}”" if after else f"删去“{before}”"
        yield Change(place, "", before, after, f"{place}：{text}")


def _sentences(record: Record) -> dict[str, tuple[str, list[str]]]:
    return {
        block.id: (block.title, [f"{item['subject']}{item['text']}" for item in block.body["items"]])
        for block in own_blocks(record)
        if block.kind == "sentences"
    }
