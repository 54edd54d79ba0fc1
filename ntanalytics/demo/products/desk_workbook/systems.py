"""Sheets about the systems: outages, manual checks, changes, patches and the carriers' bills."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ntanalytics.demo.incidents.incident import billed_months
from ntanalytics.demo.incidents.kinds import INCIDENT_KINDS
from ntanalytics.demo.local_time import wall_clock
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.desk_workbook.cells import Cell, Row, cell_time, days_left, with_ids
from ntanalytics.demo.products.zabbix.machines import SERVERS

_STREAM = 9

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
#: Kinds that a manual check of the day shows → subsystem of the incident → checked item.
_SHOWN_BY = {
    "carrier_outage": {"sms": ("sms", "短信通道连接")},
    "slow_responses": {
        "oa": ("oa", "协同办公首页"),
        "docexchange": ("docexchange", "公文收发测试"),
        "infra": ("identity", "门户登录"),
    },
}
_RESULTS = {"关注": "watch", "异常": "bad"}
#: Share of checks with a slight problem that is solved on the spot.
_SLIGHT = 0.008

_CAUSES = {kind.id: kind for kind in INCIDENT_KINDS.values() if kind.cause}

#: Share of working days with a change, shares of its kinds, and subsystems that are changed.
_CHANGED = 0.3
_CHANGE_KINDS = {"workflow": 0.45, "fix": 0.25, "feature": 0.2, "maintenance": 0.1}
_CHANGEABLE = "oa docexchange identity sms seal"
#: Working days from one round of patches to the next, and patched hosts of a round.
_PATCHED_EVERY, _PATCHED = 10, 6

#: Yuan a segment, and usual difference between a bill and our count, as a share.
_PRICES = {"mobile": 0.035, "unicom": 0.036, "telecom": 0.034}
_USUAL_DIFFERENCE = 0.0006


def outages(city: City) -> list[Row]:
    """Return the rows of ``desk.incidents``: outages, their cause, and the times of response and recovery."""
    rows = []
    for incident in city.incidents_of(*_CAUSES):
        if not incident.is_faint:
            began, kind = wall_clock(incident.start), _CAUSES[incident.kind]
            responded = began + dt.timedelta(minutes=5 + began.minute % 4)
            rows.append((began, incident.subsystem, kind.cause, kind.is_total, responded, wall_clock(incident.end)))
    return with_ids("SJ", rows)


def checks(city: City) -> list[Row]:
    """Return the rows of ``desk.checks``: every item each working day, with the incidents that it shows."""
    shown = [incident for incident in city.incidents_of(*_SHOWN_BY) if not incident.is_faint]
    noted = {(item.day, *_SHOWN_BY[item.kind][item.subsystem]): item for item in shown}
    noted |= {(item.day, item.subsystem, item.subject): item for item in city.incidents_of("manual_check")}
    rows: list[Row] = []
    for day in city.working_days():
        rng = city.rng(_STREAM + 200, day)
        for subsystem, item in _CHECKED:
            incident = noted.get((day, subsystem, item))
            if incident is not None:
                rows.append((day, subsystem, item, _RESULTS[incident.severity], incident.description))
            elif rng.random() < _SLIGHT:
                rows.append((day, subsystem, item, "watch", "发现轻微异常，现场已处理并复核。"))
            else:
                rows.append((day, subsystem, item, "ok", None))
    return rows


def changes(city: City) -> list[Row]:
    """Return the rows of ``desk.changes``: confirmed in writing some days before, but for ``change_unconfirmed``."""
    rows: list[tuple[dt.datetime, *tuple[Cell, ...]]] = []
    changeable = _CHANGEABLE.split()
    for day in city.working_days():
        rng = city.rng(_STREAM + 400, day)
        if rng.random() < _CHANGED:
            kind = list(_CHANGE_KINDS)[int(rng.choice(len(_CHANGE_KINDS), p=list(_CHANGE_KINDS.values())))]
            planned = cell_time(day, 18 * 60 + 30 * int(rng.integers(0, 5)))
            confirmed = cell_time(day - dt.timedelta(days=int(rng.integers(1, 6))), int(rng.integers(9 * 60, 17 * 60)))
            unit = UNITS[int(rng.integers(60))] if kind == "workflow" else None
            subsystem = "oa" if kind == "workflow" else changeable[int(rng.integers(len(changeable)))]
            finished = planned + dt.timedelta(minutes=int(rng.integers(20, 100)))
            rows.append((planned, subsystem, kind, unit, confirmed, finished))
    for incident in city.incidents_of("change_unconfirmed"):
        planned, finished = wall_clock(incident.start), wall_clock(incident.end)
        rows.append((planned, incident.subject, "workflow", "市水利局", None, finished))
    for incident in city.incidents_of("planned_maintenance", "announced_mailing"):
        planned, finished = wall_clock(incident.start), wall_clock(incident.end)
        confirmed = planned.replace(hour=16, minute=10) - dt.timedelta(days=2)
        kind = "mailing" if incident.kind == "announced_mailing" else "maintenance"
        rows.append((planned, incident.subsystem, kind, None, confirmed, finished))
    return with_ids("BG", sorted(rows, key=lambda row: row[0]))


def patches(city: City) -> list[Row]:
    """Return the rows of ``infra.patches``: every other week on some hosts, in turn, and the failed ones."""
    rows: list[tuple[dt.date, str, str, str]] = []
    servers = [machine.name for machine in SERVERS]
    rounds = -(-len(servers) // _PATCHED)
    for day in city.working_days():
        turn, rest = divmod(days_left(city, day), _PATCHED_EVERY)
        if rest == 2:
            patch = f"KYSA-{day:%Y%m}-{int(city.rng(_STREAM + 500, day).integers(1001, 1999))}"
            # the application and the database server of a system are patched in different rounds
            hosts = sorted(servers[turn % rounds :: rounds])
            rows += [(day, host, patch, "success") for host in hosts]
    for incident in city.incidents_of("patch_failed"):
        rows.append((incident.day, incident.subject, f"KYSA-{incident.day:%Y%m}-1000", "failure"))
    return [*sorted(rows)]


def bills(city: City, segments: Mapping[tuple[dt.date, str], int]) -> list[Row]:
    """Return the rows of ``sms.bills``, from the segments by (month's first day, carrier)."""
    differences = {(item.day, item.subject): item.size for item in city.incidents_of("bill_difference")}
    rows: list[Row] = []
    for month in billed_months(city.days[0], city.until):
        for carrier, price in _PRICES.items():
            difference = differences.get((month.first, carrier), _USUAL_DIFFERENCE)
            billed = round(segments.get((month.first, carrier), 0) * (1 + difference))
            rows.append((month.first, carrier, billed, round(billed * price, 2)))
    return rows
