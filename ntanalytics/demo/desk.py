"""The service desk's ledger: tickets, attendance, manual checks, and the carriers' bills."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ntanalytics.contract import DATASETS
from ntanalytics.demo.incidents import Incident, billed_months
from ntanalytics.demo.rhythm import Audience, Rhythm, generator
from ntanalytics.demo.units import UNITS
from ntanalytics.sources.starter import LEDGER_DATASETS
from ntanalytics.sources.template import write_template

_STREAM = 9
_TICKETS_PER_DAY = 7.5

# Category: share of tickets, hours until due.
_CATEGORIES = {
    "account": (0.31, 8),
    "consulting": (0.29, 8),
    "fault": (0.16, 4),
    "onboarding": (0.06, 120),
    "change": (0.07, 240),
    "training": (0.03, 240),
    "inspection": (0.02, 24),
    "other": (0.06, 48),
}
_SUBSYSTEMS = {
    "identity": 0.17,
    "sso": 0.07,
    "docexchange": 0.2,
    "oa": 0.28,
    "im": 0.06,
    "sms": 0.07,
    "ca": 0.08,
    "seal": 0.05,
    "infra": 0.02,
}
#: Share of tickets that are closed, but after they were due.
_CLOSED_LATE = 0.02
#: Tickets still open past their time on the last working day: working days ago opened, category, subsystem.
_OVERDUE = ((8, "onboarding", "docexchange"), (5, "fault", "oa"), (3, "account", "identity"))

# Invented persons.
_ENGINEER, _BACKUP = "李明远", "周晓岚"

_CHECKED = (
    ("infra", "机房温湿度"),
    ("infra", "UPS与供电"),
    ("infra", "服务器指示灯"),
    ("infra", "存储阵列"),
    ("infra", "数据库备份"),
    ("identity", "门户登录"),
    ("docexchange", "公文收发测试"),
    ("oa", "协同办公首页"),
    ("sms", "短信通道连接"),
    ("seal", "签章服务"),
)
# Incidents that the manual checks of their day note, and the item that shows them.
_NOTED = {
    "carrier_outage": ("sms", "短信通道连接"),
    "slow_responses": ("oa", "协同办公首页"),
    "manual_check": ("infra", "机房温湿度"),
}
_STATE = {"关注": "watch", "异常": "bad"}

#: Yuan a segment.
_PRICES = {"mobile": 0.035, "unicom": 0.036, "telecom": 0.034}
#: How much a bill differs from our count: a little, as every month, and in the planted month.
_SMALL, _PLANTED = 0.0006, 0.018


def write_ledger(
    path: Path,
    days: Sequence[dt.date],
    rhythm: Rhythm,
    incidents: Sequence[Incident],
    segments: Mapping[tuple[dt.date, str], int],
    *,
    seed: int,
) -> dict[str, int]:
    """Write the filled ledger workbook.

    Args:
        path: the .xlsx file; it is replaced.
        days: the estate's days.
        rhythm: its rhythm.
        incidents: those planted; the desk knows of them.
        segments: segments by (month's first day, carrier), which the bills are made from.
        seed: the estate's seed.

    Returns:
        The number of rows by dataset.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {
        "desk.tickets": _tickets(days, rhythm, incidents, seed),
        "desk.attendance": _attendance(days, rhythm, incidents, seed),
        "desk.checks": _checks(days, rhythm, incidents, seed),
        "sms.bills": _bills(days, incidents, segments),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_template(path, [DATASETS[name] for name in LEDGER_DATASETS], rows)
    return {name: len(content) for name, content in rows.items()}


def _tickets(
    days: Sequence[dt.date], rhythm: Rhythm, incidents: Sequence[Incident], seed: int
) -> list[tuple[Any, ...]]:
    now = _at(days[-1] + dt.timedelta(days=1), 0)
    drafts = [draft for day in days for draft in _drawn_tickets(day, rhythm, seed, now)]
    for incident in incidents:
        if incident.kind in ("carrier_outage", "error_burst", "slow_responses", "report_backlog"):
            begin, end = (moment.replace(tzinfo=None) for moment in (incident.start, incident.end))
            opened = begin + dt.timedelta(minutes=8)
            due, closed = opened + dt.timedelta(hours=4), end + dt.timedelta(minutes=15)
            drafts.append((opened, "fault", incident.subsystem, None, opened + dt.timedelta(minutes=4), due, closed))
    worked = rhythm.calendar.working_days(days[0], days[-1])[::-1]
    if any(incident.kind == "tickets_overdue" for incident in incidents):
        for number, (back, category, subsystem) in enumerate(_OVERDUE):
            if back < len(worked):
                opened = _at(worked[back], 605 + 41 * number)
                due = _at(worked[2], 17 * 60) if category == "onboarding" else opened + dt.timedelta(hours=8)
                unit = UNITS[20 + 31 * number]
                drafts.append((opened, category, subsystem, unit, opened + dt.timedelta(minutes=12), due, None))
    drafts.sort(key=lambda draft: draft[0])
    numbered, counts = [], dict.fromkeys(days, 0)
    for draft in drafts:
        opened_on = draft[0].date()
        counts[opened_on] += 1
        numbered.append((f"GD{opened_on:%Y%m%d}-{counts[opened_on]:03d}", *draft))
    return numbered


def _drawn_tickets(day: dt.date, rhythm: Rhythm, seed: int, now: dt.datetime) -> list[tuple[Any, ...]]:
    """The ordinary tickets of one day: opened, category, subsystem, unit, responded, due, closed."""
    rng = generator(seed, _STREAM, day)
    count = int(rng.poisson(_TICKETS_PER_DAY * rhythm.factor(day, Audience.OFFICE)))
    categories, subsystems = list(_CATEGORIES), list(_SUBSYSTEMS)
    shares = np.array([share for share, _ in _CATEGORIES.values()])
    systems = np.array(list(_SUBSYSTEMS.values()))
    found = []
    for moment in rhythm.moments(rng, day, Audience.OFFICE, count).tolist():
        opened = _at(day, moment // 60_000)
        category = categories[int(rng.choice(len(categories), p=shares / shares.sum()))]
        due = opened + dt.timedelta(hours=_CATEGORIES[category][1])
        responded = opened + dt.timedelta(minutes=int(rng.lognormal(2.2, 0.7)) + 1)
        part = min(float(rng.lognormal(-1.1, 0.6)), 0.94)
        if rng.random() < _CLOSED_LATE:
            part = float(rng.uniform(1.05, 1.6))
        closed = opened + dt.timedelta(minutes=int((due - opened).total_seconds() / 60 * part) + 2)
        if closed > now and due <= now:
            closed = due - dt.timedelta(minutes=5)  # none but the planted ones are overdue and open
        closed = max(closed, responded)
        subsystem = subsystems[int(rng.choice(len(subsystems), p=systems / systems.sum()))]
        unit = UNITS[int(rng.integers(len(UNITS)))]
        found.append(
            (
                opened,
                category,
                subsystem,
                unit,
                responded if responded < now else None,
                due,
                closed if closed < now else None,
            )
        )
    return found


def _attendance(
    days: Sequence[dt.date], rhythm: Rhythm, incidents: Sequence[Incident], seed: int
) -> list[tuple[Any, ...]]:
    gaps = {incident.day for incident in incidents if incident.kind == "attendance_gap"}
    rows: list[tuple[Any, ...]] = []
    for day in rhythm.calendar.working_days(days[0], days[-1]):
        rng = generator(seed, _STREAM + 1, day)
        is_present = day not in gaps and rng.random() >= 0.05  # leave now and then, when the backup stands in
        rows.append((day, _ENGINEER, "engineer", is_present))
        if day not in gaps and (not is_present or rng.random() < 0.2):
            rows.append((day, _BACKUP, "backup", True))
    return rows


def _checks(days: Sequence[dt.date], rhythm: Rhythm, incidents: Sequence[Incident], seed: int) -> list[tuple[Any, ...]]:
    noted = {(item.day, *_NOTED[item.kind]): item for item in incidents if item.kind in _NOTED}
    rows: list[tuple[Any, ...]] = []
    for day in rhythm.calendar.working_days(days[0], days[-1]):
        rng = generator(seed, _STREAM + 2, day)
        for subsystem, item in _CHECKED:
            incident = noted.get((day, subsystem, item))
            if incident is not None:
                rows.append((day, subsystem, item, _STATE[incident.severity], incident.description))
            elif rng.random() < 0.008:
                rows.append((day, subsystem, item, "watch", "发现轻微异常，现场已处理并复核。"))
            else:
                rows.append((day, subsystem, item, "ok", None))
    return rows


def _bills(
    days: Sequence[dt.date], incidents: Sequence[Incident], segments: Mapping[tuple[dt.date, str], int]
) -> list[tuple[Any, ...]]:
    planted = {(item.day, item.subject) for item in incidents if item.kind == "bill_difference"}
    rows = []
    for month in billed_months(days[0], days[-1]):
        for carrier, price in _PRICES.items():
            more = _PLANTED if (month.first, carrier) in planted else _SMALL
            billed = round(segments.get((month.first, carrier), 0) * (1 + more))
            rows.append((month.first, carrier, billed, round(billed * price, 2)))
    return rows


def _at(day: dt.date, minutes: int) -> dt.datetime:
    """The naive local time of a cell: Excel knows no zones."""
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
