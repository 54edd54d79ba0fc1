"""Sheets about the desk's staff and duties: attendance, roster, trainings, sign-offs and recommendations."""

from __future__ import annotations

import datetime as dt

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.people import ONBOARDED
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.desk_workbook.cells import Row, cell_time, days_left
from ntanalytics.periods import Period

_STREAM = 9

# The persons are invented.
_ENGINEER, _BACKUP = "李明远", "周晓岚"
_TEAM = (
    (_ENGINEER, "engineer"),
    (_BACKUP, "backup"),
    ("吴静", "manager"),
    ("王启航", "developer"),
    ("赵文博", "product"),
    ("孙雨桐", "design"),
    ("钱立新", "assessment"),
    ("郑海涛", "business"),
)
#: Person who left before the last month, and the successor.
_LEFT, _SUCCESSOR = "王启航", "陈思睿"
#: Share of working days on which the engineer is on leave, and on which the backup comes beside the engineer.
_LEAVE, _BOTH = 0.05, 0.2

#: Topics of the regular trainings.
TOPICS = (
    "协同办公移动端使用",
    "公文交换收发与签章",
    "统一门户与CA证书使用",
    "即时通讯客户端安装与使用",
    "电子印章规范用印",
    '协同办公"一键套红"<新版>',
)
#: Working days between two trainings.
_TRAINED_EVERY = 9
#: Decisions about recommendations: cause, decision, remark.
_DECISIONS = (
    ("renewals", "adopted", "已按单位分批通知持证人，集中更新一次。"),
    ("seals", "in_progress", "已与用章单位约定测试时间。"),
    ("handling", "declined", "年内不调整流程。"),
)


def attendance(city: City) -> list[Row]:
    """Return the rows of ``desk.attendance``: the engineer each working day, or the backup; at times both."""
    gaps = {incident.day for incident in city.incidents_of("attendance_gap")}
    rows: list[Row] = []
    for day in city.working_days():
        rng = city.rng(_STREAM + 100, day)
        is_present = day not in gaps and rng.random() >= _LEAVE
        rows.append((day, _ENGINEER, "engineer", is_present))
        if day not in gaps and (not is_present or rng.random() < _BOTH):
            rows.append((day, _BACKUP, "backup", True))
    return rows


def roster(city: City) -> list[Row]:
    """Return the rows of ``desk.roster``: the team of each month of the estate."""
    months = sorted({day.replace(day=1) for day in city.days})
    return [
        (month, _SUCCESSOR if name == _LEFT and month == months[-1] else name, role)
        for month in months
        for name, role in _TEAM
    ]


def trainings(city: City) -> list[Row]:
    """Return the rows of ``desk.trainings``: regular ones, and one for each onboarded unit and each training day."""
    rows: list[tuple[dt.date, str, str | None, int, int]] = []
    for day in city.working_days():
        if days_left(city, day) % _TRAINED_EVERY == 4:
            rng = city.rng(_STREAM + 300, day)
            number = day.toordinal() // 14
            invited = int(rng.integers(24, 66))
            unit = UNITS[int(rng.integers(60))] if number % 2 else None  # None stands for several units
            topic = f"{TOPICS[number % len(TOPICS)]}培训"
            rows.append((day, topic, unit, invited, invited - int(rng.integers(0, 6))))
    for unit, back in ONBOARDED.items():
        trained_on = city.working_day(back - 4)
        if city.working_day(back) is not None and trained_on is not None:
            rows.append((trained_on, f"{unit}接入培训", unit, 12, 11))
    for number, training in enumerate(city.incidents_of("training_day")):
        invited, unit = 24 + 7 * (number % 5), training.subject
        rows.append((training.day, f"{unit}集中培训", unit, invited, invited - number % 3))
    return [*sorted(rows, key=lambda row: row[:2])]


def signoffs(city: City) -> list[Row]:
    """Return the rows of ``desk.signoffs``: the buyer confirms a weekly report some days later, or never."""
    unconfirmed = city.incidents_of("report_unconfirmed")
    open_weeks = {(item.subject, Period.week(item.day).previous().text) for item in unconfirmed}
    rows: list[Row] = []
    week = Period.week(city.until + dt.timedelta(days=1)).previous()
    while week.first >= city.days[0]:
        signed_on = week.last + dt.timedelta(days=2 + week.last.toordinal() % 3)
        if signed_on <= city.until and ("weekly_service_report", week.text) not in open_weeks:
            rows.append((signed_on, "weekly_service_report", week.text))
        week = week.previous()
    return rows[::-1]


def recommendations(city: City) -> list[Row]:
    """Return the rows of ``desk.recommendations``: decisions about three of the report of the month before the last."""
    month = Period.month(city.until).previous()
    worked = city.calendar.working_days(month.last + dt.timedelta(days=1), city.until)
    if month.first < city.days[0].replace(day=1) or len(worked) < 10:
        return []
    noted, done = cell_time(worked[3], 15 * 60), cell_time(worked[9], 17 * 60)
    return [
        (f"{cause}-{month.text}", noted, decision, done if decision == "adopted" else None, remark)
        for cause, decision, remark in _DECISIONS
    ]
