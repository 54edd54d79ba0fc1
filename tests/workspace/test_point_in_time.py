"""Rows as they were known at a moment: what a local day recorded is known when that day is over."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import pytest

from ntanalytics.metrics.rows import rows
from ntanalytics.workspace.point_in_time import known_at
from tests.subsystems.made import table_of

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = dt.date(2026, 11, 16)


@pytest.mark.parametrize(
    ("at", "known"),
    [
        (dt.datetime(2026, 11, 16, 23, 59, tzinfo=ZONE), None),
        (dt.datetime(2026, 11, 17, 0, 0, tzinfo=ZONE), MONDAY),  # 16:00 of Monday in UTC
        (dt.datetime(2026, 11, 17, 6, 10, tzinfo=ZONE), MONDAY),
    ],
)
def test_what_a_local_day_recorded_is_known_as_soon_as_it_is_over(at: dt.datetime, known: dt.date | None) -> None:
    plan = table_of(
        "desk.report_plan",
        [{
            "report": "weekly_service_report", "period": "2026-W46", "due_on": MONDAY, "delivered_on": MONDAY,
            "noted_at": dt.datetime(2025, 12, 20, 2, tzinfo=dt.UTC), "changed_at": at.astimezone(dt.UTC), "day": MONDAY,
        }],
    )  # fmt: skip
    [row] = rows(known_at("desk.report_plan", ibis.memtable(plan), at))
    assert row["delivered_on"] == known


@pytest.mark.parametrize(("hour", "months"), [(23, []), (24, [10]), (30, [10])])
def test_the_bill_of_a_month_is_known_when_the_local_month_is_over(hour: int, months: list[int]) -> None:
    bill = {"month_on": dt.date(2026, 10, 1), "carrier": "mobile", "billed_segments": 1, "billed_yuan": 0.1}
    bills = ibis.memtable(table_of("sms.bills", [{**bill, "day": bill["month_on"]}]))
    at = dt.datetime(2026, 10, 31, tzinfo=ZONE) + dt.timedelta(hours=hour)
    assert [row["month_on"].month for row in rows(known_at("sms.bills", bills, at))] == months
