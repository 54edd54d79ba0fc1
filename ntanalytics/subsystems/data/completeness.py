"""The inspection's rules over the data themselves: holes, failed sources, rows that were set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from ntanalytics.findings.finding import Finding, State
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.sentences import day_words, limits, measured
from ntanalytics.metrics.number_format import format_number

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


def completeness(extractions: Iterable[Extraction], on: date, rules: Mapping[str, Rule]) -> list[Finding]:
    """Whether each dataset came whole from each source.

    Args:
        extractions: what each source gave of each dataset.
        on: the inspected day.
        rules: the rules, as the site has them.

    Returns:
        For each, a finding of its holes (``unknown`` with since when ``on`` is missing, ``warning`` when only other days
        are) and, where rows came at all, one of its rejected rows.
    """
    whole, aside = rules["data.completeness"], rules["data.rejected_share"]
    found: list[Finding] = []
    for each in extractions:
        if not whole.is_off:
            found.append(_holes(whole, each, on))
        seen = (each.rows or 0) + each.rejected
        if seen and not aside.is_off:
            found.append(_rejected(aside, each, each.rejected / seen))
    return found


def _holes(rule: Rule, each: Extraction, on: date) -> Finding:
    missing = set(each.missing_days)
    trouble = " ".join(each.error.split())[:ERROR_SAID]
    since = None
    state: State = rule.threshold.judge(len(missing))
    evidence = "数据完整。"
    if on in missing or trouble:
        state, begin = "unknown", on
        while begin - timedelta(days=1) in missing:
            begin -= timedelta(days=1)
        since = day_words(begin) if on in missing else None
        evidence = f"数据缺失，数据源报错“{trouble}”。" if trouble else "数据缺失。"
    elif missing:
        evidence = f"缺 {len(missing)} 天数据（最近为{day_words(max(missing))}），有关合计为下限。"
    return Finding(
        rule.code,
        each.dataset.partition(".")[0],
        subject_of(each.label, each.source),
        rule.words,
        state,
        float(len(missing)),
        "integer",
        "无缺失",
        evidence,
        since,
        "" if state == "ok" else rule.advice,
    )


def _rejected(rule: Rule, each: Extraction, share: float) -> Finding:
    state = rule.threshold.judge(share)
    aside = format_number(each.rejected, "integer", "行")
    evidence = f"{measured('剔除率', share, rule.threshold, 'rate:2').removesuffix('。')}，共剔除 {aside}。"
    return Finding(
        rule.code,
        each.dataset.partition(".")[0],
        subject_of(each.label, each.source),
        rule.words,
        state,
        share,
        "rate:2",
        limits(rule.threshold, "rate:2"),
        evidence,
        None,
        "" if state == "ok" else rule.advice,
    )


def subject_of(label: str, source: str) -> str:
    """What a finding of the data is about: the dataset, and the source it came from."""
    return f"{label}（{source}）"
