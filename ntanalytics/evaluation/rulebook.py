"""Every rule in words: what ``ntanalytics rules`` lists and what docs/rules.md holds."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.errors import NoData, UnknownName
from ntanalytics.findings.finding import ORDER, STATES, Finding
from ntanalytics.findings.rule import KINDS, Rule
from ntanalytics.findings.sentences import limits
from ntanalytics.metrics import measure as measure_of
from ntanalytics.periods import Period
from ntanalytics.recommendations.causes import CAUSES
from ntanalytics.report_content.daily_inspection import inspect
from ntanalytics.subsystems import RULES
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace

#: The subsystems, and the checks of the data themselves.
_SECTIONS = {**SUBSYSTEMS, "data": "数据完整性"}

_HEAD = """\
# The rules

<!-- Written by "make docs" from ntanalytics/subsystems/*/rules.py; a test compares the two. -->

Every check of the inspection that has limits: what it is held against, what to do, and why the limits are these.
A site overrides limits and advice, and switches rules off, under `rules:` of ntanalytics.yml ([settings](settings.md)).
`ntanalytics rules` lists them as the site has them, one `--subsystem` where that is named; with `--day 2026-11-20`, or
`--day latest`, also what each says of that day. How right they are is measured ([evaluation](evaluation.md)).
"""


def limits_of(rule: Rule) -> str:
    """Its limits in Chinese, in the unit that they have by its kind."""
    measure = measure_of(rule.measure)
    if rule.kind == "absence" and rule.threshold.good == "down" and measure.unit != "天":
        return limits(rule.threshold, "seconds")
    is_whole = all(float(each).is_integer() for each in (rule.threshold.warning, rule.threshold.critical))
    if rule.kind == "usual" or (measure.format == "integer" and not is_whole):
        return limits(rule.threshold, "rate")
    return limits(rule.threshold, measure.format, measure.unit)


def of_subsystem(rules: Mapping[str, Rule], subsystem: str) -> list[Rule]:
    """The rules of one subsystem, all of them where its id is empty.

    Raises:
        UnknownName: there is no such subsystem.
    """
    if subsystem and subsystem not in _SECTIONS:
        raise UnknownName("subsystem", subsystem, _SECTIONS)
    return [rule for rule in rules.values() if subsystem in ("", rule.subsystem)]


def as_data(rule: Rule) -> dict[str, object]:
    """One rule as JSON, with what the site has changed of it."""
    return {
        "code": rule.code,
        "subsystem": rule.subsystem,
        "kind": rule.kind,
        "what": rule.words,
        "warning": rule.threshold.warning,
        "critical": rule.threshold.critical,
        "good": rule.threshold.good,
        "limits": limits_of(rule),
        "fewest": rule.min_count,
        "advice": rule.advice,
        "reason": rule.reason,
        "cause": _cause(rule.code),
        "is_of_quarter": rule.is_of_quarter,
        "is_off": rule.is_off,
        "is_overridden": rule.code in RULES and rule != RULES[rule.code],
    }


def remark(rule: Rule) -> str:
    """What is particular: off, overridden by the site, or asked of a quarter only."""
    said = as_data(rule)
    named = {"is_off": "off", "is_overridden": "overridden", "is_of_quarter": "of a quarter"}
    return ", ".join(word for name, word in named.items() if said[name])


def last_day(workspace: Workspace) -> dt.date:
    """The last working day that the lake holds.

    Raises:
        NoData: it holds none.
    """
    events = [name for name in workspace.sources_by_dataset if DATASETS[name].kind is Kind.EVENT]
    ever = (dt.date(1970, 1, 1), dt.date(2999, 12, 31))
    days = {each.day for name in events for each in workspace.covered_days(name, *ever)}
    worked = [day for day in days if workspace.calendar.has_year(day.year) and workspace.calendar.is_working_day(day)]
    if not worked:
        raise NoData("the lake holds no working day", where=str(workspace.settings.lake), todo="`ntanalytics extract`")
    return max(worked)


def said_of(workspace: Workspace, day: dt.date) -> dict[str, list[Finding]]:
    """What each rule says of a day: code → its findings, the worst first.

    Args:
        workspace: the site's lake.
        day: the day.
    """
    found: dict[str, list[Finding]] = {}
    seen = inspect(Report(workspace, "daily_inspection", "", Period.day(day))).findings
    for each in sorted(seen, key=lambda finding: ORDER.index(finding.state)):
        found.setdefault(each.code, []).append(each)
    return found


def said(findings: Iterable[Finding]) -> str:
    """What a rule says in a line: how many subjects are in which state, and the worst of them."""
    listed = list(findings)
    count = Counter(each.state for each in listed)
    told = "，".join(f"{STATES[state]} {count[state]}" for state in ORDER if count[state])
    worst = next((each for each in listed if each.state != "ok"), None)
    return told if worst is None else f"{told}；{worst.subject}：{worst.evidence}"


def page() -> str:
    """The whole of docs/rules.md."""
    parts = [_HEAD, *(_section(subsystem) for subsystem in _SECTIONS)]
    return "\n".join(parts)


def _section(subsystem: str) -> str:
    rules = of_subsystem(RULES, subsystem)
    lines = [f"## {subsystem} {_SECTIONS[subsystem]}", ""]
    for rule in rules:
        min_count = (
            f", from {rule.min_count:,} {measure_of(rule.of).label if rule.of else ''}".rstrip()
            if rule.min_count
            else ""
        )
        quarter = " Asked of a quarter, by the recommendations." if rule.is_of_quarter else ""
        lines += [
            f"### `{rule.code}` {rule.words}",
            "",
            f"- {KINDS[rule.kind]} (`{rule.kind}`): {limits_of(rule)}{min_count}. {rule.reason}{quarter}",
            f"- {rule.advice}。" + (f"归因：{cause}。" if (cause := _cause(rule.code)) else ""),
            "",
        ]
    return "\n".join(lines)


def _cause(code: str) -> str:
    return next((cause.problem for cause in CAUSES if code in cause.findings), "")
