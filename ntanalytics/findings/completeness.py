"""The inspection's rules over the data themselves: holes, failed sources, rows that were set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ntanalytics.findings.finding import Finding, State, Threshold
from ntanalytics.findings.sentences import day_words, limits, measured
from ntanalytics.metrics.figures import figure

REJECTED_SHARE = Threshold(0.001, 0.01, "down")

#: So much of a source's own words is said.
ERROR_SAID = 80


def completeness(
    extractions: Iterable[Mapping[str, Any]], on: date, *, rejected_share: Threshold = REJECTED_SHARE
) -> list[Finding]:
    """Whether each dataset came whole from each source.

    Args:
        extractions: for each dataset of each source: ``source``, ``dataset``, ``label`` (Chinese), ``rows``,
            ``rejected``, ``missing_days`` (dates or ISO texts) and ``error`` (empty when it was read).
        on: the inspected day.
        rejected_share: thresholds of rejected / (rows + rejected).

    Returns:
        For each, a finding of its holes (``unknown`` with since when ``on`` is missing, ``watch`` when only earlier
        days are) and, where rows came at all, one of its rejected rows.
    """
    found: list[Finding] = []
    for row in extractions:
        found.append(_holes(row, on))
        seen = (row["rows"] or 0) + (row["rejected"] or 0)
        if seen:
            found.append(_rejected(row, (row["rejected"] or 0) / seen, rejected_share))
    return found


def _holes(row: Mapping[str, Any], on: date) -> Finding:
    missing = _days(row["missing_days"])
    trouble = " ".join(str(row.get("error") or "").split())[:ERROR_SAID]
    since = None
    state: State = "ok"
    evidence = "数据完整。"
    if on in missing or trouble:
        state, begin = "unknown", on
        while begin - timedelta(days=1) in missing:
            begin -= timedelta(days=1)
        since = day_words(begin) if on in missing else None
        evidence = f"数据缺失：{trouble}。" if trouble else "数据缺失。"
    elif missing:
        state = "watch"
        evidence = f"此前缺 {len(missing)} 天数据（最近为{day_words(max(missing))}），有关合计为下限。"
    return Finding(
        "data.completeness", row["dataset"].partition(".")[0], _subject(row), "数据完整性", state, float(len(missing)),
        "integer", "无缺失", evidence, since, "" if state == "ok" else "检查数据源后补抽缺失日期",
    )  # fmt: skip


def _rejected(row: Mapping[str, Any], share: float, threshold: Threshold) -> Finding:
    state = threshold.judge(share)
    aside = figure(row["rejected"] or 0, "integer", "行")
    evidence = f"{measured('剔除率', share, threshold, 'rate:2').removesuffix('。')}，共剔除 {aside}。"
    return Finding(
        "data.rejected_share", row["dataset"].partition(".")[0], _subject(row), "剔除率", state, share, "rate:2",
        limits(threshold, "rate:2"), evidence, None, "" if state == "ok" else "查看剔除原因，修正映射或源数据",
    )  # fmt: skip


def _subject(row: Mapping[str, Any]) -> str:
    return f"{row['label']}（{row['source']}）"


def _days(missing: Sequence[date | str]) -> set[date]:
    return {day if isinstance(day, date) else date.fromisoformat(day) for day in missing}
