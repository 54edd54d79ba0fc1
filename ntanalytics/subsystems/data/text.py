"""Sentences and labels of the data."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from ntanalytics.contract import DATASETS
from ntanalytics.contract.infra import HOST_METRICS
from ntanalytics.findings.detector_text import season_clause, seasonal_baseline
from ntanalytics.findings.event_text import event, lasting
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import listed, named, snapshot_words, spaced
from ntanalytics.findings.subjects import dataset_of
from ntanalytics.findings.text import RuleText, Texts, limits, measured
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_spans, day_words

#: Hours of a whole day.
_DAY_HOURS = 24


def source_label(source: str) -> str:
    """Return the label of a source."""
    return f"数据源 {source}"


def dataset_label(label: str, source: str) -> str:
    """Return the label of a dataset from a source.

    Args:
        label: label of the dataset.
        source: name of the source.
    """
    return f"{label}（{source}）"


def _loss(finding: Finding) -> str:
    """Return the loss of a damaged snapshot in words; empty for a whole one."""
    lost_on, whole_on = finding.details.get("lost_on"), finding.details.get("whole_on")
    if not isinstance(lost_on, str) or not isinstance(whole_on, str):
        return ""
    kinds, lost = finding.details.get("kinds"), int(finding.figures["lost_rows"] or 0)
    names = kinds if isinstance(kinds, tuple) else ()
    return snapshot_words(date.fromisoformat(lost_on), date.fromisoformat(whole_on), lost, names)


def _stand_in(finding: Finding) -> str:
    """Return the words on what stands in the place of a damaged snapshot."""
    stands_on = finding.details.get("stands_on")
    stands = f"期末状态取自{_day(stands_on)}的快照" if isinstance(stands_on, str) else "有关数字未知或为下限"
    return f"疑未取全，按缺数据处理，{stands}"


def _day(day: str) -> str:
    return day_words(date.fromisoformat(day))


def _completeness(finding: Finding) -> str:
    if loss := _loss(finding):
        return f"{loss}，{_stand_in(finding)}。"
    last = finding.details.get("last_missing")
    if not isinstance(last, str):
        return "数据完整。"
    days = int(finding.figures["missing_days"] or 0)
    return f"缺 {days} 天数据（最近为{day_words(date.fromisoformat(last))}），有关合计为下限。"


def _completeness_event(finding: Finding) -> EventWords:
    if loss := _loss(finding):
        return EventWords(f"{spaced(finding.entity.label, loss)}{lasting(finding)}", detail=_stand_in(finding))
    last, days = finding.details.get("last_missing"), int(finding.figures.get("missing_days") or 0)
    if not isinstance(last, str):
        return EventWords(f"{finding.entity.label}数据不完整{lasting(finding)}")
    what = f"{spaced(finding.entity.label, '缺')} {days} 天数据{lasting(finding)}"
    return EventWords(what, detail=f"最近缺{day_words(date.fromisoformat(last))}，有关合计为下限")


def _completeness_reason(finding: Finding) -> str:
    if loss := _loss(finding):
        return f"数据缺失，{loss}"
    error = finding.details.get("error")
    if unended := finding.details.get("unended"):
        on = finding.details.get("unended_on")
        days = day_spans(map(date.fromisoformat, on)) if isinstance(on, tuple) else ""
        return f"{days}没有一条{unended}，是否未回写不明"
    if undated := finding.details.get("undated"):
        return f"{undated:,}行没有可读的时间，不知属于哪一天"
    if finding.unknown == "incomplete":
        return "当日数据只取到一部分"
    return f"数据缺失，数据源报错“{error}”" if error else "数据缺失"


def _completeness_advice(finding: Finding) -> str:
    if _loss(finding):
        return "核对数据源是否取全（复制是否中断、查询账号的权限是否变化），修复后重新抽取"
    return "" if finding.status == "ok" else finding.rule.advice


def _rejected_share(finding: Finding) -> str:
    count = format_number(finding.figures["rejected"], "integer", "行")
    return f"{measured(finding)[:-1]}，共剔除 {count}。"


def _of_source(finding: Finding, sentence: str) -> str:
    """Return the sentence of a dataset; of several datasets of a source their names, and it as an example."""
    datasets = finding.details.get("datasets")
    if not isinstance(datasets, tuple):
        return sentence
    return f"{'、'.join(datasets)}均有缺少，如{spaced(str(finding.details['example']), sentence)}"


def _silent_event(finding: Finding) -> EventWords:
    clauses = _silent(finding)
    if isinstance(finding.details.get("datasets"), tuple):
        return _several_event(finding, "，".join(clauses))
    return EventWords(f"{spaced(finding.entity.label, clauses[0])}{lasting(finding)}", detail=clauses[1])


def _several_event(finding: Finding, example: str) -> EventWords:
    """Return several datasets of a source as one event, with their names and one of them as an example."""
    datasets = finding.details["datasets"]
    count = len(datasets) if isinstance(datasets, tuple) else 0
    what = f"{spaced(finding.entity.label, '有')} {count} 类数据缺少{lasting(finding)}"
    return EventWords(what, detail=_of_source(finding, example))


def _rows_event(finding: Finding) -> EventWords:
    if isinstance(finding.details.get("datasets"), tuple):
        return _several_event(finding, season_clause(finding))
    return event(finding, "", is_own=False)


def _silent(finding: Finding) -> tuple[str, str]:
    expected = format_number(finding.figures["expected"], "integer", "行")
    return f"连续 {int(finding.value or 0)} 天没有数据", f"通常同样的日子共有 {expected}"


def _silent_days(finding: Finding) -> str:
    return f"{_of_source(finding, '，'.join(_silent(finding)))}。"


def _rows_fall(finding: Finding) -> str:
    return _of_source(finding, seasonal_baseline(finding))


def _stood_still(finding: Finding) -> str:
    count, hours = int(finding.value or 0), int(finding.figures.get("hours") or _DAY_HOURS)
    span = "全天" if hours >= _DAY_HOURS else f"有 {hours} 小时"
    if "hosts" in finding.figures:
        what = "该指标" if dataset_of(finding) else f" {count} 项指标"  # one metric of all, or any
        return f"全部 {int(finding.figures['hosts'] or 0)} 台主机的{what}{span}为同一数值。"
    metric = str(finding.details["metric"])
    metrics = "" if dataset_of(finding) else f"{HOST_METRICS.get(metric, metric)}等 {count} 项指标"
    return f"{metrics}{span}为同一数值，此前每天都有变化。"


def _unmatched(finding: Finding) -> str:
    ids, unmatched = (format_number(finding.figures[name], "integer", "个") for name in ("ids", "unmatched"))
    column, register = finding.details["column"], finding.details["register"]
    return f"所用 {ids}{column}中有 {unmatched}不在“{register}”登记内"


def _unmatched_event(finding: Finding) -> EventWords:
    what = f"{finding.entity.label}{_unmatched(finding).replace(' ', '')}{lasting(finding)}"
    return EventWords(what, detail="按该编号关联的单位、状态与使用情况不可用")


def _clock_offset(finding: Finding) -> str:
    offset = float(finding.figures.get("offset_s") or 0.0)
    off = f"{'晚' if offset > 0 else '早'} {format_number(abs(offset), 'seconds')}"
    parts = finding.details.get("parts")
    which = f"{listed(parts)}的" if isinstance(parts, tuple) and parts else ""
    if dataset := dataset_of(finding):  # the part is named already
        which = f"{DATASETS[dataset].label}的"
    column = finding.details.get("column")
    return f"{column}比平日整体{off}" if column else f"{which}时间比平日整体{off}"


def _clock_offset_event(finding: Finding) -> EventWords:
    source = finding.details.get("source")
    of = f"（数据源 {source}）" if source else ""
    day = f"自{day_words(finding.since)}起，" if finding.since is not None else ""
    what = f"{day}{finding.entity.label}{of}{_clock_offset(finding)}"
    return EventWords(what, detail="疑为时钟或时区有误，有关按时段统计的数字不可用")


def _copied(finding: Finding) -> str:
    copies, events = (format_number(finding.figures[name], "integer", "行") for name in ("copied_rows", "rows"))
    if dataset := dataset_of(finding):
        events = f"{DATASETS[dataset].label}{events}"
    return f"当日 {events}中有 {copies}与另一行除编号外完全相同，疑为重复写入"


def _copied_event(finding: Finding) -> EventWords:
    what = f"{named(finding.entity.label, _copied(finding))}{lasting(finding)}"
    return EventWords(what, detail="有关数量因此偏高")


#: Code of a rule → its sentences.
TEXTS: Texts = MappingProxyType(
    {
        "data.completeness": RuleText(
            evidence=_completeness,
            event=_completeness_event,
            limits=lambda finding: limits(finding) if finding.unknown else "无缺失",
            reason=_completeness_reason,
            advice=_completeness_advice,
        ),
        "data.rejected_share": RuleText(evidence=_rejected_share),
        "data.silent_days": RuleText(evidence=_silent_days, event=_silent_event),
        "data.rows_fall": RuleText(evidence=_rows_fall, event=_rows_event),
        "data.clock_offset": RuleText(
            evidence=lambda finding: f"{_clock_offset(finding)}，疑为时钟或时区有误。", event=_clock_offset_event
        ),
        "data.stood_still": RuleText(evidence=_stood_still),
        "data.copied_rows": RuleText(evidence=lambda finding: f"{_copied(finding)}。", event=_copied_event),
        "data.unmatched_ids": RuleText(
            evidence=lambda finding: f"{_unmatched(finding)}，按该编号关联的数字不可用。", event=_unmatched_event
        ),
    }
)
