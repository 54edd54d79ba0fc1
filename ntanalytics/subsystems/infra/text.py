"""Sentences and labels of hosts, services and backups."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from ntanalytics.checks.context import QUARTER_DAYS
from ntanalytics.detectors.forecast import HORIZON_DAYS
from ntanalytics.findings.event_text import value_event
from ntanalytics.findings.finding import Finding, Unknown
from ntanalytics.findings.phrases import clock, hours_words, listed, spaced, value_words
from ntanalytics.findings.text import (
    RuleText,
    Sentence,
    Texts,
    default_advice,
    limits,
    measured,
    measured_clause,
    measured_on_worst_day,
    reason_words,
)
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words
from ntanalytics.subsystems.infra import events
from ntanalytics.subsystems.infra.decay_text import (
    BACKUP_DURATION,
    BACKUP_MISSED,
    BACKUP_UNCHANGED,
    BACKUP_UNMADE,
    PING_LOSS,
    SIZE_DROP,
    SIZE_RISE,
    SLOW_DECAY,
)
from ntanalytics.subsystems.infra.novelty_text import NOVEL_HOURS

ALL_HOSTS, MONITORING, BACKUP, BACKUP_PLANS = "全部主机", "监控平台", "备份", "备份计划"
OFFLINE_BACKUPS = "离线备份"


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


def backup_highlights(plans: Figures, late: int | None, *, is_bound: bool = False, has_offline: bool = True) -> str:
    """Return the number of backup plans by medium, and how many are late; over a gap not that none is.

    Args:
        plans: ``metrics.infra.backups.plans``.
        late: number of plans that are late; None where the check is unknown.
        is_bound: whether others may be late, too.
        has_offline: whether a source gives offline plans, or did: their number is unknown without.
    """
    if not plans:
        return "没有备份记录" if plans.is_complete else "备份记录未知"
    media = [row["medium"] for row in plans]
    bound = "" if plans.is_complete else "≥"
    online, offline = (f"{bound}{media.count(medium)}" for medium in ("online", "offline"))
    counts = f"备份计划在线 {online} 项、" + (f"离线 {offline} 项" if has_offline else f"没有{OFFLINE_BACKUPS}数据源")
    if late:
        return f"{counts}，{'≥' * is_bound}{late} 项逾期"
    return f"{counts}，均按期" if plans.is_complete and late is not None else f"{counts}，是否按期未知"


def _advice_if_unknown(advice: str) -> Sentence:
    """Return the advice of a finding: the given one where it is unknown for want of data, else the general one."""

    def advise(finding: Finding) -> str:
        is_lacking = finding.status == "unknown" and finding.unknown != "unread"
        return advice if is_lacking else default_advice(finding)

    return advise


def _reason_if(unknown: Unknown, reason: Sentence) -> Sentence:
    """Return why a finding is unknown: in the given words for one reason, in the general ones for any other."""
    return lambda finding: reason(finding) if finding.unknown == unknown else reason_words(finding)


def _advice_if(unknown: Unknown, advice: str) -> Sentence:
    """Return the advice of a finding: the given one where it is unknown for one reason, else the general one."""
    return lambda finding: advice if finding.unknown == unknown else default_advice(finding)


def _followed_by(finding: Finding, phrase: str) -> str:
    """Return the measured value, followed by a phrase after a colon."""
    sentence = measured(finding)
    return f"{sentence[:-1]}：{phrase}。" if phrase else sentence


def _availability_reason(finding: Finding) -> str:
    """Return why the availability is unknown, with the target that was not measured."""
    reason = reason_words(finding)
    return spaced(str(finding.details["target"]), reason) if finding.unknown == "unmeasured" else reason


def _availability(finding: Finding) -> str:
    outages = events.count(finding, "outages")
    if not outages:
        return measured(finding)
    hours = f"{clock(events.number(finding, 'longest_from_s'))}至{clock(events.number(finding, 'longest_until_s'))}"
    times = f"，共中断 {outages} 次" if outages > 1 else ""
    return _followed_by(finding, f"{hours} {finding.details['target']} 无应答{times}")


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


def _reachable_limits(finding: Finding) -> str:
    if finding.unknown == "missing":
        return limits(finding)
    threshold = finding.rule.threshold
    warning, critical = (format_number(limit, "seconds") for limit in (threshold.warning, threshold.critical))
    return f"无应答超过 {warning} 为关注，超过 {critical} 为异常"


def _reachable_reason(finding: Finding) -> str:
    if finding.unknown == "unmeasured":
        if "heard_s" not in finding.figures:
            return "检查不全，是否中断未知"
        begins_on = date.fromisoformat(str(finding.details["begins_on"]))
        return f"{events.moment(begins_on, events.number(finding, 'heard_s'))}后没有检查与指标"
    return "没有能代表当日的快照" if finding.unknown == "missing" else "监控代理状态未知"


def _reachable_advice(finding: Finding) -> str:
    if finding.unknown == "unmeasured":
        return "核实该主机是否运行，修复其监控代理与采集项，停用的在监控平台中停用"
    advice = "检查数据源与抽取任务" if finding.unknown == "missing" else "检查监控代理配置"
    return _advice_if_unknown(advice)(finding)


def _problems_clause(finding: Finding) -> str:
    if finding.window is None:
        return "没有未恢复的告警，当日也没有严重告警"
    raised_s, cleared_s = events.number(finding, "raised_s"), finding.figures.get("cleared_s")
    raised = events.moment(finding.window.day, raised_s)
    end = "尚未恢复"
    if cleared_s is not None:
        end = f"{clock(cleared_s % 86_400)} 恢复，历时 {format_number(cleared_s - raised_s, 'seconds')}"
    others = int(finding.value or 0) - 1
    more = f"；另有 {others} 项" if others else ""
    more += "（所属主机未知）" if finding.details.get("is_host_unknown") else ""
    return f"监控告警“{events.alarm_name(finding)}”{raised} 发生，{end}{more}"


def _problems(finding: Finding) -> str:
    return f"{_problems_clause(finding)}。"


def _problems_limits(finding: Finding) -> str:
    return limits(finding) if finding.unknown else "无未恢复或严重的告警"


def _repeated_problems(finding: Finding) -> str:
    days = events.count(finding, "days")
    span = "季度内" if days == QUARTER_DAYS else f"{days} 天内"
    return f"告警“{events.alarm_name(finding)}”{span}出现 {value_words(finding, 'integer', '次')}。"


def _busy(finding: Finding) -> str:
    return _followed_by(finding, "、".join(events.names(finding, "hours")))


def _disk_growth_clause(finding: Finding) -> str:
    rise, usual, used = (events.number(finding, name) for name in ("disk_rise", "usual_rise", "disk_used"))
    sentence = f"两天增长 {rise * 100:.2f} 个百分点，通常为 {usual * 100:.2f} 个，目前已用 {used * 100:.1f}%"
    return f"{sentence}，照此约 {(1 - used) / rise * 2:,.0f} 天写满"


def _disk_growth(finding: Finding) -> str:
    return f"{_disk_growth_clause(finding)}。"


def _days_until_full_clause(finding: Finding) -> str:
    full_on = finding.details.get("full_on")
    if finding.value is not None and finding.value > HORIZON_DAYS:
        return "未见一年内写满的趋势"
    if not isinstance(full_on, str):
        return measured_clause(finding)
    return f"按近期增速预计{day_words(date.fromisoformat(full_on))}写满"


def _days_until_full(finding: Finding) -> str:
    return f"{_days_until_full_clause(finding)}。"


def _backup_lateness(finding: Finding) -> str:
    if finding.figures.get("least"):
        words = events.backup_lateness(finding)
        return f"{words.what}；{words.detail}。"
    last_on, clock_s = finding.details.get("last_on"), finding.figures.get("last_s")
    if not isinstance(last_on, str) or clock_s is None:
        return measured(finding)
    last = f"{day_words(date.fromisoformat(last_on))}{clock(clock_s)}"
    return f"最近一次成功为{last}，距今为计划间隔的 {value_words(finding)} 倍。"


def _backup_shift(finding: Finding) -> str:
    began, usual = (clock(events.number(finding, name)) for name in ("start_s", "usual_start_s"))
    return f"当日{began}开始，通常在{usual}开始，相差 {value_words(finding)}。"


def _load_rise(finding: Finding) -> str:
    words, hours = events.load_rise(finding), finding.details.get("hours")
    spans = f"{'、'.join(hours)} " if isinstance(hours, tuple) else ""
    return f"{spans}每核负载为通常的 {value_words(finding, 'number:1')} 倍，{words.detail}。"


def _offline_backup(finding: Finding) -> str:
    lacking = events.names(finding, "plans")
    if lacking:
        return f"{listed(lacking)}没有离线备份。"
    return f"{events.count(finding, 'online_plans')} 项在线备份计划均有离线备份。"


def _restore_drill(finding: Finding) -> str:
    return f"距最近登记的恢复演练 {int(finding.value or 0)} 天。"


def _log_retention(finding: Finding) -> str:
    end = "，更早的已没有。" if finding.details.get("is_exhausted") else "。"
    return f"抽取时最早可读到 {int(finding.value or 0)} 天前的日志{end}"


def _log_retention_reason(finding: Finding) -> str:
    if "reached_days" not in finding.figures:
        return "没有数据源或抽取时间尚短，看不出留存时间"
    return f"抽取时最早只读到 {events.count(finding, 'reached_days')} 天前，看不出更早的日志是否留存"


def _failed_patches_clause(finding: Finding) -> str:
    patch = finding.details.get("patch")
    return f"补丁 {patch} 安装失败，尚未复装" if patch else "没有安装失败待复装的补丁"


def _failed_patches(finding: Finding) -> str:
    return f"{_failed_patches_clause(finding)}。"


def _unpatched(finding: Finding) -> str:
    limit = format_number(finding.rule.threshold.warning, "integer", "天")
    count, longest = events.count(finding, "hosts"), int(finding.value or 0)
    return f"{count} 台主机超过 {limit}没有补丁记录，最久 {longest} 天：{listed(events.names(finding, 'hosts'))}。"


def _tls_days(finding: Finding) -> str:
    ended, former = events.expired(finding), events.former_certificate(finding)
    sentence = f"服务器证书{ended}。" if ended else measured(finding)
    return f"{sentence[:-1]}；{former}。" if former else sentence


#: Code of a rule → its sentences.
TEXTS: Texts = MappingProxyType(
    {
        "infra.availability": RuleText(evidence=_availability, event=events.availability, reason=_availability_reason),
        "infra.checks_gap": RuleText(evidence=_checks_gap, event=events.checks_gap),
        "infra.reachable": RuleText(
            evidence=_reachable,
            event=events.reachable,
            limits=_reachable_limits,
            reason=_reachable_reason,
            advice=_reachable_advice,
        ),
        "infra.problems": RuleText(evidence=_problems, event=events.problems, limits=_problems_limits),
        "infra.repeated_problems": RuleText(evidence=_repeated_problems, event=events.repeated_problems),
        "infra.error_rate": RuleText(
            evidence=lambda finding: measured_on_worst_day(finding, "单日最高"), event=value_event
        ),
        "infra.disk_used": RuleText(event=events.disk_used),
        "infra.days_until_full": RuleText(evidence=_days_until_full, event=events.days_until_full),
        "infra.backup_lateness": RuleText(evidence=_backup_lateness, event=events.backup_lateness),
        "infra.backup_shift": RuleText(evidence=_backup_shift, event=events.backup_shift),
        "infra.backup_missed": BACKUP_MISSED,
        "infra.unmade_backups": BACKUP_UNMADE,
        "infra.backup_duration": BACKUP_DURATION,
        "infra.size_drop": SIZE_DROP,
        "infra.size_rise": SIZE_RISE,
        "infra.backup_unchanged": BACKUP_UNCHANGED,
        "infra.load_rise": RuleText(evidence=_load_rise, event=events.load_rise),
        "infra.cpu_by_day": RuleText(evidence=_busy, event=events.busy),
        "infra.cpu_by_night": RuleText(evidence=_busy, event=events.busy),
        "infra.disk_growth": RuleText(evidence=_disk_growth, event=events.disk_growth),
        "infra.offline_backup": RuleText(evidence=_offline_backup),
        "infra.restore_drill": RuleText(
            evidence=_restore_drill,
            reason=_reason_if("not_recorded", lambda _: "台账中没有恢复演练的记录"),
            advice=_advice_if("not_recorded", "登记最近一次恢复演练，或安排一次"),
        ),
        "infra.log_retention": RuleText(
            evidence=_log_retention,
            reason=_log_retention_reason,
            advice=_advice_if_unknown("核对日志轮转设置，确认留存不少于六个月"),
        ),
        "infra.failed_patches": RuleText(evidence=_failed_patches, event=events.failed_patches),
        "infra.novel_hours": NOVEL_HOURS,
        "infra.slow_decay": SLOW_DECAY,
        "infra.ping_loss": PING_LOSS,
        "infra.tls_days": RuleText(evidence=_tls_days, event=events.tls_days),
        "infra.unpatched": RuleText(
            evidence=_unpatched,
            event=events.unpatched,
            reason=_reason_if(
                "short_history", lambda finding: f"补丁记录只有 {events.count(finding, 'known_days')} 天"
            ),
            advice=_advice_if("short_history", "补录更早的补丁记录"),
        ),
    }
)
