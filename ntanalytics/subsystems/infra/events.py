"""Events of hosts, services and backups: what happened, to which machine, and whether it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from ntanalytics.checks.context import QUARTER_DAYS
from ntanalytics.findings.event_text import ended, lasting, value_event, when
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import LASTS, NOT_SEEN, RECOVERED, EventWords
from ntanalytics.findings.phrases import clock, listed, moment_words, named, spaced, value_words
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words
from ntanalytics.subsystems.infra.machine_words import disk_words, machine_words, site_of

_DAY_S = 86_400

#: Characters of the name of an alarm that are shown.
_MAX_NAME = 60


def number(finding: Finding, name: str) -> float:
    """Return a figure of a finding, 0 without it."""
    return float(finding.figures.get(name) or 0.0)


def count(finding: Finding, name: str) -> int:
    """Return a figure of a finding as a whole number."""
    return int(number(finding, name))


def names(finding: Finding, name: str) -> list[str]:
    """Return a list of names of a finding, empty without it."""
    names = finding.details.get(name)
    return list(names) if isinstance(names, tuple) else []


def moment(day: date, seconds: float) -> str:
    """Return a moment in words: ``11月12日14时52分``."""
    return f"{day_words(day + timedelta(days=seconds // _DAY_S))}{clock(seconds % _DAY_S)}"


def alarm_name(finding: Finding) -> str:
    """Return the name of an alarm, cut where it is long."""
    name = " ".join(str(finding.details["problem"]).split())
    return name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}…"


def availability(finding: Finding) -> EventWords:
    """Return the longest outage of a target."""
    outages = count(finding, "outages")
    if not outages or finding.window is None:
        return value_event(finding)
    day, begin, end = finding.window.day, number(finding, "longest_from_s"), number(finding, "longest_until_s")
    length = format_number(end - begin, "seconds")
    times = f"共中断 {outages} 次，此为最长的一次，" if outages > 1 else ""
    what = f"{moment(day, begin)}，{site_of(finding.details['target'])} 无应答 {length}"
    over = RECOVERED if end < _DAY_S else NOT_SEEN
    return EventWords(what, over, f"{times}{named(finding.entity.label, '可用率')}为 {value_words(finding)}")


def checks_gap(finding: Finding) -> EventWords:
    """Return a time without any check."""
    if finding.window is None:
        return value_event(finding)
    what = f"{moment_words(finding.window)}，没有任何检查（{value_words(finding)}）"
    return EventWords(what, detail="期间各系统与主机状态未知")


def reachable(finding: Finding) -> EventWords:
    """Return a host that did not answer, and for how long."""
    who = machine_words(finding.entity.key)
    if finding.window is None:
        return EventWords(f"{who}监控代理无应答{lasting(finding)}")
    begin = moment(finding.window.day, finding.window.from_s)
    over = LASTS if finding.details.get("answers_at_end") is False else RECOVERED
    return EventWords(f"{begin}，{who}无应答 {value_words(finding, 'seconds')}", over)


def problems(finding: Finding) -> EventWords:
    """Return the first alarm of a host."""
    host = machine_words(finding.entity.key) if finding.entity.kind == "host" else finding.entity.label
    if finding.window is None:
        return value_event(finding)
    cleared_s, others = finding.figures.get("cleared_s"), int(finding.value or 0) - 1
    lasted = f" {format_number(cleared_s - number(finding, 'raised_s'), 'seconds')}" if cleared_s is not None else ""
    what = f"{moment(finding.window.day, number(finding, 'raised_s'))}，{spaced(host, '监控告警')}{lasted}"
    more = f"；另有 {others} 项" if others else ""
    return EventWords(what, LASTS if cleared_s is None else RECOVERED, f"告警内容为“{alarm_name(finding)}”{more}")


def repeated_problems(finding: Finding) -> EventWords:
    """Return an alarm that came again and again."""
    days = count(finding, "days")
    span = "季度内" if days == QUARTER_DAYS else f"{days} 天内"
    what = (
        f"{named(finding.entity.label, '同一告警')}{span}出现 {value_words(finding, 'integer', '次')}{lasting(finding)}"
    )
    return EventWords(what, detail=f"告警内容为“{alarm_name(finding)}”")


def busy(finding: Finding) -> EventWords:
    """Return a busy host with its hours."""
    return replace(value_event(finding), detail="、".join(names(finding, "hours")))


def disk_used(finding: Finding) -> EventWords:
    """Return how full a disk is."""
    return EventWords(f"{disk_words(finding.entity.key)}使用率达 {value_words(finding)}{lasting(finding)}")


def disk_growth(finding: Finding) -> EventWords:
    """Return how fast a disk grows."""
    rise, usual, used = (number(finding, name) for name in ("disk_rise", "usual_rise", "disk_used"))
    what = f"{disk_words(finding.entity.key)}两天增长 {rise * 100:.2f} 个百分点"
    left = (1 - used) / rise * 2
    return EventWords(
        what, detail=f"通常为 {usual * 100:.2f} 个，目前已用 {used * 100:.1f}%，照此约 {left:,.0f} 天写满"
    )


def days_until_full(finding: Finding) -> EventWords:
    """Return the day on which a disk will be full."""
    full_on = finding.details.get("full_on")
    if not isinstance(full_on, str):
        return value_event(finding)
    return EventWords(f"{disk_words(finding.entity.key)}预计{day_words(date.fromisoformat(full_on))}写满")


def backup_lateness(finding: Finding) -> EventWords:
    """Return since when a plan has made no backup; of several in doubt how many are late at least."""
    if least := count(finding, "least"):
        unread = f"有 {count(finding, 'unread')} 行备份记录未能读取"
        return EventWords(
            f"至少 {least} 项备份计划逾期未成功", detail=f"{listed(names(finding, 'plans'))}之中，{unread}"
        )
    last_on, clock_s = finding.details.get("last_on"), finding.figures.get("last_s")
    since = f"自{day_words(finding.since)}起" if finding.since is not None else ""
    last = ""
    if isinstance(last_on, str) and clock_s is not None:
        last = f"最近一次成功为{day_words(date.fromisoformat(last_on))}{clock(clock_s)}"
    return EventWords(f"备份计划 {finding.entity.label} {since}未成功", detail=last)


def backup_shift(finding: Finding) -> EventWords:
    """Return at what time a backup began, and usually begins."""
    began, usual = (clock(number(finding, name)) for name in ("start_s", "usual_start_s"))
    return EventWords(f"备份计划 {finding.entity.label} 当日{began}开始", detail=f"通常在{usual}开始")


def load_rise(finding: Finding) -> EventWords:
    """Return how many times its usual load a host had, and its busiest hour."""
    most, usual = (format_number(finding.figures[name], "number:2") for name in ("slowest", "slowest_usual"))
    head = f"主机 {finding.entity.label} 每核负载为通常的 {value_words(finding, 'number:1')} 倍"
    detail = f"最高 {clock(number(finding, 'slowest_from_s'))}起一小时 {most}，同一时段通常为 {usual}"
    return EventWords(f"{when(finding)}{head}", ended(finding), detail)


def tls_days(finding: Finding) -> EventWords:
    """Return in how many days a server certificate ends, or since when it has ended."""
    ends = expired(finding) or f"将于{value_words(finding, unit='天')}后到期"
    return EventWords(f"{site_of(finding.entity.label)} 的服务器证书{ends}", detail=former_certificate(finding))


def former_certificate(finding: Finding) -> str:
    """Return that a server certificate which ends earlier took the place of another; empty where none did."""
    former = finding.details.get("former_on")
    if not isinstance(former, str) or finding.since is None:
        return ""
    until = date.fromisoformat(former)
    ended = f"{until.year}年{day_words(until)}到期"
    return f"{day_words(finding.since)}起返回到期更早的证书，此前的证书{ended}，疑为回退"


def expired(finding: Finding) -> str:
    """Return for how long a server certificate has ended: ``已过期 3 天``; empty where it is in force."""
    days = finding.value or 0.0
    return f"已过期 {format_number(-days, 'integer', '天')}" if days < 0 else ""


def failed_patches(finding: Finding) -> EventWords:
    """Return a patch that was not installed."""
    patch = finding.details.get("patch")
    what = f"{machine_words(finding.entity.key)}补丁安装失败，尚未复装{lasting(finding)}"
    return EventWords(what, detail=f"补丁号 {patch}" if patch else "")


def unpatched(finding: Finding) -> EventWords:
    """Return how many hosts had no patch for long."""
    limit = format_number(finding.rule.threshold.warning, "integer", "天")
    longest = f"最久 {int(finding.value or 0)} 天：{listed(names(finding, 'hosts'))}"
    return EventWords(f"{count(finding, 'hosts')} 台主机超过 {limit}没有补丁记录{lasting(finding)}", detail=longest)
