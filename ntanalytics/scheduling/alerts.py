"""Alerts to the operators on scheduled runs, sources, the clock and deliveries: each problem once while it lasts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from ntanalytics.contract import DATASETS
from ntanalytics.delivery.notices import notify, notify_once, resolve
from ntanalytics.errors import SourceClosed
from ntanalytics.ledger import Delivery
from ntanalytics.report_files import FINDINGS
from ntanalytics.runner.run_context import RunContext
from ntanalytics.scheduling.delivery_results import DeliveryRun, undelivered
from ntanalytics.scheduling.health import Health
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.outcomes import RunOutcome
from ntanalytics.settings.calendar_end import calendar_end

#: Number of failed attempts in a row from which a channel is reported; a short failure is not.
_ATTEMPTS = 3

#: Greatest difference of the clocks of hosts that share a ledger.
_CLOCK_SKEW = dt.timedelta(hours=1)


def alert_scheduled_runs(context: RunContext, outcomes: Iterable[RunOutcome]) -> None:
    """Report each scheduled run that failed or was interrupted, and resolve the problem when its report is issued.

    Args:
        context: the site.
        outcomes: the outcomes of scheduled runs.

    Raises:
        LakeError: the ledger cannot be used.
    """
    for outcome in outcomes:
        _alert_interruption(context, outcome)
        _alert_failure(context, outcome)
        if outcome.status in ("issued", "corrected"):
            _alert_computation(context, outcome.job, outcome.period, outcome.why)
        job, period = outcome.job, outcome.period
        if outcome.status in ("issued", "corrected"):
            # without a calendar no period was known
            for key in (f"failed {job} {period}", f"failed {job} ", f"overdue {job} {period}"):
                resolve(context.ledger, key)
        if outcome.status != "retry":
            resolve(context.ledger, f"retry {job} {period}")


def _alert_interruption(context: RunContext, outcome: RunOutcome) -> None:
    key = f"cut {outcome.job}"
    if outcome.was_cut:
        text = (
            f"任务 {outcome.job}（{outcome.period}）上一次运行没有结束：进程被终止、机器停机，或运行台账写不进去。"
            "系统已接着处理，先前发布的报告未受影响。"
        )
        notify_once(context.settings, context.ledger, key, f"任务 {outcome.job} 运行中断", text)
    elif outcome.status == "issued":
        resolve(context.ledger, key)


def _alert_failure(context: RunContext, outcome: RunOutcome) -> None:
    job, period, why, advice = outcome.job, outcome.period, outcome.why, outcome.advice
    if outcome.status == "failed" and period:
        key, title = f"failed {job} {period}", f"任务 {job} 失败"
        text = f"任务 {job}（{period}）失败，不再自动重试。{advice}。原始信息：{why}"
    elif outcome.status == "failed":  # a year without a calendar: every call tries again
        key, title = f"failed {job} ", f"任务 {job} 无法判断"
        text = f"任务 {job} 是否到期无法判断，更正后自动继续。{advice}。原始信息：{why}"
    elif outcome.status == "retry" and not outcome.is_elsewhere:
        key, title = f"retry {job} {period}", f"任务 {job} 未能完成"
        text = f"任务 {job}（{period}）未能完成，先前发布的报告未受影响，系统会自动重试。{advice}。原始信息：{why}"
    else:
        return
    notify_once(context.settings, context.ledger, key, title, text)


def alert_computations(context: RunContext, jobs: Iterable[str]) -> None:
    """Report what ended in an error in each job's last report: a process killed after publishing told nobody.

    Args:
        context: the site.
        jobs: the names of all jobs.

    Raises:
        LakeError: the ledger cannot be used.
    """
    for name in jobs:
        issued = [record for record in context.ledger.scheduled_runs.for_job(name) if record.status == "issued"]
        if issued:
            _alert_computation(context, name, issued[-1].period, issued[-1].why)


def _alert_computation(context: RunContext, job: str, period: str, folder: str) -> None:
    """Report the checks and sections of an issued report that ended in an error; they are unknown in it."""
    try:
        content = json.loads((Path(folder) / FINDINGS).read_text(encoding="utf-8"))
        failed = [finding for finding in content["findings"] if finding["unknown"] == "failed"]
    except (OSError, ValueError, KeyError, TypeError):  # pages of units, or a report without findings
        return
    key = f"computation {job}"
    if not failed:
        resolve(context.ledger, key)
        return
    listed = "；".join(f"{finding['code']}（{finding['details'].get('error', '')}）" for finding in failed[:10])
    text = (
        f"任务 {job}（{period}）的报告已发布，其中 {len(failed)} 项计算出错，按未知列出，其余不受影响：{listed}。"
        "属程序缺陷，请将本通知与报告转交软件维护人员。"
    )
    notify_once(context.settings, context.ledger, key, f"任务 {job} 部分计算出错", text)


def alert_sources(context: RunContext) -> None:
    """Report each source whose last extraction failed, and resolve the problem after a success.

    A source that may not be read at this hour is in order.

    Args:
        context: the site.

    Raises:
        LakeError: the ledger cannot be used.
    """
    settings, ledger = context.settings, context.ledger
    causes: dict[str, dict[str, str]] = {}
    for (dataset, source), cause in ledger.coverage.failed_sources().items():
        if source in settings.sources and dataset in DATASETS and cause != SourceClosed.public_message:
            causes.setdefault(source, {})[DATASETS[dataset].label] = cause
    for notice in ledger.notices.list_open():
        kind, _, source = notice.key.partition(" ")
        if kind == "source" and source not in causes:
            resolve(ledger, notice.key)
    for source, failed in causes.items():
        text = (
            f"数据源 {source} 取数失败：{'；'.join(f'{label}（{cause}）' for label, cause in failed.items())}。"
            "报告照常发布，缺少的数据在报告中标明；系统会继续取数，补齐后自动出更正版。"
            "请执行 ntanalytics doctor，检查该数据源的连接、口令和权限。"
        )
        notify_once(settings, ledger, f"source {source}", f"数据源 {source} 取数失败", text)


def alert_clock(context: RunContext, jobs: Iterable[str]) -> None:
    """Report that the ledger has scheduled runs in the future of this machine's clock; resolve it later.

    Args:
        context: the site and the clock.
        jobs: the names of all jobs.

    Raises:
        LakeError: the ledger cannot be used.
    """
    settings, ledger, now = context.settings, context.ledger, context.clock()
    latest = max((record.scheduled_at for name in jobs for record in ledger.scheduled_runs.for_job(name)), default=now)
    if latest - now <= _CLOCK_SKEW:
        resolve(ledger, "clock")
        return
    there, here = (moment.astimezone(settings.zone) for moment in (latest, now))
    text = (
        f"运行台账里已有 {there:%Y-%m-%d %H:%M} 的任务记录，而本机时钟是 {here:%Y-%m-%d %H:%M}："
        "时钟被调回，或此前走快了。"
        "已发布的报告不会重复出具。请校准时钟；若此前走快，那段时间出具的报告请用 ntanalytics run 重出。"
    )
    notify_once(settings, ledger, "clock", "本机时钟倒退", text)


def alert_calendar(context: RunContext, jobs: Mapping[str, Job]) -> None:
    """Report from 1 November on that the next year has no calendar, and which jobs stop; resolve it when it has one.

    Args:
        context: the site and the clock.
        jobs: all jobs by name.

    Raises:
        LakeError: the ledger cannot be used.
        SettingsError: the calendar file cannot be read.
    """
    settings, ledger = context.settings, context.ledger
    end = calendar_end(jobs, settings.calendar(), settings.local_day(context.clock()))
    current = f"calendar {end.year}" if end and end.stops else ""
    for notice in ledger.notices.list_open():
        if notice.key.startswith("calendar ") and notice.key != current:
            resolve(ledger, notice.key)
    if end is not None and current:
        notify_once(settings, ledger, current, f"{end.year} 年放假安排未录入", end.text)


def alert_health(context: RunContext, health: Health) -> list[Delivery]:
    """Report every overdue report, and resolve the problem of each that was issued.

    Args:
        context: the site.
        health: the state of the installation.

    Returns:
        Each attempt to notify an operator, also of notices that an earlier call could not send.

    Raises:
        LakeError: the ledger cannot be used.
    """
    ledger = context.ledger
    overdue = {}
    for job in health.jobs:
        for period, status in job.overdue:
            text = (
                f"任务 {job.job} 的报告 {job.report}（{period}）到期未出，状态：{status}。"
                "请查看 run-due 的日志与运行台账。"
            )
            overdue[f"overdue {job.job} {period}"] = (f"{job.report} {period} 到期未出", text)
        if job.trouble:
            text = f"任务 {job.job} 是否到期无法判断。请执行 ntanalytics schedule，按提示更正。原始信息：{job.trouble}"
            overdue[f"failed {job.job} "] = (f"任务 {job.job} 无法判断", text)  # the key of run-due
    for notice in ledger.notices.list_open():
        if notice.key.startswith("overdue ") and notice.key not in overdue:
            resolve(ledger, notice.key)
    for key, (title, text) in overdue.items():
        notify_once(context.settings, ledger, key, title, text)
    return notify(context.settings, ledger)


def alert_deliveries(context: RunContext, results: DeliveryRun, down: Mapping[str, str]) -> None:
    """Report deliveries that did not arrive or may not have, channels that stay down, and wrong recipients.

    Args:
        context: the site.
        results: the results of the delivery run.
        down: channel → reason why it does not answer.

    Raises:
        LakeError: the ledger cannot be used.
    """
    settings, ledger = context.settings, context.ledger
    # Of reports the ledger is asked: a process that was killed after the attempt has told nobody.
    reports = [delivery for delivery in undelivered(ledger) if delivery.request.kind == "report"]
    notices = [delivery for delivery in results.interrupted if delivery.request.kind == "notice"]
    for delivery in [*notices, *(delivery for delivery in reports if delivery.status != "retry")]:
        _alert_delivery(context, delivery)
    for delivery in results.deliveries:
        _alert_channel(context, delivery, down)
    for name, why in results.failed_jobs.items():
        text = f"请核对 scheduled/jobs.yml 中该任务的收件人。原始信息：{why}"
        notify_once(settings, ledger, f"recipients {name}", f"任务 {name} 的收件设置有误，部分报告未发送", text)
    for name in results.finished_jobs:
        resolve(ledger, f"recipients {name}")
    notify(settings, ledger)


def _alert_delivery(context: RunContext, delivery: Delivery) -> None:
    request = delivery.request
    is_lost = delivery.status == "failed"
    key = f"{'undelivered' if is_lost else 'ambiguous'} {request.subject} {request.period} {request.channel}"
    title = f"{request.subject} {request.period} {'未能送达' if is_lost else '是否送达不明'}"
    text = (
        f"渠道 {request.channel} 收件人 {request.recipient or '（渠道本身）'}："
        f"{'发送失败，请核对收件人后重发' if is_lost else '发送中断，可能已到达，系统不会自动重发'}。"
        f"确认后可执行 ntanalytics deliver --again {delivery.id[:12]}；"
        "同一报告的其他收件人见 ntanalytics history --kind delivery。"
        + (f"原始信息：{delivery.why}" if is_lost else "")
    )
    notify_once(context.settings, context.ledger, key, title, text)


def _alert_channel(context: RunContext, delivery: Delivery, down: Mapping[str, str]) -> None:
    channel = delivery.request.channel
    if delivery.status == "sent":
        resolve(context.ledger, f"channel {channel}")
    elif delivery.status == "retry" and delivery.attempts >= _ATTEMPTS and channel in down:
        text = (
            f"渠道 {channel} 连续 {delivery.attempts} 次不通，恢复后自动补发。请检查该渠道的地址、口令和网络。"
            f"原始信息：{down[channel]}"
        )
        notify_once(context.settings, context.ledger, f"channel {channel}", f"发送渠道 {channel} 不通", text)
