"""Events by the detector that found them: the words of a headline, and the figures behind it.

The evidence of the boards (``findings.detector_text``) has all in one clause.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ntanalytics.findings.detector_text import NEXT_TO_NOTHING, expected_range_words, nouns_of, peers_clause
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.phrases import clock, departure_words, value_words
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number


def _burst(finding: Finding) -> tuple[str, str]:
    measure, attempts = measure_of(finding.rule.measure), measure_of(finding.rule.count_measure)
    tried = format_number(finding.figures["attempts"], attempts.format, attempts.unit)
    failed = format_number(finding.figures["failures"], measure.format, measure.unit)
    usual = format_number(finding.figures["usual"], "rate:1")
    head = f"{measure.label}占 {value_words(finding, 'rate:1')}"
    return head, f"{attempts.label} {tried}，其中{measure.label} {failed}，通常占 {usual}"


def _silence(finding: Finding) -> tuple[str, str]:
    measure = measure_of(finding.rule.measure)
    expected = format_number(finding.figures["expected"], measure.format, measure.unit)
    return f"几乎没有{measure.label}", f"同一时段通常有 {expected}"


def _gap(finding: Finding) -> tuple[str, str]:
    measure, figures = measure_of(finding.rule.measure), finding.figures
    seen, expected = float(figures["seen"] or 0), float(figures["expected"] or 0)
    usual = format_number(expected, "integer", measure.unit)
    head = f"{measure.label} {format_number(seen, 'integer', measure.unit)}（通常 {usual}）"
    is_empty = seen <= NEXT_TO_NOTHING * expected
    return head, "" if is_empty else f"相当于中断 {value_words(finding, 'seconds')}"


def _rise(finding: Finding) -> tuple[str, str]:
    nouns, figures = nouns_of(finding), finding.figures
    events, hits = (format_number(figures[name], "integer", nouns.unit) for name in ("events", "hits"))
    usual = format_number(figures["usual"], finding.format)
    label = measure_of(finding.rule.measure).label
    return f"{label}达 {value_words(finding)}", f"{nouns.events} {events}，其中{nouns.hits} {hits}，通常占 {usual}"


def _shift(finding: Finding) -> tuple[str, str]:
    days = int(finding.figures["days"] or 1)
    head, detail = _rise(finding)
    return ("" if days == 1 else f"近 {days} 天") + head, detail


def _drop(finding: Finding) -> tuple[str, str]:
    measure = measure_of(finding.rule.measure)
    seen, expected = (format_number(finding.figures[name], "number:0", measure.unit) for name in ("seen", "expected"))
    drop = format_number(-(finding.value or 0.0), "rate:0")
    days = int(finding.figures["days"] or 1)
    head = f"近 {days} 个工作日{measure.label}比预期低 {drop}"
    return head, f"日均 {seen}，按全市同期推算通常有 {expected}"


def _spike(finding: Finding) -> tuple[str, str]:
    measure = measure_of(str(finding.details["duration_measure"]))
    hours = finding.details["hours"]
    spans = f"{'、'.join(hours)}，" if isinstance(hours, tuple) and len(hours) > 1 else ""
    slowest, usual = (
        format_number(finding.figures[name], measure.format, measure.unit) for name in ("slowest", "slowest_usual")
    )
    begin = clock(finding.figures["slowest_from_s"] or 0)
    head = f"{measure.label.partition('（')[0]}为通常的 {value_words(finding)} 倍"
    return head, f"{spans}最慢 {begin}起一小时，{measure.label} {slowest}，同一时段通常为 {usual}"


def _peers(finding: Finding) -> tuple[str, str]:
    return peers_clause(finding), ""


def _season(finding: Finding) -> tuple[str, str]:
    measure, departure = measure_of(finding.rule.measure), finding.figures.get("departure")
    head = f"{measure.label} {value_words(finding, measure.format, measure.unit)}"
    if departure is None:
        return head, expected_range_words(finding)
    return f"{head}，{departure_words(departure, '比通常', is_rate=measure.is_rate)}", expected_range_words(finding)


#: Detector → the words of the headline behind the subject, and the clause of the figures, which may be empty.
HEADS: Mapping[str, Callable[[Finding], tuple[str, str]]] = MappingProxyType(
    {
        "failure_burst": _burst,
        "failure_rate_rise": _rise,
        "group_drop": _drop,
        "latency_spike": _spike,
        "peer_outlier": _peers,
        "seasonal_baseline": _season,
        "share_shift": _shift,
        "silence": _silence,
        "volume_gap": _gap,
    }
)
