"""The inspection's rules over the data themselves: holes, failed sources, rows that were set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

from ntanalytics.findings.finding import Finding, State, Threshold
from ntanalytics.findings.sentences import day_words, limits, measured
from ntanalytics.metrics.figures import figure

REJECTED_SHARE = Threshold(0.001, 0.01, "down")

#: So much of a source's own words is said.
ERROR_SAID = 80


class Extraction(Protocol):
    """What one source gave of one dataset for a report's period."""

    @property
    def source(self) -> str:
        """The source's name."""

    @property
    def dataset(self) -> str:
        """The dataset's name."""

    @property
    def label(self) -> str:
        """The dataset's Chinese name."""

    @property
    def rows(self) -> int | None:
        """How many rows were kept; None when nothing was ever taken."""

    @property
    def rejected(self) -> int:
        """How many rows were set aside."""

    @property
    def missing_days(self) -> Sequence[date]:
        """The days of the period that are not whole."""

    @property
    def error(self) -> str:
        """Why, in the source's words; empty when it was read."""


def completeness(
    extractions: Iterable[Extraction], on: date, *, rejected_share: Threshold = REJECTED_SHARE
) -> list[Finding]:
    """Whether each dataset came whole from each source.

    Args:
        extractions: what each source gave of each dataset.
        on: the inspected day.
        rejected_share: thresholds of rejected / (rows + rejected).

    Returns:
        For each, a finding of its holes (``unknown`` with since when ``on`` is missing, ``watch`` when only other days
        are) and, where rows came at all, one of its rejected rows.
    """
    found: list[Finding] = []
    for each in extractions:
        found.append(_holes(each, on))
        seen = (each.rows or 0) + each.rejected
        if seen:
            found.append(_rejected(each, each.rejected / seen, rejected_share))
    return found


def _holes(each: Extraction, on: date) -> Finding:
    missing = set(each.missing_days)
    trouble = " ".join(each.error.split())[:ERROR_SAID]
    since = None
    state: State = "ok"
    evidence = "数据完整。"
    if on in missing or trouble:
        state, begin = "unknown", on
        while begin - timedelta(days=1) in missing:
            begin -= timedelta(days=1)
        since = day_words(begin) if on in missing else None
        evidence = f"数据缺失，数据源报错“{trouble}”。" if trouble else "数据缺失。"
    elif missing:
        state = "watch"
        evidence = f"缺 {len(missing)} 天数据（最近为{day_words(max(missing))}），有关合计为下限。"
    return Finding(
        "data.completeness", each.dataset.partition(".")[0], _subject(each), "数据完整性", state, float(len(missing)),
        "integer", "无缺失", evidence, since, "" if state == "ok" else "检查数据源后补抽缺失日期",
    )  # fmt: skip


def _rejected(each: Extraction, share: float, threshold: Threshold) -> Finding:
    state = threshold.judge(share)
    aside = figure(each.rejected, "integer", "行")
    evidence = f"{measured('剔除率', share, threshold, 'rate:2').removesuffix('。')}，共剔除 {aside}。"
    return Finding(
        "data.rejected_share", each.dataset.partition(".")[0], _subject(each), "剔除率", state, share, "rate:2",
        limits(threshold, "rate:2"), evidence, None, "" if state == "ok" else "查看剔除原因，修正映射或源数据",
    )  # fmt: skip


def _subject(each: Extraction) -> str:
    return f"{each.label}（{each.source}）"
