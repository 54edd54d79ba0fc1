"""Sentences of findings: the only place where a finding becomes Chinese.

A subsystem has sentences of its own by rule code (``subsystems/<id>/text.py``); the rest are made here, by detector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from ntanalytics.findings.detector_text import EVIDENCE, expected_range_words
from ntanalytics.findings.event_text import event
from ntanalytics.findings.finding import Finding, count_by_status, ranked
from ntanalytics.findings.headline import EventWords, headline
from ntanalytics.findings.phrases import (
    days_beyond_words,
    is_worst_of_known,
    rule_limits,
    spaced,
    unknown_begin,
    value_words,
)
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words

#: One sentence of a finding, with its full stop.
Sentence = Callable[[Finding], str]

#: A violation as an event.
Tell = Callable[[Finding], EventWords]

_EXCUSES = MappingProxyType(
    {
        "maintenance": "计划维护（变更单 {numbers}），已事先书面确认",
        "upgrade": "计划升级（变更单 {numbers}），已事先书面确认",
        "onboarding": "该单位正在接入（工单 {numbers}）",
        "mailing": "事先登记的集中发送（变更单 {numbers}），已书面确认",
        "connection": "经批准接入（变更单 {numbers}），已事先书面确认",
        "unit_work": "该单位的计划变更（变更单 {numbers}），已事先书面确认",
        "training": "该单位当日集中培训（培训记录）",
    }
)
#: Said of what was found in damaged data, and of its name in a list.
_DOUBT = "（数据不完整，也可能是数据缺失）"
SHORT_DOUBT = "（也可能是数据缺失）"
_SOURCE_ADVICE = "检查数据源与抽取任务"
_ERROR_ADVICE = "属程序缺陷，请将本报告转交软件维护人员"
_UNREAD_ADVICE = "更正未能读取的记录后重新采集"


@dataclass(frozen=True)
class RuleText:
    """Sentences of one rule where the general ones do not serve; each may be missing.

    Attributes:
        evidence: what was measured.
        event: a violation as an event (``findings.headline``).
        limits: the limits, or what is usual.
        reason: why it is unknown, as a phrase without a full stop.
        advice: what to do.
    """

    event: Tell | None = None
    evidence: Sentence | None = None
    limits: Sentence | None = None
    reason: Sentence | None = None
    advice: Sentence | None = None


Texts = Mapping[str, RuleText]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A finding in Chinese.

    Attributes:
        entity: what was checked.
        check: label of the check.
        limits: the limits, or what is usual.
        event: what happened, to whom and when, and whether it is over.
        evidence: one sentence, with its full stop.
        since: first day of the condition; empty when it is unknown or all is well.
        advice: what to do; empty when there is nothing to do.
        owner: who sees to it; empty where nobody says.
        due: by when (``11月23日前``); empty where nobody says.
    """

    entity: str
    check: str
    limits: str
    event: EventWords
    evidence: str
    since: str
    advice: str
    owner: str = ""
    due: str = ""

    @property
    def clause(self) -> str:
        """The evidence without its full stop."""
        return self.evidence.removesuffix("。")

    @property
    def brief(self) -> str:
        """The first clause of the evidence."""
        return self.clause.split("，", 1)[0]

    @property
    def advice_sentence(self) -> str:
        """The advice as a sentence; empty where there is nothing to do."""
        return f"建议{self.advice}。" if self.advice else ""

    @property
    def headline(self) -> str:
        """The headline with its full stop: what happened, since when, whether it is over, who sees to it."""
        return f"{headline(self.event, self.owner, self.due)}。"

    @property
    def sentence(self) -> str:
        """The finding in up to three sentences: the headline, the figures behind it, and what to do."""
        return f"{self.headline}{self.event.detail_sentence}{self.advice_sentence}"


@dataclass(frozen=True, kw_only=True)
class WordedFinding:
    """A finding with its Chinese and with what its cause tells.

    Attributes:
        finding: the finding.
        wording: its Chinese.
        effect: what it does to the users; empty where nothing is wrong.
        owner: who sees to it.
        effort: what that costs.
        due: by when, in words; empty where it follows from nothing.
        is_recorded: whether an inspection's record alone tells of it: the report could not judge it anew.
    """

    finding: Finding
    wording: Wording
    effect: str = ""
    owner: str = ""
    effort: str = ""
    due: str = ""
    is_recorded: bool = False


def word(finding: Finding, texts: Texts = MappingProxyType({})) -> Wording:
    """Return a finding in Chinese.

    Args:
        finding: the finding.
        texts: sentences of its subsystem by rule code.
    """
    own = texts.get(finding.code, RuleText())
    wording = Wording(
        entity=finding.entity.label,
        check=finding.rule.check,
        limits=(own.limits or limits)(finding),
        event=EventWords(""),
        evidence=_evidence(finding, own),
        since=since_words(finding),
        advice=_advice(finding, own),
    )
    words = _event(finding, own, wording.clause)
    if pointed := _pointed(finding):
        wording = replace(wording, evidence=f"{wording.clause}；{pointed}。")
        words = replace(words, detail="；".join(part for part in (words.detail, pointed) if part))
    if not finding.details.get("is_doubtful"):
        return replace(wording, event=words)
    # in the headline itself: it may stand alone
    return replace(wording, event=replace(words, what=f"{words.what}{_DOUBT}"), evidence=f"{wording.clause}{_DOUBT}。")


def _pointed(finding: Finding) -> str:
    """Return where a violation is most evident, and during which change it began; empty where nothing tells it.

    ``其中单位 市财政局最为突出；同期变更 BG20261117-001``.
    """
    if not finding.is_violation or finding.excuse is not None:
        return ""
    narrower, changes = finding.details.get("narrower"), finding.details.get("concurrent_changes")
    parts = [f"其中{narrower}最为突出"] if narrower else []
    if isinstance(changes, tuple):
        parts.append(f"同期变更 {'、'.join(changes)}")
    return "；".join(parts)


def since_words(finding: Finding) -> str:
    """Return the first day of the condition: ``11月18日或更早``; empty where there is none."""
    if finding.snapshot_on is not None:
        return unknown_begin(finding.snapshot_on)
    if finding.since is None:
        return ""
    return f"{day_words(finding.since)}{'或更早' if finding.since_is_bound else ''}"


def limits(finding: Finding) -> str:
    """Return the limits in words: ``低于 97.0% 关注，95.0% 异常``; or the expected range."""
    if finding.unknown in ("no_source", "missing"):
        return "有数据"
    if not finding.is_applicable:
        return "工作日检查"
    return expected_range_words(finding) if finding.detector == "seasonal_baseline" else rule_limits(finding.rule)


def measured(finding: Finding) -> str:
    """Return value and usual value: ``送达率 71.0%，近期通常为 98.9%。``; the limits stand beside them."""
    return f"{measured_clause(finding)}。"


def measured_clause(finding: Finding) -> str:
    """Return value and usual value without a full stop."""
    return "，".join(_measured_parts(finding, finding.rule.check))


def measured_on_worst_day(finding: Finding, extreme: str) -> str:
    """Return the worst day of a period and how many days break a limit; of a single day as :func:`measured`.

    Args:
        finding: its ``details["day"]`` is the worst day, its ``figures["days_beyond"]`` the number of such days.
        extreme: word before the check: ``单日最低``.
    """
    day = finding.details.get("day")
    if not isinstance(day, str):
        return measured(finding)
    known = "已知" if is_worst_of_known(finding) else ""
    value, *rest = _measured_parts(finding, f"{known}{extreme}{finding.rule.check}")
    beyond = days_beyond_words(finding)
    more = f"；{beyond}" if beyond else ""
    return f"{'，'.join([f'{value}（{day_words(date.fromisoformat(day))}）', *rest])}{more}。"


def _measured_parts(finding: Finding, check: str) -> list[str]:
    measure = measure_of(finding.rule.measure)
    parts = [f"{check} {value_words(finding, unit=measure.unit)}"]
    if finding.details.get("is_chance"):
        return [*parts, "超出部分在偶然范围内"]
    if finding.comparison is not None and finding.comparison.kind == "usual" and finding.comparison.value is not None:
        parts.append(f"近期通常为 {format_number(finding.comparison.value, finding.format, measure.unit)}")
    return parts


def reason_words(finding: Finding) -> str:
    """Return why a finding is unknown, as a phrase without a full stop."""
    rule = finding.rule
    if finding.unknown == "no_source":
        datasets = finding.details.get("datasets") or ()
        of = f"{'、'.join(datasets)}的" if isinstance(datasets, tuple) and datasets else ""
        return f"没有配置{of}数据源" + ("，有关检查未进行" if finding.details.get("is_part") else "")
    if finding.unknown == "incomplete" and (checks := finding.details.get("checks")):
        return f"数据不完整，{checks} 项检查无法完整判断"
    if finding.unknown == "too_few":
        counted = measure_of(rule.count_measure)
        count = format_number(finding.figures.get("count") or 0, counted.format, counted.unit)
        return f"{counted.label} {count}，不足 {rule.min_count}，不作判断"
    if finding.unknown == "few_expected":
        measure = measure_of(rule.measure)
        expected = format_number(finding.figures.get("expected"), measure.format, measure.unit)
        return f"通常只有 {expected}，不足 {rule.min_count}，不作判断"
    return {
        "missing": "数据缺失",
        "incomplete": "数据不完整",
        "no_value": "没有可计算的数据",
        "short_history": "历史不足",
        "not_recorded": "没有记录",
        "unread": "有记录未能读取",
        "no_previous": "前一期数据不完整",
        "no_calendar": "没有该年度的工作日历",
        "not_in_source": "数据源没有该项数据",
        "failed": "计算出错，其余各项不受影响",
        "unmeasured": "未测时间过长，无法证明达标",
        "": "原因未知",
    }[finding.unknown]


def _evidence(finding: Finding, own: RuleText) -> str:
    if finding.status == "unknown":
        reason = (own.reason or reason_words)(finding)
        return f"{spaced(finding.rule.check, '未知')}：{reason}。"
    if not finding.is_applicable:
        return "非工作日，不作判断。"
    sentence = (own.evidence or EVIDENCE.get(finding.detector) or measured)(finding)
    if finding.excuse is None:
        return sentence
    excuse = _EXCUSES[finding.excuse.kind].format(numbers="、".join(finding.excuse.change_numbers))
    return f"{sentence[:-1]}；{excuse}。"


def _event(finding: Finding, own: RuleText, clause: str) -> EventWords:
    if finding.status == "unknown" or not finding.is_violation:
        return EventWords(f"{finding.entity.label}：{clause}")
    return own.event(finding) if own.event is not None else event(finding, clause, is_own=own.evidence is not None)


def _advice(finding: Finding, own: RuleText) -> str:
    return default_advice(finding) if own.advice is None else own.advice(finding)


def default_advice(finding: Finding) -> str:
    """Return what to do by the rule of a finding, or for want of data; empty where there is nothing to do."""
    if finding.unknown in ("no_source", "missing", "incomplete"):
        return _SOURCE_ADVICE
    if finding.unknown == "failed":
        return _ERROR_ADVICE
    if finding.unknown == "unread":
        return _UNREAD_ADVICE
    return finding.rule.advice if finding.is_violation else ""


def exceptions(
    findings: Iterable[Finding], wording: Callable[[Finding], Wording], limit: int = 5, *, board: str = "状态一览"
) -> list[str]:
    """Return a sentence for each finding that is not ok, the worst first.

    Args:
        findings: all findings.
        wording: a finding in Chinese.
        limit: number of sentences; a last one then tells how many more there are.
        board: title of the block with all of them.
    """
    everything = list(findings)
    if not everything:
        return ["没有检查结果，状态未知。"]
    open_findings = [finding for finding in ranked(everything) if finding.status != "ok"]
    if not open_findings:
        unjudged = sum(not finding.is_applicable for finding in everything)
        counts = ((len(everything) - unjudged, "检查均正常"), (unjudged, "非工作日不作判断"))
        return [f"{'；'.join(f'{count} 项{words}' for count, words in counts if count)}。"]
    sentences = [wording(finding).sentence for finding in open_findings[:limit]]
    return [*sentences, *remaining(open_findings[limit:], board)]


def remaining(findings: Sequence[Finding], board: str = "状态一览") -> list[str]:
    """Return a sentence on findings that are not told one by one: how many are wrong, and how many unknown.

    Args:
        findings: findings that are not ok; without any there is no sentence.
        board: title of the block with all of them.
    """
    count = count_by_status(findings)
    wrong, not_known = count["critical"] + count["warning"], count["unknown"]
    counts = [f"{number} 项{what}" for number, what in ((wrong, "关注或异常"), (not_known, "未知")) if number]
    return [f"另有 {'、'.join(counts)}，详见{board}。"] if counts else []
