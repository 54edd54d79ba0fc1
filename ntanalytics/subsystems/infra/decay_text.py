"""Sentences of slow decay, and of backups that take longer or shorter than they did."""

from __future__ import annotations

from datetime import date

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import clock, listed, named, value_words
from ntanalytics.findings.text import RuleText, default_advice, limits, measured
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words
from ntanalytics.subsystems.infra.machine_words import machine_words
from ntanalytics.subsystems.infra.rules import BEYOND_SPREAD, LARGE_DROP


def _moved(finding: Finding) -> str:
    first, now = (format_number(finding.figures[name], str(finding.details["form"])) for name in ("first", "now"))
    moved = "升至" if float(finding.figures["limit"] or 0) > float(finding.figures["first"] or 0) else "降至"
    return f"{finding.details['what']}由 {first}逐日{moved} {now}"


def _forecast(finding: Finding) -> str:
    limit = format_number(finding.figures["limit"], str(finding.details["form"]))
    day = day_words(date.fromisoformat(str(finding.details["full_on"])))
    return f"{day}起超过 {limit}" if finding.details.get("is_reached") else f"照此预计{day}达到 {limit}"


def decay_event(finding: Finding) -> EventWords:
    """Return what worsens, from what to what, and on which day it matters."""
    who = machine_words(finding.entity.key) if finding.entity.kind == "host" else finding.entity.label
    return EventWords(named(who, _moved(finding)), detail=_forecast(finding))


def _lost(finding: Finding) -> str:
    return f"近 7 天连通检查丢失 {value_words(finding, 'integer', '次')}"


def _usual(finding: Finding) -> str:
    pings, expected = (format_number(finding.figures[name], "integer", "次") for name in ("pings", "expected"))
    return f"共检查 {pings}，通常丢失约 {expected}"


def ping_loss_event(finding: Finding) -> EventWords:
    """Return how many pings a device lost in a week, and how many are usual."""
    return EventWords(named(machine_words(finding.entity.key), _lost(finding)), detail=_usual(finding))


def _times(finding: Finding) -> str:
    if finding.details["is_longer"]:
        return f"为通常的 {value_words(finding, 'number:1', '倍')}"
    return f"约为通常的 {format_number(finding.value, 'integer')} 分之一"


def _both(finding: Finding) -> str:
    took, usual = (format_number(finding.figures[name], "seconds") for name in ("backup_s", "usual_s"))
    return f"{took}，通常 {usual}"


def _plans(finding: Finding) -> str:
    plans = finding.details["plans"]
    return f"{listed(plans)}，如 {finding.details['plan']} " if isinstance(plans, tuple) and plans else ""


def backup_duration(finding: Finding) -> str:
    """Return how long a backup took, and usually takes; of several plans which."""
    return f"备份用时{_times(finding)}：{_plans(finding)}{_both(finding)}。"


def backup_duration_event(finding: Finding) -> EventWords:
    """Return the same as an event."""
    plans = finding.details["plans"]
    who = f"{len(plans)} 项备份计划" if isinstance(plans, tuple) and plans else f"备份计划 {finding.entity.label} "
    return EventWords(f"{who}备份用时{_times(finding)}", detail=f"{_plans(finding) or '用时 '}{_both(finding)}")


def _backup_duration_advice(finding: Finding) -> str:
    if not finding.is_violation:
        return default_advice(finding)
    if finding.details["is_longer"]:
        return "核查备份存储、网络与同时段任务"
    return "抽查备份内容是否完整，核查任务是否空跑，必要时补做备份"


def _duration_limits(finding: Finding) -> str:
    if finding.unknown:
        return limits(finding)
    threshold = finding.rule.threshold
    warning, critical = (format_number(limit, "integer") for limit in (threshold.warning, threshold.critical))
    return f"长于通常 {warning} 倍或短于其 {warning} 分之一为关注，{critical} 倍或 {critical} 分之一为异常"


def _size_drop_limits(finding: Finding) -> str:
    if finding.unknown:
        return limits(finding)
    threshold = finding.rule.threshold
    small, large, critical = (
        format_number(limit, "rate:0") for limit in (threshold.warning, LARGE_DROP, threshold.critical)
    )
    return f"下降超过 {large}，或超过 {small} 且多于平常波动的 {BEYOND_SPREAD:g} 倍为关注，超过 {critical} 为异常"


def _size_rise(finding: Finding) -> str:
    if not finding.is_violation:
        return measured(finding)
    last, usual = (format_number(finding.figures[name], "bytes") for name in ("last_size_bytes", "usual_size_bytes"))
    return f"最近一次备份数据量 {last}，此前通常 {usual}，多 {format_number(finding.value, 'rate:0')}。"


def _unchanged(finding: Finding) -> str:
    return f"连续 {value_words(finding, 'integer', '次')}备份数据量完全相同"


def _same_size(finding: Finding) -> str:
    size = format_number(finding.figures["size_bytes"], "bytes")
    return f"{_plans(finding)}均为 {size}，此前每次不同，疑备份的是同一份旧数据"


def backup_unchanged_event(finding: Finding) -> EventWords:
    """Return how many runs in a row kept the same bytes, and how many those are; of several plans which."""
    plans = finding.details["plans"]
    who = f"{len(plans)} 项备份计划" if isinstance(plans, tuple) and plans else f"备份计划 {finding.entity.label} "
    since = "" if finding.since is None else f"自{day_words(finding.since)}起，"
    return EventWords(f"{since}{who}{_unchanged(finding)}", detail=_same_size(finding))


def _missed(finding: Finding) -> str:
    plans = finding.details["plans"]
    if isinstance(plans, tuple) and plans:
        least = finding.figures.get("least")
        return f"{f'至少 {least:g}' if least else len(plans)} 项{finding.entity.label}应执行而未执行"
    level = finding.details.get("level")
    return f"备份计划 {finding.entity.label} 应执行而未执行{f'{level}备份' if level else ''}"


def _last_run(finding: Finding) -> str:
    plans, last_on = finding.details["plans"], date.fromisoformat(str(finding.details["last_on"]))
    every = format_number(finding.figures["usual_interval_s"], "seconds")
    last = f"{day_words(last_on)}{clock(float(finding.figures['last_s'] or 0))}"
    of = f"{listed(plans)}；" if isinstance(plans, tuple) and plans else ""
    return f"{of}最近一次执行为{last}，通常每 {every}一次"


def backup_missed_event(finding: Finding) -> EventWords:
    """Return which plans have missed a run, and when they ran last."""
    day = f"{day_words(finding.since)}" if finding.since is not None else ""
    return EventWords(f"{day}{_missed(finding)}", detail=_last_run(finding))


def _unmade(finding: Finding) -> str:
    return f"未成功 {value_words(finding, 'integer', '次')}"


def _succeeded(finding: Finding) -> str:
    """Return whether a plan has succeeded since its failures, and when it last did."""
    last_on = finding.details.get("last_on")
    if not isinstance(last_on, str):
        return "没有成功的记录"
    last = f"最近一次成功为{day_words(date.fromisoformat(last_on))}{clock(finding.figures['last_s'] or 0)}"
    return f"其后已成功，{last}" if finding.details.get("is_over") else last


def unmade_backups_event(finding: Finding) -> EventWords:
    """Return how many backups of a plan were not made, and whether it has succeeded since."""
    return EventWords(f"备份计划 {finding.entity.label} {_unmade(finding)}", detail=_succeeded(finding))


BACKUP_UNMADE = RuleText(
    evidence=lambda finding: f"{_unmade(finding)}，{_succeeded(finding)}。", event=unmade_backups_event
)
BACKUP_MISSED = RuleText(
    evidence=lambda finding: f"{_missed(finding)}；{_last_run(finding)}。", event=backup_missed_event
)
BACKUP_DURATION = RuleText(
    evidence=backup_duration, event=backup_duration_event, limits=_duration_limits, advice=_backup_duration_advice
)
SIZE_DROP = RuleText(limits=_size_drop_limits)
SIZE_RISE = RuleText(evidence=_size_rise)
BACKUP_UNCHANGED = RuleText(
    evidence=lambda finding: f"{_unchanged(finding)}，{_same_size(finding)}。", event=backup_unchanged_event
)
SLOW_DECAY = RuleText(evidence=lambda finding: f"{_moved(finding)}，{_forecast(finding)}。", event=decay_event)
PING_LOSS = RuleText(evidence=lambda finding: f"{_lost(finding)}，{_usual(finding)}。", event=ping_loss_event)
