"""Week strip 近7日: what the issued inspections of the last seven days said of one check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.lifecycle import ObservedDay
from ntanalytics.findings.threshold import STATUSES, Status, worst

#: Days of a strip, the inspected one included.
DAYS = 7

#: Mark of a day without an inspection, or on which the check was not due.
NONE = "·"

#: Status → its mark.
MARKS: Mapping[str, str] = MappingProxyType({status: text.partition(" ")[0] for status, text in STATUSES.items()})

#: Words of the marks, for a note.
LEGEND = "近7日为已出具的每日巡检的结论，自左至右，最右为当日：■异常 ▲关注 ●正常 ○未知 ·无巡检。"


def week_strips(findings: Iterable[Finding], past: Iterable[ObservedDay], on: date) -> dict[str, str]:
    """Return the identity of each finding → its strip, oldest day first: ``··●▲▲■■``.

    A rule may have been silent about what was ok; where its silence says nothing, the day is unknown.

    Args:
        findings: findings of the inspection, which make the last mark.
        past: the issued inspections of the days before.
        on: the inspected day.
    """
    by_day = {day.on: (day.codes, _statuses(day)) for day in past}
    before = [by_day.get(on - timedelta(days=back), ({}, {})) for back in range(DAYS - 1, 0, -1)]
    return {
        finding.identity: "".join(_mark(codes, statuses, finding) for codes, statuses in before) + _today(finding)
        for finding in findings
    }


def strip_words(strip: str) -> str:
    """Return a strip in words, for who cannot see its marks: ``近7日自左至右：无巡检、正常、关注、异常、…``."""
    words = {text.partition(" ")[0]: text.partition(" ")[2] for text in STATUSES.values()} | {NONE: "无巡检"}
    return f"近7日自左至右：{'、'.join(words.get(mark, mark) for mark in strip)}"


def _today(finding: Finding) -> str:
    return MARKS[finding.status] if finding.is_applicable else NONE


def _statuses(day: ObservedDay) -> Mapping[str, Status]:
    """Return identity → its status on a day: of two observations of one identity the worse one counts."""
    statuses: dict[str, Status] = {}
    for observation in day.observations:
        identity = observation.identity
        statuses[identity] = worst([observation.status, statuses.get(identity, observation.status)])
    return statuses


def _mark(codes: Mapping[str, bool], statuses: Mapping[str, Status], finding: Finding) -> str:
    """Return the mark of a day by the rules that were asked (:attr:`ObservedDay.codes`), and what was observed."""
    if finding.code not in codes:
        return NONE
    if finding.identity in statuses:
        return MARKS[statuses[finding.identity]]
    return MARKS["ok"] if codes[finding.code] else MARKS["unknown"]
