"""What the operators are told of the schedule and of deliveries: each matter once, while it lasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ntanalytics.contract import DATASETS
from ntanalytics.delivery.notices import notify, notify_once, resolve
from ntanalytics.errors import SourceClosed
from ntanalytics.ledger import Delivery, Ledger
from ntanalytics.settings import Settings

if TYPE_CHECKING:
    from ntanalytics.scheduling.delivery_run import DeliveryRun
    from ntanalytics.scheduling.execution import RunOutcome
    from ntanalytics.scheduling.health import Health

#: A channel that did not answer so often in a row is told of; a moment's trouble is not.
_ATTEMPTS = 3

#: The clocks of hosts that share a ledger differ by less; a turn that lies further ahead was taken by another clock.
_CLOCKS_DIFFER = dt.timedelta(hours=1)


def alert_scheduled_runs(settings: Settings, ledger: Ledger, done: Iterable[RunOutcome]) -> None:
    """Tell of each turn that failed or was broken off, and take back what was told when its report came after all.

    Args:
        settings: the site.
        ledger: the site's.
        done: what became of the turns.

    Raises:
        LakeError: the ledger cannot be used.
    """
    for each in done:
        failed, again, cut = f"failed {each.job} {each.period}", f"retry {each.job} {each.period}", f"cut {each.job}"
        if each.was_cut:
            said = (
                f"作业 {each.job}（{each.period}）上一次运行没有结束：进程被终止、机器停机，或台账写不进去。"
                "系统已接着处理，先前发布的报表未受影响。"
            )
            notify_once(settings, ledger, cut, f"作业 {each.job} 运行中断", said)
        elif each.status == "issued":
            resolve(ledger, cut)
        if each.status == "failed" and each.period:
            said = f"作业 {each.job}（{each.period}）失败，不再自动重试：{each.why}"
            notify_once(settings, ledger, failed, f"作业 {each.job} 失败", said)
        elif each.status == "failed":  # no calendar of a year: it is judged again at each call
            said = f"作业 {each.job} 是否到期无法判断，补齐后自动继续：{each.why}"
            notify_once(settings, ledger, failed, f"作业 {each.job} 无法判断", said)
        elif each.status == "retry" and not each.is_elsewhere:
            said = f"作业 {each.job}（{each.period}）未能完成，先前发布的报表未受影响，系统会自动重试：{each.why}"
            notify_once(settings, ledger, again, f"作业 {each.job} 未能完成", said)
        if each.status in ("issued", "corrected"):
            # where the calendar was missing, no period could be told
            for told in (failed, f"failed {each.job} ", f"overdue {each.job} {each.period}"):
                resolve(ledger, told)
        if each.status != "retry":
            resolve(ledger, again)


def alert_sources(settings: Settings, ledger: Ledger) -> None:
    """Tell of each source that could not be taken when it was asked last, and take it back when it could.

    One that may not be read at the hour is as it was wanted.

    Args:
        settings: the site.
        ledger: the site's.

    Raises:
        LakeError: the ledger cannot be used.
    """
    causes: dict[str, dict[str, str]] = {}
    for (dataset, source), cause in ledger.coverage.failed_sources().items():
        if source in settings.sources and dataset in DATASETS and cause != SourceClosed.public_message:
            causes.setdefault(source, {})[DATASETS[dataset].label] = cause
    for notice in ledger.notices.list_open():
        kind, _, source = notice.key.partition(" ")
        if kind == "source" and source not in causes:
            resolve(ledger, notice.key)
    for source, failed in causes.items():
        said = (
            f"数据源 {source} 取数失败：{'；'.join(f'{label}（{cause}）' for label, cause in failed.items())}。"
            "报表照常发布，缺少的数据在报表中标明；系统会继续取数，补齐后自动出更正版。"
        )
        notify_once(settings, ledger, f"source {source}", f"数据源 {source} 取数失败", said)


def alert_clock(settings: Settings, ledger: Ledger, jobs: Iterable[str], now: dt.datetime) -> None:
    """Tell that the ledger knows of turns that have not come by this machine's clock; take it back when they have.

    Args:
        settings: the site.
        ledger: the site's.
        jobs: the names of all jobs.
        now: the moment (aware).

    Raises:
        LakeError: the ledger cannot be used.
    """
    latest = max((turn.scheduled_at for name in jobs for turn in ledger.scheduled_runs.for_job(name)), default=now)
    if latest - now <= _CLOCKS_DIFFER:
        resolve(ledger, "clock")
        return
    there, here = (moment.astimezone(settings.zone) for moment in (latest, now))
    said = (
        f"台账里已有 {there:%Y-%m-%d %H:%M} 的作业记录，而本机时钟是 {here:%Y-%m-%d %H:%M}：时钟被调回，或此前走快了。"
        "已发布的报表不会重复出具。请校准时钟；若此前走快，那段时间出具的报表请用 ntanalytics run 重出。"
    )
    notify_once(settings, ledger, "clock", "本机时钟倒退", said)


def alert_health(settings: Settings, ledger: Ledger, found: Health) -> list[Delivery]:
    """Tell of everything that was due and did not come, and take back what came.

    Args:
        settings: the site.
        ledger: the site's.
        found: how the installation stands.

    Returns:
        Each attempt to tell an operator, those that an earlier call could not reach included.

    Raises:
        LakeError: the ledger cannot be used.
    """
    overdue = {}
    for job in found.jobs:
        for period, status in job.overdue:
            said = (
                f"作业 {job.job} 的报表 {job.report}（{period}）到期未出，状态：{status}。请查看 run-due 的日志与台账。"
            )
            overdue[f"overdue {job.job} {period}"] = (f"{job.report} {period} 到期未出", said)
        if job.trouble:
            said = f"作业 {job.job} 是否到期无法判断：{job.trouble}"
            overdue[f"failed {job.job} "] = (f"作业 {job.job} 无法判断", said)  # run-due tells of the same
    for notice in ledger.notices.list_open():
        if notice.key.startswith("overdue ") and notice.key not in overdue:
            resolve(ledger, notice.key)
    for key, (title, said) in overdue.items():
        notify_once(settings, ledger, key, title, said)
    return notify(settings, ledger)


def alert_deliveries(settings: Settings, ledger: Ledger, done: DeliveryRun, down: Mapping[str, str]) -> None:
    """Tell of what did not arrive or may not have, of channels that stay down, and of recipients that are none.

    Args:
        settings: the site.
        ledger: the site's.
        done: what the round did.
        down: channel → why it does not answer.

    Raises:
        LakeError: the ledger cannot be used.
    """
    for each in [*done.broken, *(each for each in done.done if each.status in ("ambiguous", "failed"))]:
        request = each.request
        is_lost = each.status == "failed"
        key = f"{'undelivered' if is_lost else 'ambiguous'} {request.subject} {request.period} {request.channel}"
        title = f"{request.subject} {request.period} {'未能送达' if is_lost else '是否送达不明'}"
        said = (
            f"通道 {request.channel} 收件方 {request.recipient or '（通道本身）'}："
            f"{each.why if is_lost else '发送中断，可能已到达，系统不会自动重发'}。"
            f"确认后可执行 ntanalytics deliver --again {each.id[:12]}；"
            "同一报表的其他收件方见 ntanalytics history --kind delivery。"
        )
        notify_once(settings, ledger, key, title, said)
    for each in done.done:
        if each.status == "sent":
            resolve(ledger, f"channel {each.request.channel}")
        elif each.status == "retry" and each.attempts >= _ATTEMPTS and each.request.channel in down:
            said = f"通道 {each.request.channel} 连续 {each.attempts} 次不通：{down[each.request.channel]}。恢复后自动补发。"
            notify_once(
                settings, ledger, f"channel {each.request.channel}", f"发送通道 {each.request.channel} 不通", said
            )
    for name, why in done.wrong.items():
        notify_once(settings, ledger, f"recipients {name}", f"作业 {name} 的收件设置有误，部分报表未发送", why)
    for name in done.right:
        resolve(ledger, f"recipients {name}")
    notify(settings, ledger)
