"""Events: a finding told as what happened, when, to whom, how much, and whether it is over.

A subsystem has events of its own by rule code (``RuleText.event``); the rest are made here, by detector.
"""

from __future__ import annotations

from datetime import date, timedelta

from ntanalytics.findings.detector_events import HEADS
from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.headline import NOT_KNOWN, NOT_SEEN, ONE_DAY, RECOVERED, EventWords
from ntanalytics.findings.phrases import days_beyond_words, moment_words, named, value_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words

#: Detectors whose window ends where all was as usual again.
_ENDING = frozenset({"failure_burst", "failure_rate_rise", "latency_spike", "silence", "volume_gap"})

#: Latest second of a day at which an end is told as a recovery, where no events tell it: the end of the work is none.
_SEEN_UNTIL_S = 17 * 3600

#: Events after a window from which they tell that all was as usual again.
_TELLING = 4

_DAY_S = 86_400


def subject(finding: Finding) -> str:
    """Return the name of a finding's entity."""
    return finding.entity.label


def event_day(finding: Finding) -> date | None:
    """Return the day on which it happened; None for what lasts or belongs to a whole period."""
    day = finding.details.get("day")
    if isinstance(day, str):
        return date.fromisoformat(day)
    return None if finding.window is None else finding.window.day + timedelta(days=finding.window.from_s // _DAY_S)


def when(finding: Finding) -> str:
    """Return when it happened: ``11月18日9时12分至12时42分，``; empty for what lasts."""
    if finding.window is not None:
        return f"{moment_words(_span(finding, finding.window))}，"
    day = event_day(finding)
    return "" if day is None else f"{day_words(day)}，"


def _span(finding: Finding, window: Window) -> Window:
    """Return the hours that the sentence tells: of a volume gap the run, and not the outage that would explain it."""
    begin, end = finding.figures.get("run_from_s"), finding.figures.get("run_until_s")
    return window if begin is None or end is None else Window(window.day, begin, end)


def lasting(finding: Finding) -> str:
    """Return since when it lasts: ``，自11月14日起``; empty where its day is told already.

    A rate that is held against a threshold is that of the last day: it was beyond the limit, and not the same, since.
    """
    if finding.since is None or not finding.is_violation or event_day(finding) is not None:
        return ""
    beyond = "低于限值" if finding.rule.threshold.good == "up" else "超过限值"
    is_rate = finding.rule.kind == "threshold" and finding.format.startswith("rate")
    return f"，自{day_words(finding.since)}{'或更早' if finding.since_is_bound else ''}起{beyond if is_rate else ''}"


def ended(finding: Finding) -> str:
    """Return whether all was as usual again: ``已恢复``, ``当日未见恢复``; empty for what has no hours."""
    window = finding.window
    if window is None or finding.detector not in _ENDING:
        return ""
    if finding.certainty != "exact":
        return NOT_KNOWN
    if (later := finding.figures.get("events_after")) is not None:
        return RECOVERED if later >= _TELLING else NOT_SEEN
    return RECOVERED if _span(finding, window).until_s <= _SEEN_UNTIL_S else NOT_SEEN


def value_event(finding: Finding) -> EventWords:
    """Return a value that breaks a limit as an event: ``11月18日，中国联通送达率降至 85.6%``."""
    rule, measure = finding.rule, measure_of(finding.rule.measure)
    amount = value_words(finding, unit=measure.unit)
    verb = ""  # a count needs none
    if measure.is_rate and finding.is_violation:
        verb = "降至" if rule.threshold.good == "up" else "达"
    usual = ""
    if finding.comparison is not None and finding.comparison.kind == "usual" and finding.comparison.value is not None:
        usual = f"近期通常为 {format_number(finding.comparison.value, finding.format, measure.unit)}"
    beyond = days_beyond_words(finding)
    more = f"，{beyond}" if beyond else ""
    is_alone = finding.figures.get("days_beyond") == 1 and bool(finding.details.get("is_whole"))
    what = f"{when(finding)}{named(subject(finding), rule.check)}{verb} {amount}{more}{lasting(finding)}"
    return EventWords(what, ONE_DAY if is_alone else "", usual)


def event(finding: Finding, evidence: str, *, is_own: bool) -> EventWords:
    """Return a finding as an event.

    Args:
        finding: a violation.
        evidence: the clause of its evidence.
        is_own: whether its rule has an evidence of its own.
    """
    if is_own:
        return EventWords(f"{named(subject(finding), evidence)}{lasting(finding)}")
    if finding.detector in HEADS:
        head, detail = HEADS[finding.detector](finding)
        return EventWords(f"{when(finding)}{named(subject(finding), head)}{lasting(finding)}", ended(finding), detail)
    return value_event(finding)
