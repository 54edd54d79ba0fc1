"""What else the service desk writes down: crashes, attendance, checks, trainings, changes, the team, confirmations."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ntanalytics.demo.population.city import ONBOARDED, City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.desk_workbook.tickets import local, numbered
from ntanalytics.demo.products.zabbix.machines import MACHINES
from ntanalytics.periods import Period

_STREAM = 9

# Invented persons.
_ENGINEER, _BACKUP = "李明远", "周晓岚"
#: The team behind them; who left, and who came for him, in the estate's last month.
_TEAM = (
    (_ENGINEER, "engineer"), (_BACKUP, "backup"), ("吴静", "manager"), ("王启航", "developer"), ("赵文博", "product"),
    ("孙雨桐", "design"), ("钱立新", "assessment"), ("郑海涛", "business"),
)  # fmt: skip
_LEFT, _CAME = "王启航", "陈思睿"

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
# Incidents that the manual checks of their day note, and by their subsystem the item that shows them.
_NOTED = {
    "carrier_outage": {"sms": ("sms", "短信通道连接")},
    "slow_responses": {
        "oa": ("oa", "协同办公首页"),
        "docexchange": ("docexchange", "公文收发测试"),
        "infra": ("identity", "门户登录"),
    },
}
_STATE = {"关注": "watch", "异常": "bad"}

#: Kinds of incidents that are written down → their cause, and whether the subsystem was down as a whole.
#: What was restored late is a ``service_down``, too.
_CAUSES = {
    "service_down": ("vendor_software", True),
    "login_outage": ("vendor_software", True),
    "messages_stopped": ("hardware", True),
    "edition_down": ("network", False),
    "carrier_outage": ("carrier", False),
    "signing_failures": ("vendor_software", False),
    "certificates_refused": ("other", False),
    "error_burst": ("other", False),
    "brute_force": ("attack", False),
}

_TOPICS = (
    "协同办公移动端使用", "公文交换收发与签章", "统一门户与CA证书使用", "即时通讯客户端安装与使用", "电子印章规范用印",
    '协同办公"一键套红"<新版>',
)  # fmt: skip
#: Working days between two trainings, and from one round of patches to the next.
_TRAINED_EVERY, _PATCHED_EVERY = 9, 10
#: Share of working days on which a change is made, and the shares of its kinds.
_CHANGED = 0.3
_KINDS = {"workflow": 0.45, "fix": 0.25, "feature": 0.2, "maintenance": 0.1}
#: What became of recommendations: cause, decision, remark.
_DECIDED = (
    ("renewals", "adopted", "已按单位分批通知持证人，集中更新一次。"),
    ("seals", "in_progress", "已与用章单位约定测试时间。"),
    ("handling", "declined", "年内不调整流程。"),
)
_CHANGEABLE = ("oa", "docexchange", "identity", "sms", "seal")


def incidents(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.incidents``: outages, their cause, and when all worked again."""
    rows = []
    for incident in city.planted(*_CAUSES):
        if incident.is_faint:
            continue
        began, restored = (moment.replace(tzinfo=None) for moment in (incident.start, incident.end))
        responded = began + dt.timedelta(minutes=5 + began.minute % 4)
        rows.append((began, incident.subsystem, *_CAUSES[incident.kind], responded, restored))
    return numbered("SJ", rows)


def attendance(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.attendance``: the engineer each working day, his backup in his stead and now and then."""
    gaps = {incident.day for incident in city.planted("attendance_gap")}
    rows: list[tuple[Any, ...]] = []
    for day in _worked(city):
        rng = city.rng(_STREAM + 100, day)
        is_present = day not in gaps and rng.random() >= 0.05  # leave now and then, when the backup stands in
        rows.append((day, _ENGINEER, "engineer", is_present))
        if day not in gaps and (not is_present or rng.random() < 0.2):
            rows.append((day, _BACKUP, "backup", True))
    return rows


def checks(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.checks``: every item each working day, with what the planted incidents show."""
    shown = [each for each in city.planted(*_NOTED) if not each.is_faint]
    noted = {(each.day, *_NOTED[each.kind][each.subsystem]): each for each in shown}
    noted |= {(each.day, each.subsystem, each.subject): each for each in city.planted("manual_check")}
    rows: list[tuple[Any, ...]] = []
    for day in _worked(city):
        rng = city.rng(_STREAM + 200, day)
        for subsystem, item in _CHECKED:
            incident = noted.get((day, subsystem, item))
            if incident is not None:
                rows.append((day, subsystem, item, _STATE[incident.severity], incident.description))
            elif rng.random() < 0.008:
                rows.append((day, subsystem, item, "watch", "发现轻微异常，现场已处理并复核。"))
            else:
                rows.append((day, subsystem, item, "ok", None))
    return rows


def trainings(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.trainings``: one every other week, and one for each unit that came, or that is away for it."""
    rows: list[tuple[Any, ...]] = []
    for day in _worked(city):
        if _number(city, day) % _TRAINED_EVERY == 4:
            rng = city.rng(_STREAM + 300, day)
            turn = day.toordinal() // 14
            invited = int(rng.integers(24, 66))
            unit = UNITS[int(rng.integers(60))] if turn % 2 else None  # else for several units
            rows.append((day, f"{_TOPICS[turn % len(_TOPICS)]}培训", unit, invited, invited - int(rng.integers(0, 6))))
    for unit, back in ONBOARDED.items():
        trained_on = city.working_day(back - 4)
        if city.working_day(back) is not None and trained_on is not None:
            rows.append((trained_on, f"{unit}接入培训", unit, 12, 11))
    for number, training in enumerate(city.planted("training_day")):
        invited = 24 + 7 * (number % 5)
        rows.append((training.day, f"{training.subject}集中培训", training.subject, invited, invited - number % 3))
    return sorted(rows, key=lambda row: (row[0], row[1]))


def changes(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.changes``: confirmed in writing some days before they are made, but for the planted one."""
    rows: list[tuple[Any, ...]] = []
    for day in _worked(city):
        rng = city.rng(_STREAM + 400, day)
        if rng.random() < _CHANGED:
            kind = list(_KINDS)[int(rng.choice(len(_KINDS), p=list(_KINDS.values())))]
            planned = local(day, 18 * 60 + 30 * int(rng.integers(0, 5)))
            confirmed = local(day - dt.timedelta(days=int(rng.integers(1, 6))), int(rng.integers(9 * 60, 17 * 60)))
            unit = UNITS[int(rng.integers(60))] if kind == "workflow" else None
            subsystem = "oa" if kind == "workflow" else _CHANGEABLE[int(rng.integers(len(_CHANGEABLE)))]
            finished = planned + dt.timedelta(minutes=int(rng.integers(20, 100)))
            rows.append((planned, subsystem, kind, unit, confirmed, finished))
    for incident in city.planted("change_unconfirmed"):
        planned, finished = (moment.replace(tzinfo=None) for moment in (incident.start, incident.end))
        rows.append((planned, incident.subject, "workflow", "市水利局", None, finished))
    for incident in city.planted("planned_maintenance", "announced_mailing"):
        planned, finished = (moment.replace(tzinfo=None) for moment in (incident.start, incident.end))
        confirmed = planned.replace(hour=16, minute=10) - dt.timedelta(days=2)
        rows.append((planned, incident.subsystem, "maintenance", None, confirmed, finished))
    return numbered("BG", sorted(rows, key=lambda row: row[0]))


def roster(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.roster``: the team of each month that the estate touches."""
    months = sorted({day.replace(day=1) for day in city.days})
    return [
        (month, _CAME if name == _LEFT and month == months[-1] else name, role)
        for month in months
        for name, role in _TEAM
    ]


def signoffs(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.signoffs``: the buyer confirms a week's report some days later, but for the planted one."""
    open_weeks = {
        (incident.subject, Period.week(incident.day).previous().text) for incident in city.planted("report_unconfirmed")
    }
    rows = []
    week = Period.week(city.until + dt.timedelta(days=1)).previous()
    while week.first >= city.days[0]:
        signed = week.last + dt.timedelta(days=2 + week.last.toordinal() % 3)
        if signed <= city.until and ("weekly_service_report", week.text) not in open_weeks:
            rows.append((signed, "weekly_service_report", week.text))
        week = week.previous()
    return rows[::-1]


def recommendations(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``desk.recommendations``: what became of three that the month before the last one's report gave."""
    month = Period.month(city.until).previous()
    worked = city.calendar.working_days(month.last + dt.timedelta(days=1), city.until)
    if month.first < city.days[0].replace(day=1) or len(worked) < 10:
        return []
    noted, done = local(worked[3], 15 * 60), local(worked[9], 17 * 60)
    return [
        (f"{cause}-{month.text}", noted, decision, done if decision == "adopted" else None, remark)
        for cause, decision, remark in _DECIDED
    ]


def patches(city: City) -> list[tuple[Any, ...]]:
    """The rows of ``infra.patches``: every other week on some hosts, and the planted one that failed."""
    rows: list[tuple[Any, ...]] = []
    servers = [machine.name for machine in MACHINES if machine.cores]
    for day in _worked(city):
        if _number(city, day) % _PATCHED_EVERY == 2:
            rng = city.rng(_STREAM + 500, day)
            patch = f"KYSA-{day:%Y%m}-{int(rng.integers(1001, 1999))}"
            rows += [(day, host, patch, "success") for host in sorted(rng.choice(servers, 6, replace=False).tolist())]
    for incident in city.planted("patch_failed"):
        patch = f"KYSA-{incident.day:%Y%m}-1000"
        rows.append((incident.day, incident.subject, patch, "failure"))
    return sorted(rows)


def _worked(city: City) -> list[dt.date]:
    return city.calendar.working_days(city.days[0], city.until)


def _number(city: City, day: dt.date) -> int:
    """A working day's place before the estate's last one, which an estate that is shorter gives it, too."""
    return len(city.calendar.working_days(day, city.until))
