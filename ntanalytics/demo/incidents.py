"""What goes wrong in the demo city, and when: planted on known working days before its last day."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

from ntanalytics.periods import Calendar, Period

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Incident:
    """One planted incident.

    Attributes:
        id: its name, unique in the estate.
        subsystem: the subsystem's id.
        kind: ``carrier_outage``, ``error_burst``, ``report_backlog``, ``slow_responses``,
            ``attendance_gap``, ``manual_check``, ``tickets_overdue`` or ``bill_difference``.
        subject: the carrier, service, role or checked item concerned.
        start: when it began, in the city's zone.
        end: when it ended (half-open).
        severity: 关注 or 异常, as an inspection should find it.
        description: one Chinese sentence.
    """

    id: str
    subsystem: str
    kind: str
    subject: str
    start: dt.datetime
    end: dt.datetime
    severity: str
    description: str

    @property
    def day(self) -> dt.date:
        """The local day on which it began."""
        return self.start.date()

    def span_ms(self, day: dt.date) -> tuple[int, int]:
        """Its part of a local day in milliseconds since midnight, half-open; (0, 0) when it has none."""
        midnight = dt.datetime.combine(day, dt.time(), ZONE)
        first, last = (int((moment - midnight).total_seconds() * 1000) for moment in (self.start, self.end))
        first, last = max(first, 0), min(last, 86_400_000)
        return (first, last) if first < last else (0, 0)

    def record(self) -> dict[str, str]:
        """As ``incidents.json`` writes it: times as ISO 8601 with the offset."""
        return {
            name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in asdict(self).items()
        }


# id, subsystem, kind, subject, working days before the last one, from, to, severity, description
_PLAN = (
    ("slow-oa", "oa", "slow_responses", "oa.nantong.example", 3, "08:30", "10:45", "关注",
     "协同办公上午响应缓慢，接口耗时约为平时的六倍。"),
    ("outage-unicom", "sms", "carrier_outage", "unicom", 2, "09:12", "12:42", "异常",
     "中国联通通道故障，送达率降至约70%，历时3小时30分。"),
    ("errors-portal", "infra", "error_burst", "portal", 0, "14:10", "14:50", "异常",
     "统一门户上游服务异常，40分钟内约三分之一请求返回502或504。"),
    ("backlog-telecom", "sms", "report_backlog", "telecom", 6, "09:30", "15:30", "关注",
     "中国电信状态报告积压，最长延迟数小时，短信均已送达。"),
    ("attendance-gap", "desk", "attendance_gap", "驻场", 5, "00:00", "24:00", "异常",
     "当日无驻场或备选人员在岗记录。"),
    ("check-cooling", "infra", "manual_check", "机房温湿度", 0, "08:40", "17:00", "关注",
     "机房二号空调回风温度偏高，已联系维保。"),
    ("tickets-overdue", "desk", "tickets_overdue", "desk", 0, "00:00", "24:00", "关注",
     "有工单超过应完成时间仍未关闭。"),
)  # fmt: skip


def plan(calendar: Calendar, first: dt.date, until: dt.date) -> tuple[Incident, ...]:
    """The incidents of an estate from ``first`` to ``until``, both included, in order of their start.

    Those that would fall before ``first`` are left out. The bill that differs is that of the last
    full month that lies within the estate.
    """
    days = calendar.working_days(first, until)[::-1]
    planned = [
        Incident(name, subsystem, kind, subject, _moment(days[back], begin), _moment(days[back], end), severity, text)
        for name, subsystem, kind, subject, back, begin, end, severity, text in _PLAN
        if back < len(days)
    ]
    month = billed_months(first, until)[-1:]
    planned += [
        Incident(
            "bill-unicom",
            "sms",
            "bill_difference",
            "unicom",
            _moment(period.first, "00:00"),
            _moment(period.last, "24:00"),
            "异常",
            "中国联通账单条数比平台统计多约1.8%，超过0.5%的核对界限。",
        )
        for period in month
    ]
    return tuple(sorted(planned, key=lambda incident: (incident.start, incident.id)))


def billed_months(first: dt.date, until: dt.date) -> list[Period]:
    """The whole months within the estate, oldest first: those for which the carriers sent bills."""
    month, found = Period.month(until + dt.timedelta(days=1)).previous(), []
    while month.first >= first:
        found.append(month)
        month = month.previous()
    return found[::-1]


def _moment(day: dt.date, clock: str) -> dt.datetime:
    hours, minutes = (int(part) for part in clock.split(":"))
    return dt.datetime.combine(day, dt.time(), ZONE) + dt.timedelta(hours=hours, minutes=minutes)
