"""Sentences of surveillance: how much of a subject came, and how much is usual."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ntanalytics.contract import DATASETS
from ntanalytics.findings.event_text import when
from ntanalytics.findings.finding import Comparison, Finding
from ntanalytics.findings.headline import NORMAL_SINCE, NOT_KNOWN, NOT_SEEN, EventWords
from ntanalytics.findings.phrases import hours_words, spaced
from ntanalytics.findings.subjects import dataset_of
from ntanalytics.findings.text import RuleText, default_advice
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words

#: Cases that usually are left, below which none is.
_HARDLY_ANY = 0.5


def evidence(finding: Finding) -> str:
    """Return what came in and what is usual: ``13:00—17:00 应用访问记录 0 条，同时段通常约 622 条，少 100%。``."""
    if finding.comparison is not None and finding.comparison.low is not None:
        return f"当日{finding.details['events']}记录 {_all(finding.value)}，{_range(finding.comparison)}。"
    if "started" in finding.figures:
        left = f"{_started(finding)}，截至当日末仍有 {_left(finding)}，{_usually_left(finding)}"
        return f"{'；'.join((left, *_leads(finding)))}。"
    if "days" in finding.figures:
        drifted = f"{_drifted(finding)}，此前{_usual(finding).removeprefix('通常')}，{_moved(finding)}，连日偏离"
        return f"{'；'.join((drifted, *_leads(finding)))}。"
    hours = "当日" if finding.window is None else f"{hours_words(finding.window)} "
    if finding.details.get("is_flat"):
        return f"当日{finding.details['events']}的{_flat(finding)}，{_mixed(finding)}。"
    label, moved = finding.details["value"], _moved(finding)
    came = f"{hours}{finding.details['events']}{f'的{label}典型值' if label else '记录'} {_came(finding)}"
    usual = "通常没有" if _is_new(finding) else f"{_usual(finding)}，{moved}"
    return f"{'；'.join((f'{came}，{usual}', *_leads(finding)))}。"


def _leads(finding: Finding) -> list[str]:
    """Return what leads to the cause: ``几乎全部为应用 公积金服务``, ``同时运营商 中国联通多 131 条``."""
    leads = []
    if also := finding.details.get("also"):
        leads.append(f"几乎全部为{also}")
    if step := finding.details.get("step"):
        leads.append(f"其中 {_cases(finding, 'waiting')}停在环节 {step}")
    if other := finding.details.get("counterpart"):
        moved = float(finding.figures.get("counterpart") or 0)
        daily = "日均" if "days" in finding.figures else ""
        more = f"{daily}{'多' if moved > 0 else '少'} {format_number(abs(moved), 'integer', '条')}"
        leads.append(f"同时{spaced(str(other), more)}")
    return leads


def _all(value: float | None) -> str:
    return format_number(value, "integer", "条")


def _range(usual: Comparison) -> str:
    """Return an expected range: ``通常 1,204–1,466 条``."""
    return f"通常 {format_number(usual.low, 'integer')}–{_all(usual.high)}"


def event(finding: Finding) -> EventWords:
    """Return the same as an event, with the day and the members; the amounts stand behind it."""
    words = _event(finding)
    return replace(words, detail="；".join(part for part in (words.detail, *_leads(finding)) if part))


def _event(finding: Finding) -> EventWords:
    name, events = finding.entity.label, str(finding.details["events"])
    if "started" in finding.figures:
        days = _days(finding)
        what = f"{days}{name if name.endswith(events) else f'{name}的{events}'}有 {_left(finding)}"
        return EventWords(what, NOT_SEEN, f"共 {_cases(finding, 'started')}，{_usually_left(finding)}")
    if "days" in finding.figures:
        label, whole = finding.details["value"], name if name.endswith(events) else f"{name}的{events}"
        return EventWords(f"{_span(finding)}{whole}{label or ''}{_moved(finding)}", NOT_SEEN, "连日偏离")
    begin, label = when(finding) or "当日", finding.details["value"]
    whose = f"{begin}{name if name.endswith(events) else f'{name}的{events}'}"
    over = ""
    if finding.details.get("is_flat"):
        return EventWords(f"{whose}{_flat(finding)}", over, _mixed(finding))
    if finding.window is not None:
        is_over = finding.details.get("is_over")
        over = NOT_KNOWN if is_over is None else NORMAL_SINCE if is_over else NOT_SEEN
    if _is_new(finding):
        return EventWords(f"{whose}{_came(finding)}（通常没有）", over)
    if not label and not _numbers(finding)[0]:
        return EventWords(f"{whose}为 {_came(finding)}", over, _usual(finding))
    what = f"{whose}{label or ''}{_moved(finding)}"
    return EventWords(what, over, f"{'典型值' if label else '记录'} {_came(finding)}，{_usual(finding)}")


def _flat(finding: Finding) -> str:
    """Return the one value that all events have: ``送达用时全部为 7.0 秒``."""
    return f"{finding.details['value']}全部为 {_came(finding)}"


def _mixed(finding: Finding) -> str:
    """Return that it is usual to have several: ``通常各不相同，典型值约 7.4 秒``."""
    return f"通常各不相同，典型值约 {_amount(finding, _numbers(finding)[1])}"


def _span(finding: Finding) -> str:
    """Return the number of worked days of a drift: ``近5个工作日``."""
    return f"近 {format_number(finding.figures['days'], 'integer')} 个工作日"


def _drifted(finding: Finding) -> str:
    label = finding.details["value"]
    return f"{_span(finding)}{finding.details['events']}{f'的{label}典型值' if label else '记录日均'} {_came(finding)}"


def _days(finding: Finding) -> str:
    """Return the days on which the cases began that do not end: ``11月16日至11月18日``."""
    until = date.fromisoformat(str(finding.details["started_until"]))
    first = finding.since or until
    return day_words(until) if first >= until else f"{day_words(first)}至{day_words(until)}"


def _started(finding: Finding) -> str:
    return f"{_days(finding)}开始的{finding.details['events']} {_cases(finding, 'started')}"


def _left(finding: Finding) -> str:
    return f"{_cases(finding, 'seen')}未{finding.details['ended']}"


def _usually_left(finding: Finding) -> str:
    if float(finding.figures.get("expected") or 0) < _HARDLY_ANY:
        return f"同样时间后通常均已{finding.details['ended']}"
    return f"同样时间后通常约 {_cases(finding, 'expected')}"


def _cases(finding: Finding, figure: str) -> str:
    return format_number(float(finding.figures.get(figure) or 0), "integer", "条")


def _numbers(finding: Finding) -> tuple[float, float]:
    return float(finding.figures.get("seen") or 0), float(finding.figures.get("expected") or 0)


def _is_new(finding: Finding) -> bool:
    """Return whether next to nothing is usual there."""
    return not finding.details["value"] and _numbers(finding)[1] < 1


def _amount(finding: Finding, value: float) -> str:
    return format_number(value, str(finding.details["form"]), "" if finding.details["value"] else "条")


def _came(finding: Finding) -> str:
    return _amount(finding, _numbers(finding)[0])


def _usual(finding: Finding) -> str:
    usual = "通常" if finding.window is None else "同时段通常"
    return f"{usual}约 {_amount(finding, _numbers(finding)[1])}"


def _moved(finding: Finding) -> str:
    seen, expected = _numbers(finding)
    if seen > 2 * expected > 0:
        return f"为通常的 {format_number(seen / expected, 'number:1')} 倍"
    label = finding.details["value"]
    more = f"{'高' if label else '多'}" if seen > expected else f"{'低' if label else '少'}"
    return f"{more} {format_number(abs(seen / expected - 1) if expected else None, 'rate:0')}"


def advice(finding: Finding) -> str:
    """Return what to do: what a rise, a fall, a failure or a delay of a subject asks for."""
    if not finding.is_violation:
        return default_advice(finding)
    seen, expected = _numbers(finding)
    since = f"{day_words(finding.since)}及更早" if "days" in finding.figures and finding.since else "此前"
    if "started" in finding.figures:
        return f"联系经办单位，查明未{finding.details['ended']}的原因"
    if finding.details["value"]:
        return _advice_on_value(finding, since)
    if finding.details.get("is_ending"):
        return f"查看该时段的报错，核对{since}的发布、配置与证书变更"
    if unrecorded := finding.details.get("unrecorded"):
        return f"核查{unrecorded}为何未再记录（识别规则、上报字段），核对{since}的升级与配置变更"
    if instead := finding.details.get("instead"):
        return f"核实是否改走{instead}，核对{since}的路由与配置变更"
    if step := finding.details.get("not_done"):
        return f"联系经办单位，查明未{step}的原因，核对{since}的发布与接口变更"
    if seen < expected:
        return f"核实该对象是否停用或中断，核对上游发送情况与{since}的变更"
    if ended := str(finding.details["events"]).removeprefix(DATASETS[dataset_of(finding)].label):
        return f"向经办单位查明{ended}的原因，核对{since}的发布与校验规则"
    return "核实是否重复提交、程序循环，或为计划内的集中业务"


def _advice_on_value(finding: Finding, since: str) -> str:
    seen, expected = _numbers(finding)
    if finding.details.get("is_planned"):
        return f"核对{finding.details['value']}的设置（规则、日历、模板），更正受影响的{finding.details['events']}"
    if finding.details.get("is_flat"):
        return f"核查{finding.details['value']}是否仍在实际计量（默认值、缓存、固定参数），核对{since}的发布"
    if finding.details["form"] in ("ms", "seconds") and seen > expected:
        return f"核查该对象及其依赖的服务、数据库和网络，核对{since}的发布"
    if finding.details["form"] == "bytes":
        return f"抽查内容是否完整，核对{since}的发布"
    return f"核实该指标变化的原因，核对{since}的变更"


def limits(_finding: Finding) -> str:
    """Return what is usual, in words."""
    return "与同类日期相比无显著偏离"


TEXT = RuleText(evidence=evidence, event=event, limits=limits, advice=advice)
