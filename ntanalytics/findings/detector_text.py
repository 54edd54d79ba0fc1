"""Sentences and limits of findings by the detector that made them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.phrases import clock, departure_words, hours_words, value_words
from ntanalytics.findings.rule import RateNouns
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words

#: A run of slots with no more than this share of the expected events is empty in words.
NEXT_TO_NOTHING = 0.12


def nouns_of(finding: Finding) -> RateNouns:
    """Return the nouns of a rate: those of its rule, else the words of its measure."""
    measure = measure_of(finding.rule.measure)
    return finding.rule.nouns or RateNouns("失败", measure.label, measure.unit)


def _hours(finding: Finding) -> str:
    return f"{hours_words(finding.window)} " if finding.window is not None else ""


def _burst(finding: Finding) -> str:
    if finding.window is None:
        return "没有失败集中的时段"
    measure, attempts = measure_of(finding.rule.measure), measure_of(finding.rule.count_measure)
    tried = format_number(finding.figures["attempts"], attempts.format, attempts.unit)
    failed = format_number(finding.figures["failures"], measure.format, measure.unit)
    share, usual = value_words(finding, "rate:1"), format_number(finding.figures["usual"], "rate:1")
    return f"{attempts.label} {tried}，{measure.label} {failed}（占 {share}，通常为 {usual}）"


def failure_burst(finding: Finding) -> str:
    """Return when how many of how many attempts failed."""
    return f"{_hours(finding)}{_burst(finding)}。"


def _silence(finding: Finding) -> str:
    if finding.window is None:
        return "没有中断"
    measure = measure_of(finding.rule.measure)
    expected = format_number(finding.figures["expected"], measure.format, measure.unit)
    return f"几乎没有{measure.label}，同一时段通常有 {expected}"


def silence(finding: Finding) -> str:
    """Return when next to nothing came in, and what is usual there."""
    return f"{_hours(finding)}{_silence(finding)}。"


def _gap(finding: Finding) -> str:
    measure, figures = measure_of(finding.rule.measure), finding.figures
    seen, expected = float(figures["seen"] or 0), float(figures["expected"] or 0)
    text = f"{measure.label} {format_number(seen, 'integer', measure.unit)}，"
    text += f"同一时段通常有 {format_number(expected, 'integer', measure.unit)}"
    is_empty = seen <= NEXT_TO_NOTHING * expected
    return text if is_empty else f"{text}，相当于中断 {value_words(finding, 'seconds')}"


def volume_gap(finding: Finding) -> str:
    """Return when how much less came in than usual, and the outage that would explain it."""
    span = Window(date.min, finding.figures["run_from_s"] or 0, finding.figures["run_until_s"] or 0)
    return f"{hours_words(span)} {_gap(finding)}。"


def _rise(finding: Finding) -> str:
    nouns, figures = nouns_of(finding), finding.figures
    events, hits = (format_number(figures[name], "integer", nouns.unit) for name in ("events", "hits"))
    share, usual = (format_number(value, finding.format) for value in (finding.value, figures["usual"]))
    return f"{nouns.events} {events}，其中{nouns.hits} {hits}，占 {share}，通常为 {usual}"


def failure_rate_rise(finding: Finding) -> str:
    """Return when which share of the events went wrong, and the usual share."""
    return f"{_hours(finding)}{_rise(finding)}。"


def _shift(finding: Finding) -> str:
    days = int(finding.figures["days"] or 1)
    return f"{'当日' if days == 1 else f'近 {days} 天'}{_rise(finding)}"


def share_shift(finding: Finding) -> str:
    """Return which share of the events of some days went wrong, and the usual share."""
    return f"{_hours(finding)}{_shift(finding)}。"


def _drop(finding: Finding) -> str:
    measure = measure_of(finding.rule.measure)
    seen, expected = (format_number(finding.figures[name], "number:0", measure.unit) for name in ("seen", "expected"))
    drop = format_number(-(finding.value or 0.0), "rate:0")
    days = int(finding.figures["days"] or 1)
    return f"近 {days} 个工作日{measure.label}日均 {seen}，按全市同期推算通常有 {expected}，低 {drop}"


def group_drop(finding: Finding) -> str:
    """Return how far the mean of some working days lies below what the whole group lets expect."""
    return f"{_drop(finding)}。"


def _spike(finding: Finding) -> str:
    ratio = value_words(finding)
    if not finding.is_violation and finding.window is None:
        if (finding.value or 0.0) * finding.rule.threshold.warning < 1.0:  # as far below as a slow hour is above
            return f"没有变慢的时段，耗时为通常的 {ratio} 倍"
        return f"各时段耗时与通常相当（{ratio} 倍）"
    measure = measure_of(str(finding.details["duration_measure"]))
    hours = finding.details["hours"]
    spans = "、".join(hours) if isinstance(hours, tuple) else ""
    slowest, usual = (
        format_number(finding.figures[name], measure.format, measure.unit) for name in ("slowest", "slowest_usual")
    )
    begin = clock(finding.figures["slowest_from_s"] or 0)
    return f"{spans} {measure.label}为通常的 {ratio} 倍，最慢 {begin}起一小时 {slowest}，同一时段通常为 {usual}"


def latency_spike(finding: Finding) -> str:
    """Return the slow hours, the ratio to what is usual, and the slowest hour."""
    return f"{_spike(finding)}。"


def peers_clause(finding: Finding) -> str:
    """Return the value beside the median of the peers, as a clause."""
    measure = measure_of(finding.rule.measure)
    median = finding.comparison.value if finding.comparison else None
    value, peers = (format_number(number, measure.format, measure.unit) for number in (finding.value, median))
    return f"{finding.rule.check} {value}，同类的中位数为 {peers}"


def peer_outlier(finding: Finding) -> str:
    """Return the value beside the median of the peers."""
    return f"{peers_clause(finding)}。"


def expected_range_words(finding: Finding) -> str:
    """Return the expected range: ``通常 1,204–1,466 条``; the reason where there is none."""
    comparison, measure = finding.comparison, measure_of(finding.rule.measure)
    if comparison is None or comparison.low is None or comparison.high is None:
        return "历史不足" if finding.unknown in ("short_history", "") else "当日无数据"
    low, high = (
        format_number(comparison.low, measure.format, ""),
        format_number(comparison.high, measure.format, measure.unit),
    )
    return f"通常 {low}–{high}"


def seasonal_baseline(finding: Finding) -> str:
    """Return the value beside its expected range, and how far it departs."""
    return f"{season_clause(finding)}。"


def season_clause(finding: Finding) -> str:
    """Return the value beside its expected range, and how far it departs, as a clause."""
    measure = measure_of(finding.rule.measure)
    sentence = f"{measure.label} {value_words(finding, measure.format, measure.unit)}"
    sentence += f"，{expected_range_words(finding)}"
    departure, shifted_on = finding.figures.get("departure"), finding.details.get("shifted_on")
    if (finding.status != "ok" or finding.excuse is not None) and departure is not None:
        sentence += f"，{departure_words(departure, is_rate=measure.is_rate)}"
    elif isinstance(shifted_on, str):
        sentence += f"；自{day_words(date.fromisoformat(shifted_on))}起为新的水平"
    return sentence


#: Detector → the evidence of its findings.
EVIDENCE: Mapping[str, Callable[[Finding], str]] = MappingProxyType(
    {
        "failure_burst": failure_burst,
        "failure_rate_rise": failure_rate_rise,
        "group_drop": group_drop,
        "latency_spike": latency_spike,
        "peer_outlier": peer_outlier,
        "seasonal_baseline": seasonal_baseline,
        "share_shift": share_shift,
        "silence": silence,
        "volume_gap": volume_gap,
    }
)
