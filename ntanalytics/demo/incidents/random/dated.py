"""What a drawn script has that is bound to days: what lasts until the city's end, a bill, and a late recovery."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.incidents.default_script import FAINT, MEASURES
from ntanalytics.demo.incidents.incident import SPAN_DAYS, Incident, billed_months, duration, moment
from ntanalytics.demo.incidents.random.kinds import CERTIFICATES, CLOSABLE, DISKS
from ntanalytics.demo.incidents.random.sentence import sentence
from ntanalytics.demo.products.sms_platform.outcomes import CARRIERS
from ntanalytics.periods import Calendar

#: Percent that a file system gains while it fills, and one that does so faintly.
_GAINED, _GAINED_FAINTLY = 22, 14
#: Days for which a certificate is good when it is first seen to expire, and days left that are 异常.
_EXPIRES, _EXPIRES_SOON = 30, 7
#: How long before the city's end all of a batch of certificates expire within thirty days.
_BATCH_BACK = 20
#: The first ticket that is overdue was to be closed by then, so many working days before the last one (desk_tickets).
_OVERDUE_BACK, _OVERDUE_FROM = 5, "18:46"


def dated_incidents(rng: np.random.Generator, calendar: Calendar, first: dt.date, until: dt.date) -> list[Incident]:
    """One or two of each kind that is bound to certain days.

    Args:
        rng: the script's random numbers.
        calendar: the working days.
        first: the estate's first day, before which no month was billed.
        until: its last day.
    """
    over, worked = moment(until, "24:00"), calendar.working_days(until - dt.timedelta(days=SPAN_DAYS - 8), until)
    found = _disks(rng, until)
    size = _one(rng, (0.04, 0.1), (0.015, 0.02))
    start = moment(until - dt.timedelta(days=_BATCH_BACK), "00:00")
    words = "约{percent}%的个人证书将在30天内集中到期。"
    found.append(_made("certificates_expiring", "ca", "personal", start, over, round(size, 3), words))
    start = moment(worked[-int(rng.integers(9, 26)) - 1], "00:00")
    seals = float(rng.integers(2, 15))
    found.append(
        _made("seal_untested", "seal", "seal", start, over, seals, "有{count}枚印章制作完成后超过三周未测试。")
    )
    for number, unit in enumerate(rng.choice(CLOSABLE, int(rng.integers(1, 3)), replace=False).tolist(), start=1):
        start = moment(worked[int(rng.integers(len(worked) - 3))], "00:00")
        words = "{name}已停用，其账号仍处于启用状态。"
        found.append(_made("unit_closed", "identity", unit, start, over, 1.0, words, number=number))
    start = moment(worked[-_OVERDUE_BACK - 1], _OVERDUE_FROM)
    words = "有{count}件工单超过应完成时间仍未关闭。"
    found.append(_made("tickets_overdue", "desk", "desk", start, over, float(rng.integers(3, 9)), words))
    return [*found, _certificate(rng, until), *_bill(rng, first, until), *_late(rng, worked)]


def _disks(rng: np.random.Generator, until: dt.date) -> list[Incident]:
    found = []
    for number, host in enumerate(rng.choice(DISKS, int(rng.integers(1, 3)), replace=False).tolist(), start=1):
        size = round(_one(rng, (0.6, 2.2), (0.3, 0.45)), 2)
        is_faint = size < FAINT["disk_filling"]
        days = round((_GAINED_FAINTLY if is_faint else _GAINED) / size)
        start = moment(until - dt.timedelta(days=days - 1), "00:00")
        words = "{name}的数据盘每天增长约{size:g}个百分点。"
        severity = "关注" if is_faint else "异常"
        args = ("disk_filling", "infra", host, start, moment(until, "24:00"), size, words)
        found.append(_made(*args, severity=severity, number=number))
    return found


def _certificate(rng: np.random.Generator, until: dt.date) -> Incident:
    """A certificate that nobody renews: it is seen from thirty days before it expires, after the city's last day."""
    start = until - dt.timedelta(days=int(rng.integers(3, _EXPIRES - 2)))
    left = _EXPIRES - (until - start).days - 1
    host = CERTIFICATES[int(rng.integers(len(CERTIFICATES)))]
    return _made(
        "certificate_expiring",
        "infra",
        host,
        moment(start, "00:00"),
        moment(until, "24:00"),
        float(_EXPIRES),
        f"{{name}}的TLS证书将在{{count}}天内到期，最后一天还剩{left}天。",
        severity="异常" if left <= _EXPIRES_SOON else "关注",
    )


def _bill(rng: np.random.Generator, first: dt.date, until: dt.date) -> list[Incident]:
    """The last month that was billed."""
    size, carrier = round(_one(rng, (0.009, 0.04), (0.006, 0.007)), 4), CARRIERS[int(rng.integers(len(CARRIERS)))]
    words = "{name}账单条数比平台统计多约{percent}%，超过0.5%的核对界限。"
    severity = "关注" if size < FAINT["bill_difference"] else "异常"
    return [
        _made(
            "bill_difference",
            "sms",
            carrier,
            moment(month.first, "00:00"),
            moment(month.last, "24:00"),
            size,
            words,
            severity=severity,
        )
        for month in billed_months(first, until)[-1:]
    ]


def _late(rng: np.random.Generator, worked: list[dt.date]) -> list[Incident]:
    """A crash that took longer than four hours: a service that is down, and the desk's late recovery of it."""
    subsystem = ("docexchange", "oa")[int(rng.integers(2))]
    start = moment(worked[int(rng.integers(len(worked)))], "09:00") + dt.timedelta(minutes=5 * int(rng.integers(0, 18)))
    end = start + dt.timedelta(minutes=5 * int(rng.integers(52, 78)))
    words = "{name}因厂商软件故障，{lasted}恢复，超过4小时承诺。"
    down = _made("service_down", subsystem, subsystem, start, end, 1.0, "{name}服务不可用{lasted}。", severity="异常")
    late = _made("late_recovery", "desk", subsystem, start, end, 1.0, words, severity="异常")
    return [late, down]


def _one(rng: np.random.Generator, sizes: tuple[float, float], faint: tuple[float, float]) -> float:
    """A size, which is faint in one of six cities."""
    return float(rng.uniform(*(faint if rng.random() < 1 / 6 else sizes)))


def _made(
    kind: str,
    subsystem: str,
    subject: str,
    start: dt.datetime,
    end: dt.datetime,
    size: float,
    words: str,
    *,
    severity: str = "关注",
    number: int = 0,
) -> Incident:
    measured = duration(start, end, MEASURES[kind]) or size
    name = f"{kind.replace('_', '-')}-{number or 'bound'}"
    text = sentence(words, kind, subject, start, end, measured, "sharp")
    return Incident(name, subsystem, kind, subject, start, end, severity, text, measured)
