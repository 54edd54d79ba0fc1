"""Sentences and labels of hosts, services and backups."""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType

from ntanalytics.checks.context import QUARTER_DAYS
from ntanalytics.findings.event_text import lasting, value_event
from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.phrases import clock, day_words, hours_words, listed, moment_words, named, value_words
from ntanalytics.findings.text import (
    RuleText,
    Sentence,
    Texts,
    limits,
    measured,
    measured_clause,
    measured_on_worst_day,
    reason_words,
)
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.subsystems.infra.decay_text import PING_LOSS, SLOW_DECAY
from ntanalytics.subsystems.infra.machine_words import disk_words, machine_words, site_of

ALL_HOSTS, MONITORING, BACKUP, BACKUP_PLANS = "全部主机", "监控平台", "备份", "备份计划"

#: Characters of the name of an alarm that are shown.
_MAX_NAME = 60


def check_source_label(source: str) -> str:
    """Return the label of a source of checks."""
    return f"检查来源 {source}"


def probed_label(service: str) -> str:
    """Return the label of a service as the probes see it."""
    return f"{service}（探测）"


#: Kinds of logs that must be kept for six months → Chinese; no dataset has the logs of databases.
LOG_KINDS = MappingProxyType(
    {
        "infra.requests": "访问日志",
        "identity.logins": "认证日志",
        "sso.accesses": "单点登录日志",
        "seal.signings": "签章日志",
        "database": "数据库日志",
    }
)


def log_label(kind: str, source: str) -> str:
    """Return the label of the logs of a kind that a source keeps; without a source of the kind alone."""
    return f"{LOG_KINDS[kind]}（{source}）" if source else LOG_KINDS[kind]


def backup_highlights(plans: Figures, late: int) -> str:
    """Return the number of backup plans by medium, and how many are late; over a gap not that none is.

    Args:
        plans: ``metrics.infra.backups.plans``.
        late: number of plans that are late.
    """
    if not plans:
        return "没有备份记录" if plans.is_complete else "备份记录未知"
    media = [row["medium"] for row in plans]
    counts = f"备份计划在线 {media.count('online')} 项、离线 {media.count('offline')} 项"
    if late:
        return f"{counts}，{late} 项逾期"
    return f"{counts}，均按期" if plans.is_complete else f"{counts}，是否按期未知"


def _number(finding: Finding, name: str) -> float:
    return float(finding.figures.get(name) or 0.0)


def _count(finding: Finding, name: str) -> int:
    return int(_number(finding, name))


def _names(finding: Finding, name: str) -> list[str]:
    names = finding.details.get(name)
    return list(names) if isinstance(names, tuple) else []


def _advice_if_unknown(advice: str) -> Sentence:
    """Return the advice of a finding: the given one where it is unknown, else that of its rule."""

    def advise(finding: Finding) -> str:
        if finding.status == "unknown":
            return advice
        return finding.rule.advice if finding.is_violation else ""

    return advise


def _followed_by(finding: Finding, phrase: str) -> str:
    """Return the measured value, followed by a phrase after a colon."""
    sentence = measured(finding)
    return f"{sentence[:-1]}：{phrase}。" if phrase else sentence


def _availability(finding: Finding) -> str:
    outages = _count(finding, "outages")
    if not outages:
        return measured(finding)
    hours = f"{clock(_number(finding, 'longest_from_s'))}至{clock(_number(finding, 'longest_until_s'))}"
    times = f"，共中断 {outages} 次" if outages > 1 else ""
    return _followed_by(finding, f"{hours} {finding.details['target']} 无应答{times}")


def _availability_event(finding: Finding) -> str:
    outages = _count(finding, "outages")
    if not outages or finding.window is None:
        return value_event(finding)
    longest = Window(finding.window.day, _number(finding, "longest_from_s"), _number(finding, "longest_until_s"))
    times = f"共中断 {outages} 次，最长的一次" if outages > 1 else "中断"
    length = format_number(longest.length_s, "seconds")
    rate = f"{named(finding.entity.label, '可用率')}为 {value_words(finding)}"
    return f"{moment_words(longest)}，{finding.details['target']} 无应答，{times}历时 {length}；{rate}"


def _checks_gap(finding: Finding) -> str:
    length = value_words(finding)
    if not finding.is_violation or finding.window is None:
        return f"检查没有中断，最长间隔 {length}。"
    return f"{hours_words(finding.window)} 没有任何检查（{length}），期间各系统与主机状态未知。"


def _reachable(finding: Finding) -> str:
    answers = finding.details.get("answers_at_end")
    if finding.window is None:
        return "监控代理应答。" if answers else "监控代理无应答。"
    now = "，目前仍无应答" if answers is False else ""
    return f"{hours_words(finding.window)} 无应答，历时 {value_words(finding, 'seconds')}{now}。"


def _reachable_event(finding: Finding) -> str:
    who = machine_words(finding.entity.key)
    if finding.window is None:
        return f"{who}监控代理无应答{lasting(finding)}"
    now = "，目前仍无应答" if finding.details.get("answers_at_end") is False else "，现已恢复"
    return f"{moment_words(finding.window)}，{who}无应答，历时 {value_words(finding, 'seconds')}{now}"


def _reachable_limits(finding: Finding) -> str:
    if finding.unknown == "missing":
        return limits(finding)
    threshold = finding.rule.threshold
    warning, critical = (format_number(limit, "seconds") for limit in (threshold.warning, threshold.critical))
    return f"无应答超过 {warning} 关注，{critical} 异常"


def _reachable_reason(finding: Finding) -> str:
    return "没有能代表当日的快照" if finding.unknown == "missing" else "监控代理状态未知"


def _reachable_advice(finding: Finding) -> str:
    advice = "检查数据源与抽取任务" if finding.unknown == "missing" else "检查监控代理配置"
    return _advice_if_unknown(advice)(finding)


def _alarm_name(finding: Finding) -> str:
    name = " ".join(str(finding.details["problem"]).split())
    return name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}…"


def _problems_clause(finding: Finding) -> str:
    if finding.window is None:
        return "没有未恢复的告警，当日也没有严重告警"
    raised_s, cleared_s = _number(finding, "raised_s"), finding.figures.get("cleared_s")
    raised = f"{day_words(_day(finding.window.day, raised_s))}{clock(raised_s % 86_400)}"
    end = "尚未恢复"
    if cleared_s is not None:
        end = f"{clock(cleared_s % 86_400)} 恢复，历时 {format_number(cleared_s - raised_s, 'seconds')}"
    others = int(finding.value or 0) - 1
    more = f"；另有 {others} 项" if others else ""
    return f"监控告警“{_alarm_name(finding)}”{raised} 发生，{end}{more}"


def _problems(finding: Finding) -> str:
    return f"{_problems_clause(finding)}。"


def _day(midnight: date, seconds: float) -> date:
    return midnight + timedelta(days=seconds // 86_400)


def _problems_event(finding: Finding) -> str:
    host = machine_words(finding.entity.key) if finding.entity.kind == "host" else finding.entity.label
    return f"{host}{_problems_clause(finding)}"


def _problems_limits(finding: Finding) -> str:
    return limits(finding) if finding.unknown else "无未恢复或严重的告警"


def _repeated_problems(finding: Finding) -> str:
    days = _count(finding, "days")
    span = "季度内" if days == QUARTER_DAYS else f"{days} 天内"
    return f"告警“{_alarm_name(finding)}”{span}出现 {value_words(finding, 'integer', '次')}。"


def _requests_reason(finding: Finding) -> str:
    return "没有任何请求记录" if finding.entity.kind == "dataset" else reason_words(finding)


def _busy(finding: Finding) -> str:
    return _followed_by(finding, "、".join(_names(finding, "hours")))


def _disk_growth_clause(finding: Finding) -> str:
    rise, usual, used = (_number(finding, name) for name in ("disk_rise", "usual_rise", "disk_used"))
    sentence = f"两天增长 {rise * 100:.2f} 个百分点，通常为 {usual * 100:.2f} 个，目前已用 {used * 100:.1f}%"
    return f"{sentence}，照此约 {(1 - used) / rise * 2:,.0f} 天写满"


def _disk_growth(finding: Finding) -> str:
    return f"{_disk_growth_clause(finding)}。"


def _disk_used_event(finding: Finding) -> str:
    return f"{disk_words(finding.entity.key)}使用率达 {value_words(finding)}{lasting(finding)}"


def _disk_growth_event(finding: Finding) -> str:
    return f"{disk_words(finding.entity.key)}{_disk_growth_clause(finding)}"


def _days_until_full_clause(finding: Finding) -> str:
    full_on = finding.details.get("full_on")
    if not isinstance(full_on, str):
        return measured_clause(finding)
    return f"按近期增速预计{day_words(date.fromisoformat(full_on))}写满"


def _days_until_full(finding: Finding) -> str:
    return f"{_days_until_full_clause(finding)}。"


def _days_until_full_event(finding: Finding) -> str:
    return f"{disk_words(finding.entity.key)}{_days_until_full_clause(finding)}"


def _backup_lateness(finding: Finding) -> str:
    last_on, clock_s = finding.details.get("last_on"), finding.figures.get("last_s")
    if not isinstance(last_on, str) or clock_s is None:
        return measured(finding)
    last = f"{day_words(date.fromisoformat(last_on))}{clock(clock_s)}"
    return f"最近一次成功为{last}，距今为计划间隔的 {value_words(finding)} 倍。"


def _backup_event(finding: Finding) -> str:
    last_on, clock_s = finding.details.get("last_on"), finding.figures.get("last_s")
    since = f"自{day_words(finding.since)}起" if finding.since is not None else ""
    last = ""
    if isinstance(last_on, str) and clock_s is not None:
        last = f"（最近一次成功：{day_words(date.fromisoformat(last_on))}{clock(clock_s)}）"
    return f"备份计划 {finding.entity.label} {since}未成功{last}"


def _tls_event(finding: Finding) -> str:
    return f"{site_of(finding.entity.label)} 的服务器证书将于{value_words(finding, unit='天')}后到期"


def _patch_event(finding: Finding) -> str:
    return f"{machine_words(finding.entity.key)}{_failed_patches_clause(finding)}{lasting(finding)}"


def _offline_backup(finding: Finding) -> str:
    lacking = _names(finding, "plans")
    if lacking:
        return f"{listed(lacking)}没有离线备份。"
    return f"{_count(finding, 'online_plans')} 项在线备份计划均有离线备份。"


def _restore_drill(finding: Finding) -> str:
    return f"距最近登记的恢复演练 {int(finding.value or 0)} 天。"


def _log_retention(finding: Finding) -> str:
    end = "，更早的已没有。" if finding.details.get("is_exhausted") else "。"
    return f"抽取时最早可读到 {int(finding.value or 0)} 天前的日志{end}"


def _log_retention_reason(finding: Finding) -> str:
    if "reached_days" not in finding.figures:
        return "没有数据源或抽取时间尚短，看不出留存时间"
    return f"抽取时最早只读到 {_count(finding, 'reached_days')} 天前，看不出更早的日志是否留存"


def _failed_patches_clause(finding: Finding) -> str:
    patch = finding.details.get("patch")
    return f"补丁 {patch} 安装失败，尚未复装" if patch else "没有安装失败待复装的补丁"


def _failed_patches(finding: Finding) -> str:
    return f"{_failed_patches_clause(finding)}。"


def _unpatched(finding: Finding) -> str:
    limit = format_number(finding.rule.threshold.warning, "integer", "天")
    count, longest = _count(finding, "hosts"), int(finding.value or 0)
    return f"{count} 台主机超过 {limit}没有补丁记录，最久 {longest} 天：{listed(_names(finding, 'hosts'))}。"


#: Code of a rule → its sentences.
TEXTS: Texts = MappingProxyType(
    {
        "infra.availability": RuleText(evidence=_availability, event=_availability_event),
        "infra.checks_gap": RuleText(evidence=_checks_gap),
        "infra.reachable": RuleText(
            evidence=_reachable,
            event=_reachable_event,
            limits=_reachable_limits,
            reason=_reachable_reason,
            advice=_reachable_advice,
        ),
        "infra.problems": RuleText(evidence=_problems, event=_problems_event, limits=_problems_limits),
        "infra.repeated_problems": RuleText(evidence=_repeated_problems),
        "infra.error_rate": RuleText(
            evidence=lambda finding: measured_on_worst_day(finding, "单日最高"), event=value_event
        ),
        "infra.disk_used": RuleText(event=_disk_used_event),
        "infra.days_until_full": RuleText(evidence=_days_until_full, event=_days_until_full_event),
        "infra.backup_lateness": RuleText(evidence=_backup_lateness, event=_backup_event),
        "infra.requests_fall": RuleText(reason=_requests_reason),
        "infra.cpu_by_day": RuleText(evidence=_busy),
        "infra.cpu_by_night": RuleText(evidence=_busy),
        "infra.disk_growth": RuleText(evidence=_disk_growth, event=_disk_growth_event),
        "infra.offline_backup": RuleText(evidence=_offline_backup),
        "infra.restore_drill": RuleText(
            evidence=_restore_drill,
            reason=lambda _: "人工检查台账中没有恢复演练的记录",
            advice=_advice_if_unknown("登记最近一次恢复演练，或安排一次"),
        ),
        "infra.log_retention": RuleText(
            evidence=_log_retention,
            reason=_log_retention_reason,
            advice=_advice_if_unknown("核对日志轮转设置，确认留存不少于六个月"),
        ),
        "infra.failed_patches": RuleText(evidence=_failed_patches, event=_patch_event),
        "infra.slow_decay": SLOW_DECAY,
        "infra.ping_loss": PING_LOSS,
        "infra.tls_days": RuleText(event=_tls_event),
        "infra.unpatched": RuleText(
            evidence=_unpatched,
            reason=lambda finding: f"补丁记录只有 {_count(finding, 'known_days')} 天",
            advice=_advice_if_unknown("补录更早的补丁记录"),
        ),
    }
)
