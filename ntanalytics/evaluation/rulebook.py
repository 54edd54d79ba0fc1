"""Rulebook: every rule in words, for ``ntanalytics rules`` and docs/rules.md."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from ntanalytics.checks.check import QUARTER
from ntanalytics.contract import DATASETS, Kind
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.errors import NoData, UnknownName
from ntanalytics.findings.finding import Finding, ranked
from ntanalytics.findings.phrases import rule_limits
from ntanalytics.findings.rule import KINDS, Rule
from ntanalytics.findings.threshold import ORDER, STATUSES, UNJUDGED, UNJUDGED_TEXT
from ntanalytics.language import tr
from ntanalytics.metrics import measure as measure_of
from ntanalytics.periods import Period
from ntanalytics.recommendations.causes import CAUSES_BY_CODE
from ntanalytics.report_content.contents import evaluate_report
from ntanalytics.subsystems import RULES, SUBSYSTEMS, word
from ntanalytics.workspace.event_view import is_complete_day
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace

#: Codes of the rules that are evaluated over a quarter only.
_OF_QUARTER = frozenset(
    check.rule for subsystem in SUBSYSTEMS for check in subsystem.checks if set(check.every) == {QUARTER}
)

_HEAD = """\
# The rules

<!-- Written by "make docs" from ntanalytics/subsystems/*/rules.py; a test compares the two. -->

Every check of the inspection that has limits: what it is held against, what to do, and why the limits are these.
A site overrides limits and advice, and switches rules off, under `rules:` of ntanalytics.yml ([settings](settings.md)).
`ntanalytics rules` lists them as the site has them, one `--subsystem` where that is named; with `--day 2026-11-20`, or
`--day latest`, also what each says of that day. How right they are is measured ([evaluation](evaluation.md)).
"""


def is_of_quarter(code: str) -> bool:
    """Return whether a rule is evaluated over a quarter only, for the recommendations."""
    return code in _OF_QUARTER


def of_subsystem(rules: Mapping[str, Rule], subsystem: str) -> list[Rule]:
    """Return the rules of one subsystem; all rules where the id is empty.

    Raises:
        UnknownName: there is no such subsystem.
    """
    known = [item.id for item in SUBSYSTEMS]
    if subsystem and subsystem not in known:
        raise UnknownName("subsystem", subsystem, known)
    return [rule for rule in rules.values() if subsystem in ("", rule.subsystem)]


def as_data(rule: Rule) -> dict[str, object]:
    """Return a rule for JSON, with the changes of the site."""
    return {
        "code": rule.code,
        "subsystem": rule.subsystem,
        "kind": rule.kind,
        "what": rule.check,
        "warning": rule.threshold.warning,
        "critical": rule.threshold.critical,
        "good": rule.threshold.good,
        "limits": rule_limits(rule),
        "min_count": rule.min_count,
        "advice": rule.advice,
        "reason": rule.reason,
        "cause": _cause(rule),
        "is_of_quarter": is_of_quarter(rule.code),
        "is_off": not rule.enabled,
        "is_overridden": rule.code in RULES and rule != RULES[rule.code],
    }


def remark(rule: Rule) -> str:
    """Return the marks of a rule: off, overridden by the site, or used by the recommendations only, over 91 days."""
    data = as_data(rule)
    marks = {"is_off": "off", "is_overridden": "overridden", "is_of_quarter": "recommendations only"}
    return ", ".join(mark for name, mark in marks.items() if data[name])


def last_day(workspace: Workspace) -> dt.date:
    """Return the last working day in the lake that was over when it was extracted.

    Raises:
        NoData: there is none.
    """
    events = [name for name in workspace.sources_by_dataset if DATASETS[name].kind is Kind.EVENT]
    ever, zone = (dt.date(1970, 1, 1), dt.date(2999, 12, 31)), workspace.settings.zone
    days = {
        covered.day
        for name in events
        for covered in workspace.covered_days(name, *ever)
        if is_complete_day(covered, zone)
    }
    calendar = workspace.calendar
    working_days = [day for day in days if calendar.knows(day) and calendar.is_working_day(day)]
    if not working_days:
        raise NoData(
            tr("the lake holds no working day"), where=str(workspace.settings.lake), todo=tr("`ntanalytics extract`")
        )
    return max(working_days)


def findings_of_day(workspace: Workspace, day: dt.date) -> dict[str, list[Finding]]:
    """Return the findings of a day's inspection: rule code → its findings, the worst first.

    Args:
        workspace: the site's lake.
        day: the day.
    """
    evaluation = evaluate_report(Report(workspace, "daily_inspection", "", Period.day(day)))
    by_code: dict[str, list[Finding]] = {}
    for finding in ranked(evaluation.findings):
        by_code.setdefault(finding.code, []).append(finding)
    return by_code


def summary(findings: Sequence[Finding]) -> str:
    """Return the findings of one rule in a line: the number of entities of each status, and the worst of them.

    Args:
        findings: the findings, the worst first.
    """
    count = Counter[str](finding.status if finding.is_applicable else UNJUDGED for finding in findings)
    words = [*((status, STATUSES[status]) for status in ORDER), (UNJUDGED, UNJUDGED_TEXT)]
    numbers = "，".join(f"{text} {count[state]}" for state, text in words if count[state])
    worst = next((finding for finding in findings if finding.status != "ok"), None)
    return numbers if worst is None else f"{numbers}；{worst.entity.label}：{word(worst).evidence}"


def page() -> str:
    """Return the page docs/rules.md."""
    parts = [_HEAD, *(_section(item.id) for item in SUBSYSTEMS)]
    return "\n".join(parts)


def _section(subsystem: str) -> str:
    rules = of_subsystem(RULES, subsystem)
    lines = [f"## {subsystem} {subsystem_label(subsystem)}", ""]
    for rule in rules:
        min_count = (
            f", from {rule.min_count:,} {measure_of(rule.count_measure).label if rule.count_measure else ''}".rstrip()
            if rule.min_count
            else ""
        )
        quarter = " Used only by the recommendations, over 91 days." if is_of_quarter(rule.code) else ""
        lines += [
            f"### `{rule.code}` {rule.check}",
            "",
            f"- {KINDS[rule.kind]} (`{rule.kind}`): {rule_limits(rule)}{min_count}. {rule.reason}{quarter}",
            f"- {rule.advice}。" + (f"归因：{cause}。" if (cause := _cause(rule)) else ""),
            "",
        ]
    return "\n".join(lines)


def _cause(rule: Rule) -> str:
    return CAUSES_BY_CODE[rule.cause].problem if rule.cause else ""
