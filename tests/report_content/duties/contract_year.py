"""A contract year of a desk without a fault, from which a test takes away or changes what it plants."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import ibis

from ntanalytics import contract
from ntanalytics.checks.context import CheckContext
from ntanalytics.ledger.publications import IssuedVersion
from ntanalytics.periods import Calendar, Period, days_between
from ntanalytics.report_content.duties.report_log import DueReport, ReportLog
from ntanalytics.report_content.duties.span import DutySpan
from ntanalytics.subsystems import RULES
from tests.subsystems.made import Row, at, context_of, table_of

FIRST, LAST = dt.date(2025, 3, 1), dt.date(2026, 2, 28)
YEAR = Period.contract(FIRST, LAST)
DAY = dt.timedelta(days=1)
CALENDAR = Calendar(contract_year=(FIRST, LAST))
WORKING = CALENDAR.working_days(FIRST, LAST)
MONTHS = sorted({day.replace(day=1) for day in days_between(FIRST, LAST)})
MONDAYS = [day for day in days_between(FIRST, LAST) if day.weekday() == 0]
SYSTEMS = ("identity", "sso", "docexchange", "oa", "im", "sms", "ca", "seal")


@dataclass
class Year:
    """Rows of a desk by dataset, its gaps and absent columns, and the log of reports; a test changes them."""

    data: dict[str, list[Row]] = field(default_factory=dict)
    gaps: dict[str, list[dt.date]] = field(default_factory=dict)
    log: ReportLog = field(default_factory=ReportLog)
    rejected: dict[str, dict[dt.date | None, int]] = field(default_factory=dict)
    absent: dict[str, set[str]] = field(default_factory=dict)
    known_end: dt.datetime | None = None

    def span(self, period: Period = YEAR) -> DutySpan:
        """Return the span over it."""
        made = context_of(period)
        workspace = SimpleNamespace(calendar=CALENDAR, settings=SimpleNamespace(sources={}))
        report: Any = SimpleNamespace(**vars(made.report), workspace=workspace)
        report.dataset = lambda name, history: self._view(made, name, history)
        return DutySpan(CheckContext(report, RULES), self.log)

    def drop(self, dataset: str, is_gone: Callable[[Row], object]) -> None:
        """Take rows away."""
        self.data[dataset] = [row for row in self.data[dataset] if not is_gone(row)]

    def change(self, dataset: str, is_meant: Callable[[Row], object], **values: Any) -> None:
        """Change the first row that is meant."""
        next(row for row in self.data[dataset] if is_meant(row)).update(values)

    def lose(self, report: str, period: str) -> None:
        """Take the publication of a report away."""
        issued = tuple(item for item in self.log.issued if (item.report, item.period) != (report, period))
        self.log = ReportLog(issued=issued, due=self.log.due, began_at=self.log.began_at)

    def _rejected_rows(self, name: str, first: dt.date, last: dt.date) -> int:
        given = self.rejected.get(name, {})
        return sum(rows for day, rows in given.items() if day is None or first <= day <= last)

    def _view(self, made: CheckContext, name: str, history: int) -> Any:
        given = contract.dataset(name)
        period, missing = made.period, sorted(set(self.gaps.get(name, ())) & set(made.period.days))
        first = period.first - history * DAY
        held = [row for row in self.data.get(name, []) if row["day"] not in self.gaps.get(name, ())]
        rows = [row for row in held if row["day"] <= period.last]
        table = {
            "cases": rows,
            "recent": [row for row in rows if row["day"] >= first],
            "table": [row for row in rows if row["day"] >= period.first or given.kind == "state"],
        }
        return SimpleNamespace(
            contract=given,
            sources=["desk"] if name in self.data else [],
            missing=missing,
            gap_days=frozenset(("desk", day) for day in missing),
            damages={},
            is_complete=not missing,
            rejected_rows=lambda first, last: self._rejected_rows(name, first, last),
            since=lambda day: SimpleNamespace(is_complete=not any(gap >= day for gap in self.gaps.get(name, ()))),
            was_complete=True,
            days=ibis.memtable(_days(period)),
            note="",
            as_of=made.ends_at,
            known_end=self.known_end or made.ends_at,
            sources_without=lambda column: ("test",) if column in self.absent.get(name, ()) else (),
            before=ibis.memtable(table_of(name, [])),
            **{kind: _table(name, chosen) for kind, chosen in table.items()},
        )


#: Datasets of which a metric takes an Ibis table; the others are read as rows.
_TABLES = (
    "desk.roster",
    "desk.incidents",
    "desk.changes",
    "desk.onboardings",
    "desk.report_plan",
    "desk.tickets",
    "infra.backups",
    "infra.checks",
    "seal.seals",
)


def _table(name: str, rows: list[Row]) -> Any:
    if name in _TABLES:
        return ibis.memtable(table_of(name, rows))
    empty = dict.fromkeys(contract.dataset(name).schema().names)
    return [empty | row for row in rows]


def _days(period: Period) -> list[Row]:
    worked = CALENDAR.working_days(period.first, period.last)
    return [{"day": day, "is_covered": True, "is_working_day": day in worked, "label": ""} for day in period.days]


def faultless() -> Year:
    """Return a year in which every duty was done and recorded."""
    data = {
        "desk.roster": [
            {"month_on": month, "person": str(number), "role": "backup" if number == 1 else "engineer"}
            for month in MONTHS
            for number in range(7)
        ],
        "desk.attendance": [
            {"attended_on": day, "person": "0", "role": "engineer", "is_present": True} for day in WORKING
        ],
        "desk.checks": [
            {"checked_on": day, "subsystem": "infra", "item": item, "result": "ok"}
            for day in WORKING
            for item in ("UPS", "存储")
        ],
        "infra.patches": [
            {"patched_on": month + 8 * DAY, "host": "oa-db-1", "patch": f"K{month:%m}", "outcome": "success"}
            for month in MONTHS
        ],
        "desk.tickets": _tickets(),
        "desk.incidents": [_incident("SJ1", dt.date(2025, 6, 10), 2.5), _incident("SJ2", dt.date(2025, 9, 2), 1)],
        "desk.changes": [_change(f"BG{month:%m}", month + 14 * DAY) for month in MONTHS],
        "desk.signoffs": [
            {"signed_on": day + 2 * DAY, "report": "weekly_service_report", "period": _week(day)} for day in MONDAYS
        ],
        "desk.report_plan": [
            {
                "report": "weekly_service_report", "period": _week(day), "noted_at": at(FIRST, 9), "due_on": day,
                "delivered_on": day, "changed_at": at(day, 9),
            }
            for day in MONDAYS
        ],
        "desk.recommendations": [
            {
                "recommendation_no": f"capacity-{month:%Y-%m}", "noted_at": at(month + 5 * DAY, 9),
                "decision": "adopted", "changed_at": at(month + 5 * DAY, 9),
            }
            for month in MONTHS
        ],
        "desk.onboardings": [_onboarding("市水利局", dt.date(2025, 5, 12))],
        **_plans(),
        "desk.access_grants": [
            {
                "grant_no": "QX1", "granted_at": at(dt.date(2025, 4, 2), 10), "subsystem": "oa", "account": "a1",
                "approved_at": at(dt.date(2025, 4, 1), 10), "holder": "operations", "permission": "管理员",
                "changed_at": at(dt.date(2025, 4, 2), 10),
            }
        ],
        "infra.backups": [
            _backup(medium, day) for medium in ("online", "offline") for day in days_between(FIRST, LAST)
        ],
        "infra.checks": [],
        "seal.seals": [
            {
                "seal_id": "YZ1", "state": "in_use", "requested_at": at(dt.date(2025, 7, 1), 9),
                "made_at": at(dt.date(2025, 7, 8), 9), "tested_at": at(dt.date(2025, 7, 10), 9),
            }
        ],
        "ca.certificates": [
            {
                "certificate_id": f"Z{month:%m}", "kind": "personal", "state": "active",
                "issued_at": at(month + 3 * DAY, 9), "expires_at": at(month + 300 * DAY, 9),
            }
            for month in MONTHS
        ],
    }  # fmt: skip
    return Year({name: [_dated(name, row) for row in rows] for name, rows in data.items()}, {}, _log())


def _dated(name: str, row: Row) -> Row:
    moment = row.get(contract.dataset(name).time or "", FIRST)
    day = (moment + dt.timedelta(hours=8)).date() if isinstance(moment, dt.datetime) else moment
    return {**row, "day": day}


def _week(monday: dt.date) -> str:
    return Period.week(monday).previous().text


def _tickets() -> list[Row]:
    """One ticket of each system a week by day, and one in the evening; each closed in time."""
    rows = []
    for week, monday in enumerate(MONDAYS):
        for place, system in enumerate(SYSTEMS):
            opened = at(monday + place % 5 * DAY, 20 if place == 0 else 10)
            rows.append(
                {
                    "ticket_no": f"GD{week:02d}-{place}", "opened_at": opened, "category": "account",
                    "subsystem": system, "unit": "市水利局", "responded_at": opened + dt.timedelta(minutes=5),
                    "due_at": opened + dt.timedelta(hours=8), "closed_at": opened + dt.timedelta(hours=3),
                    "close_code": "solved", "changed_at": opened,
                }
            )  # fmt: skip
    return rows


def _incident(number: str, day: dt.date, hours: float, **more: Any) -> Row:
    began = at(day, 9)
    return {
        "incident_no": number, "began_at": began, "subsystem": "docexchange", "cause": "vendor_software",
        "is_crash": True, "responded_at": began, "restored_at": began + dt.timedelta(hours=hours), "level": "ordinary",
        "discovered_at": began, "has_bad_effect": False, "changed_at": began, **more,
    }  # fmt: skip


def _change(number: str, day: dt.date) -> Row:
    return {
        "change_no": number, "noted_at": at(day - 3 * DAY, 9), "planned_at": at(day, 18), "subsystem": "oa",
        "kind": "workflow", "confirmed_at": at(day - DAY, 9), "finished_at": at(day, 19), "result": "success",
        "changed_at": at(day, 19),
    }  # fmt: skip


def _onboarding(unit: str, day: dt.date) -> Row:
    steps = dict.fromkeys(("account_on", "permission_on", "seal_on", "training_on"), day + 5 * DAY)
    return {
        "unit": unit, "subsystem": "docexchange", "noted_at": at(day, 9), **steps, "finished_on": day + 6 * DAY,
        "changed_at": at(day, 9),
    }  # fmt: skip


def _plans() -> dict[str, list[Row]]:
    """Six trainings and two drills of each kind, planned, confirmed and held on the day."""
    plans, trainings, drills = list[Row](), list[Row](), list[Row]()
    for number, month in enumerate(MONTHS[1::2]):
        on, no = month + 9 * DAY, f"PX{number}"
        plans.append(_plan(no, "training", on))
        trainings.append({"held_on": on, "topic": no, "attended": 10, "plan_no": no, "confirmed_on": on})
    for kind, prefix in (("restore_drill", "HF"), ("emergency_drill", "YJ")):
        for number, month in enumerate(MONTHS[2::6]):
            on, no = month + 19 * DAY, f"{prefix}{number}"
            plans.append(_plan(no, kind, on))
            row = {"held_on": on, "kind": kind, "topic": no, "result": "success", "plan_no": no, "confirmed_on": on}
            drills.append(row)
    return {"desk.plans": plans, "desk.trainings": trainings, "desk.drills": drills}


def _plan(number: str, kind: str, on: dt.date) -> Row:
    noted = at(FIRST, 9)
    return {
        "plan_no": number, "noted_at": noted, "kind": kind, "topic": number, "planned_on": on,
        "confirmed_on": FIRST, "changed_at": noted,
    }  # fmt: skip


def _backup(medium: str, day: dt.date) -> Row:
    return {
        "backup_id": f"{medium}{day}", "started_at": at(day, 1), "plan": f"oa-{medium}", "level": "full",
        "medium": medium, "outcome": "success",
    }  # fmt: skip


def _log() -> ReportLog:
    """The reports of the schedule, each issued five minutes after its turn."""
    due = [_due("daily_inspection", (day - DAY).isoformat(), day, 7.5) for day in WORKING]
    due += [_due("weekly_service_report", _week(day), day, 8) for day in MONDAYS]
    for month in MONTHS:
        first = CALENDAR.working_days(month, month + 15 * DAY)[0]
        name = Period.month(month).previous().text
        due += [_due(report, name, first, 8.5) for report in ("sms_volume", "optimization_recommendations")]
    return ReportLog(issued=tuple(issued(due)), due=tuple(due), began_at=at(FIRST, 0))


def _due(report: str, period: str, day: dt.date, hour: float) -> DueReport:
    return DueReport(report, period, at(day, hour), at(day, hour + 2))


def issued(due: Iterable[DueReport]) -> list[IssuedVersion]:
    """Return the publications of due reports, five minutes after their turn."""
    return [
        IssuedVersion(
            report=item.report,
            period=item.period,
            version=1,
            at=item.at + dt.timedelta(minutes=5),
            manifest_sha256="ab" * 32,
            run_id=f"{item.report}-{item.period}",
        )
        for item in due
    ]
