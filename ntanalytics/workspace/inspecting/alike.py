"""The days that an inspected day is held against slot by slot, and what two findings of one day have to do."""

from __future__ import annotations

import ibis.expr.types as ir

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rows import rows
from ntanalytics.findings.silence import MOST_DAYS
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.scope import Scope

#: Days of history in which what is usual is looked for: ten weeks hold twenty days that are not worked.
HISTORY = 70


def alike(report: Report, scope: Scope) -> ir.Table:
    """The rows of the inspected day and of the last twenty days like it: worked, or not worked."""
    on = report.period.last
    calendar = {row["day"]: row for row in rows(scope.days)}
    like = [
        day
        for day, row in sorted(calendar.items(), reverse=True)
        if day < on and row["is_covered"] and row["is_working_day"] == calendar[on]["is_working_day"]
    ]
    return scope.recent.filter(scope.recent.day.isin([on, *like[:MOST_DAYS]]))


def told(findings: list[Finding]) -> list[Finding]:
    """Those that say something: not that a holiday, or a small city, has too few events to be judged."""
    return [each for each in findings if each.state != "unknown" or "不作判断" not in each.evidence]


def wrong(findings: list[Finding]) -> list[Finding]:
    """Those that are not in order."""
    return [each for each in findings if each.state in ("watch", "bad")]


def span(findings: list[Finding]) -> tuple[float, float] | None:
    """From when until when the first of some findings that is not in order was, in seconds after midnight."""
    for each in wrong(findings):
        begins, ends = each.figures.get("from_s"), each.figures.get("until_s")
        if begins is not None and ends is not None:
            return begins, ends
    return None


def is_within(finding: Finding, other: tuple[float, float] | None) -> bool:
    """Whether more than half of a finding's time lies within another's: it then says the same once more."""
    own = span([finding])
    if own is None or other is None:
        return False
    return min(own[1], other[1]) - max(own[0], other[0]) > (own[1] - own[0]) / 2
