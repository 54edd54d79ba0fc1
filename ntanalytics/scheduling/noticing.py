"""What the operators are told of the schedule and of deliveries: each matter once, while it lasts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ntanalytics.delivery.notices import mended, notify_once, tell
from ntanalytics.ledger import Delivery, Ledger
from ntanalytics.settings import Settings

if TYPE_CHECKING:
    from ntanalytics.scheduling.delivering import DeliveryRound
    from ntanalytics.scheduling.health import Health
    from ntanalytics.scheduling.running import Done

#: A channel that did not answer so often in a row is told of; a moment's trouble is not.
_ATTEMPTS = 3


def notice_turns(settings: Settings, ledger: Ledger, done: Iterable[Done]) -> None:
    """Tell of each turn that failed for good, and take back what was told when its report came after all.

    Args:
        settings: the site.
        ledger: the site's.
        done: what became of the turns.

    Raises:
        LakeError: the ledger cannot be used.
    """
    for each in done:
        key = f"failed {each.job} {each.period}"
        if each.status == "failed":
            said = f"作业 {each.job}（{each.period or '日期不明'}）失败，不再自动重试：{each.why}"
            notify_once(settings, ledger, key, f"作业 {each.job} 失败", said)
        elif each.status in ("issued", "corrected"):
            # where the calendar was missing, no period could be told
            for told in (key, f"failed {each.job} ", f"overdue {each.job} {each.period}"):
                mended(ledger, told)


def notice_health(settings: Settings, ledger: Ledger, found: Health) -> list[Delivery]:
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
            overdue[f"overdue {job.job} untold"] = (f"作业 {job.job} 无法判断", said)
    for notice in ledger.notices.open():
        if notice.key.startswith("overdue ") and notice.key not in overdue:
            mended(ledger, notice.key)
    for key, (title, said) in overdue.items():
        notify_once(settings, ledger, key, title, said)
    return tell(settings, ledger)


def notice_deliveries(settings: Settings, ledger: Ledger, done: DeliveryRound, down: Mapping[str, str]) -> None:
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
        parcel = each.parcel
        is_lost = each.status == "failed"
        key = f"{'undelivered' if is_lost else 'ambiguous'} {parcel.subject} {parcel.period} {parcel.channel}"
        title = f"{parcel.subject} {parcel.period} {'未能送达' if is_lost else '是否送达不明'}"
        said = (
            f"通道 {parcel.channel} 收件方 {parcel.recipient or '（通道本身）'}："
            f"{each.why if is_lost else '发送中断，可能已到达，系统不会自动重发'}。"
            f"确认后可执行 ntanalytics deliver --again {each.id[:12]}；"
            "同一报表的其他收件方见 ntanalytics history --kind delivery。"
        )
        notify_once(settings, ledger, key, title, said)
    for each in done.done:
        if each.status == "sent":
            mended(ledger, f"channel {each.parcel.channel}")
        elif each.status == "retry" and each.attempts >= _ATTEMPTS and each.parcel.channel in down:
            said = (
                f"通道 {each.parcel.channel} 连续 {each.attempts} 次不通：{down[each.parcel.channel]}。恢复后自动补发。"
            )
            notify_once(
                settings, ledger, f"channel {each.parcel.channel}", f"发送通道 {each.parcel.channel} 不通", said
            )
    for name, why in done.wrong.items():
        notify_once(settings, ledger, f"recipients {name}", f"作业 {name} 的收件设置有误，部分报表未发送", why)
    for name in done.right:
        mended(ledger, f"recipients {name}")
    tell(settings, ledger)
