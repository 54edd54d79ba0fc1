"""Since when a check has been beyond its threshold: read from the days before, or from a moment that tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.detectors.series import Series
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rows import Rows, rows
from ntanalytics.findings.rule import Rule, Subject
from ntanalytics.findings.sentences import day_words


def by_day(findings: Iterable[Finding], rule: Rule, daily: Rows, on: date, subject: Subject = "") -> list[Finding]:
    """The findings, those of one rule that are not in order with the day since when.

    Args:
        findings: findings of any rules; where none of them breaks this one, ``daily`` is not even read.
        rule: the rule that was applied to the inspected day.
        daily: the same measure by day (``day``, ``is_covered``), and the one that counts; a day of too few says
            nothing, and neither begins nor ends what lasts.
        on: the inspected day.
        subject: what a row is about, as ``rules.judged`` takes it.
    """
    found = list(findings)
    if not any(_breaks(each, rule.code) for each in found):
        return found
    by_subject: dict[str, list[dict[str, Any]]] = {}
    for row in sorted((row for row in rows(daily) if row["day"] <= on), key=lambda row: row["day"]):
        name = subject(row) if callable(subject) else subject or SUBSYSTEMS[rule.subsystem]
        few = bool(rule.of) and (row[rule.of] or 0) < rule.min_count
        kept = {"day": row["day"], "is_covered": row["is_covered"], "value": None if few else row[rule.measure]}
        by_subject.setdefault(name, []).append(kept)
    begun = {name: Series(tuple(its), on).since("value", rule.threshold) for name, its in by_subject.items()}
    return _dated(found, rule.code, begun)


def from_moment(
    findings: Iterable[Finding], code: str, moments: Mapping[str, datetime | None], utc_offset_h: int
) -> list[Finding]:
    """The findings, those of one rule that are not in order with the local day of a moment of their subject's.

    Args:
        findings: findings of any rules.
        code: the rule's code.
        moments: subject → the moment (UTC) at which it began; None where that is not known.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    begun = {
        name: day_words((at + timedelta(hours=utc_offset_h)).date()) for name, at in moments.items() if at is not None
    }
    return _dated(findings, code, begun)


def _dated(findings: Iterable[Finding], code: str, begun: Mapping[str, str | None]) -> list[Finding]:
    return [
        replace(each, since=begun[each.subject]) if _breaks(each, code) and each.subject in begun else each
        for each in findings
    ]


def _breaks(finding: Finding, code: str) -> bool:
    return finding.code == code and finding.state in ("warning", "critical")
