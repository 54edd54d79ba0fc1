"""Sentences of the identity platform by rule code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from ntanalytics.findings.account_activity_text import TEXT
from ntanalytics.findings.event_text import value_event
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import NOT_SEEN, STOPPED, EventWords
from ntanalytics.findings.phrases import clock, hours_words, listed, moment_words, value_words
from ntanalytics.findings.text import RuleText, Texts, measured, measured_clause
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words


def attempts(finding: Finding) -> str:
    """Return when the worst of the suspects tried how often, and how many others there are."""
    if finding.window is None:
        return measured(finding)
    day = finding.details.get("day")
    dated = f"{day_words(date.fromisoformat(day))} " if isinstance(day, str) else ""
    others = int(finding.figures.get("others") or 0)
    more = f"；另有 {others} 个" if others else ""
    count = value_words(finding, "integer", "次")
    return f"{dated}{hours_words(finding.window)} 登录失败 {count}{more}。"


#: Kind of a suspect's entity → who tried.
_TRIED = {"address": "同一来源地址", "account": "同一账号"}


#: Kind of the entity of several addresses together.
_SEVERAL = "addresses"

#: Key of that entity → what they do, where it is no password that they try.
_WHAT_IS_TRIED = {"sms_code": "短信验证码试探"}

#: Latest second of a day at which the end of attempts is told: the end of the data is none.
_SEEN_UNTIL_S = 23 * 3600


def attempts_event(finding: Finding) -> EventWords:
    """Return when one address or account failed how often to log in."""
    if finding.window is None:
        return value_event(finding)
    who = _TRIED.get(finding.entity.kind, finding.entity.label)
    tried = f"{who}连续登录失败 {value_words(finding, 'integer', '次')}"
    return EventWords(f"{_in_hours(finding)}疑似遭暴力破解", _over(finding), f"{tried}{_more(finding, '个')}")


def sprayed_event(finding: Finding) -> EventWords:
    """Return in which hours one address tried how many accounts, what all of them tried, and who got in there."""
    if finding.entity.kind == _SEVERAL:
        return EventWords(
            f"{_in_hours(finding)}疑似遭分布式{_WHAT_IS_TRIED.get(finding.entity.key, '口令喷洒')}",
            _over(finding),
            _spread(finding),
        )
    tried = f"同一地址先后尝试 {value_words(finding, 'integer', '个')}账号登录"
    details = []
    if more := _more(finding, "个来源").removeprefix("；"):
        details.append(f"{more}，合计尝试 {format_number(finding.figures.get('tried'), 'integer', '个')}账号")
    if entered := finding.figures.get("entered"):
        details.append(f"这些来源有 {format_number(entered, 'integer', '个')}账号登录成功，须先核查")
    return EventWords(f"{_in_hours(finding)}{tried}", _over(finding), "；".join(details))


def sprayed(finding: Finding) -> str:
    """Return how many accounts were tried, from one address or from several."""
    return f"{_spread(finding)}。" if finding.entity.kind == _SEVERAL else measured(finding)


def _spread(finding: Finding) -> str:
    addresses, failures, entered = (
        finding.figures.get(name) for name in ("spraying_addresses", "failed_attempts", "entered_accounts")
    )
    tried = f"{format_number(addresses, 'integer', '个')}来源地址尝试 {value_words(finding, 'integer', '个')}账号"
    strange = f"{tried}，共失败 {format_number(failures, 'integer', '次')}，此前无人以这些账号从这些来源登录成功"
    if not entered:
        return strange
    return f"{strange}；另有 {format_number(entered, 'integer', '个')}账号首次从这些来源登录成功，须先核查"


def slow_event(finding: Finding) -> EventWords:
    """Return in which hours one account failed how often, and whether somebody got in from an address new to it."""
    tried = f"同一账号登录失败 {value_words(finding, 'integer', '次')}"
    detail = f"{tried}{_more(finding, '个账号')}"
    if (entries := finding.figures.get("entries")) and finding.window is not None:
        at = clock(float(finding.figures.get("entered_s") or 0))
        count = format_number(entries, "integer", "次")
        detail = f"该账号当日从近期未用过的来源登录成功 {count}（最后一次 {at}），疑口令已被猜中；{detail}"
    return EventWords(f"{_in_hours(finding)}疑似遭缓慢猜解口令", _over(finding), detail)


def two_places_event(finding: Finding) -> EventWords:
    """Return in which hours one account changed how often between two places."""
    count = value_words(finding, "integer", "次")
    more = _more(finding, "个账号")
    what = f"{_in_hours(finding)}同一账号在两个来源之间交替登录 {count}"
    return EventWords(what, _over(finding), f"其中一个来源此前从未用过，疑似两人同时使用{more}")


def night_entries_event(finding: Finding) -> EventWords:
    """Return in which hours how many accounts were entered by night from an address that nobody had used."""
    what = f"{_in_hours(finding)}同一来源登录 {value_words(finding, 'integer', '个')}账号"
    return EventWords(what, _over(finding), f"此前无人从该来源登录过，疑口令已泄露{_more(finding, '个来源')}")


def _in_hours(finding: Finding) -> str:
    if finding.window is None:
        return ""
    day = finding.details.get("day")
    window = finding.window if not isinstance(day, str) else replace(finding.window, day=date.fromisoformat(day))
    return f"{moment_words(window)}，统一身份认证"


def _over(finding: Finding) -> str:
    if finding.window is None:
        return ""
    return STOPPED if finding.window.until_s <= _SEEN_UNTIL_S else NOT_SEEN.replace("恢复", "停止")


def _more(finding: Finding, what: str) -> str:
    others = int(finding.figures.get("others") or 0)
    return f"；另有 {others} {what}" if others else ""


def awakened_event(finding: Finding) -> EventWords:
    """Return how many dormant accounts logged in by night, since when, and what they opened then."""
    what = f"22时至6时有 {value_words(finding, 'integer', '个')}休眠账号登录"
    details = ["休眠账号为 90 天以上未登录的账号"]
    if (entered_s := finding.figures.get("entered_s")) is not None:
        details.append(f"最早 {clock(entered_s)}")
    if opened := finding.figures.get("applications"):
        details.append(f"登录后一小时内访问 {format_number(opened, 'integer', '个')}应用")
    return EventWords(what, detail="；".join(details))


def night_grants_event(finding: Finding) -> EventWords:
    """Return how many rights were granted by night."""
    return EventWords(f"22时至6时授予权限 {value_words(finding, 'integer', '次')}")


def _orphan_accounts(finding: Finding) -> str:
    count = value_words(finding, "integer", "个")
    if finding.entity.kind == "unit":
        return f"单位已停用，仍有 {count}账号可登录"
    units = finding.details.get("units")
    if isinstance(units, tuple):
        return f"{listed(units)}共 {format_number(len(units), 'integer', '个')}单位已停用，仍有 {count}账号可登录"
    if finding.entity.kind == "units":
        return f"{count}可登录账号的单位不存在或为空"
    return measured_clause(finding)


def orphan_accounts(finding: Finding) -> str:
    """Return how many accounts can still log in although their unit is closed or missing."""
    return f"{_orphan_accounts(finding)}。"


def orphan_event(finding: Finding) -> EventWords:
    """Return which closed units left how many accounts behind, as an event."""
    units, left = finding.details.get("units"), f"仍有 {value_words(finding, 'integer', '个')}账号可登录"
    if finding.entity.kind == "unit":
        return EventWords(f"{finding.entity.label}已停用，{left}")
    if isinstance(units, tuple):
        count = format_number(len(units), "integer", "个")
        return EventWords(f"{count}单位已停用，{left}", detail=f"单位为{listed(units)}")
    return EventWords(_orphan_accounts(finding))


def dormant_event(finding: Finding) -> EventWords:
    """Return how many accounts nobody has used for 90 days."""
    return EventWords(f"连续 90 天未登录的休眠账号 {value_words(finding, unit='个')}")


def _unit_failures(finding: Finding) -> str:
    logins, failures, accounts = (finding.figures.get(name) for name in ("logins", "failures", "accounts"))
    failed = f"登录 {format_number(logins, 'integer', '次')}，失败 {format_number(failures, 'integer', '次')}"
    return f"{failed}（{value_words(finding)}），涉及 {format_number(accounts, 'integer', '个')}账号"


def unit_failures(finding: Finding) -> str:
    """Return how many logins of a unit failed, and of how many accounts."""
    return f"{_unit_failures(finding)}。" if finding.is_violation else measured(finding)


def unit_failures_event(finding: Finding) -> EventWords:
    """Return which unit cannot log in, as an event."""
    return EventWords(f"{finding.entity.label}登录失败偏多", detail=f"{_unit_failures(finding)}，其他单位登录正常")


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {
        "identity.account_beyond": TEXT,
        "identity.unit_failures": RuleText(evidence=unit_failures, event=unit_failures_event),
        "identity.attempts": RuleText(evidence=attempts, event=attempts_event),
        "identity.sprayed_accounts": RuleText(evidence=sprayed, event=sprayed_event),
        "identity.slow_attempts": RuleText(event=slow_event),
        "identity.two_places": RuleText(event=two_places_event),
        "identity.awakened_accounts": RuleText(event=awakened_event),
        "identity.night_entries": RuleText(event=night_entries_event),
        "identity.night_grants": RuleText(event=night_grants_event),
        "identity.orphan_accounts": RuleText(evidence=orphan_accounts, event=orphan_event),
        "identity.dormant_accounts": RuleText(event=dormant_event),
    }
)
