"""No policy deletes the evidence of a contract year within its time, and the list says why it stays."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.delivery.issued_reports import read_issued_reports
from ntanalytics.lake import DeltaLake
from ntanalytics.operations import retention
from ntanalytics.operations.contract_evidence import contract_evidence
from tests.desk import TODAY, Desk
from tests.lake.test_lake import parted
from tests.operations.test_retention import _publish, _sign


def _settings(desk: Desk, policy: dict[str, object], begins: str = "2026-03-01", ends: str = "2027-02-28") -> None:
    site = {"contract": {"begins": begins, "ends": ends}}
    (desk.home / "ntanalytics.yml").write_text(json.dumps({"site": site, "retention": policy}), encoding="utf-8")
    desk.reload()


def _check(desk: Desk, day: dt.date) -> None:
    """An inspection of a day in the lake."""
    row = {"checked_on": day, "subsystem": "infra", "item": "机房", "result": "ok", "source": "desk", "day": day}
    rows = pa.Table.from_pylist([row], schema=DATASETS["desk.checks"].schema()).to_reader()
    lake = DeltaLake(desk.settings.lake)
    lake.replace(DATASETS["desk.checks"], parted(rows, lake.folder), "desk", day, day)


@pytest.mark.parametrize(
    ("today", "months", "signed", "kept", "opened"),
    [
        # the year before ended in February 2026, and was not accepted yet
        ("2026-11-23", 0, False, "2026-03-01", "2025-03-01"),
        ("2026-11-23", 0, True, "2026-03-01", "2026-03-01"),
        ("2027-03-01", 0, False, "2026-03-01", "2026-03-01"),
        ("2026-11-23", 9, True, "2025-03-01", "2026-03-01"),
        ("2026-11-23", 36, True, "2023-03-01", "2026-03-01"),
    ],
)
def test_the_evidence_begins_with_the_earliest_contract_year_in_its_time(
    desk: Desk, today: str, months: int, signed: bool, kept: str, opened: str
) -> None:
    _settings(desk, {"contract_months": months})
    _publish(desk, "acceptance", "2025-03-01_2026-02-28", {})
    issued, _ = read_issued_reports(desk.outputs)
    folders = [report.folder for report in issued] if signed else []
    evidence = contract_evidence(desk.settings, issued, folders, dt.date.fromisoformat(today))
    assert (str(evidence.kept_since), str(evidence.open_since)) == (kept, opened)


def test_reports_and_ledger_of_a_contract_year_stay_for_its_time_and_pages_of_units_go(desk: Desk) -> None:
    desk.write_bare()
    policy = {"reports_months": 6, "ledger_months": 14, "contract_months": 24}
    _settings(desk, policy)
    _publish(desk, "weekly", "2023-W10", {})  # 2022-03-01 … 2023-02-28 ended more than 24 months ago, 2023/24 too
    _publish(desk, "weekly", "2025-W30", {})
    _publish(desk, "weekly", "2025-W30,unit=a", {}, parameters={"unit": "a"})  # type: ignore[arg-type]
    for moment in ("2023-05-01", "2025-01-05"):
        desk.ledger.scheduled_runs.skip("weekly", dt.datetime.fromisoformat(f"{moment}T01:00:00+00:00"), "x", "late")
    items = retention.plan(desk.context())
    assert [(item.name, item.goes) for item in items if item.what == "report"] == [
        ("weekly/2023-W10", True),
        ("weekly/2025-W30", False),
        ("weekly/2025-W30,unit=a", True),
    ]
    assert [(item.name, item.goes, item.before) for item in items if item.what == "ledger"] == [
        ("turns 1", True, dt.date(2024, 3, 1)),
        ("turns 1", False, None),
    ]
    assert "since 2024-03-01, kept 24 months" in items[1].why
    retention.apply(desk.context(), items)
    assert {report.folder for report in read_issued_reports(desk.outputs)[0]} == {"weekly/2025-W30"}
    assert len(desk.ledger.scheduled_runs.for_job("weekly")) == 1


def test_days_that_prove_duties_stay_until_their_acceptance_is_signed(desk: Desk) -> None:
    desk.write_bare()
    _settings(desk, {"event_days": 120})
    for day in (dt.date(2024, 6, 1), dt.date(2025, 6, 1), TODAY):
        _check(desk, day)
    items = [item for item in retention.plan(desk.context()) if item.name == "desk.checks"]
    shown = [(item.count, item.goes, str(item.before)) for item in items]
    assert shown == [(1, True, "2025-03-01"), (1, False, "None")]
    assert "whose acceptance is open" in items[1].why
    _publish(desk, "acceptance", "2025-03-01_2026-02-28", {}, title="年度验收")
    _sign(desk, "acceptance", "2025-03-01_2026-02-28", TODAY)
    [item] = [item for item in retention.plan(desk.context()) if item.name == "desk.checks"]
    assert (item.count, item.goes, str(item.before)) == (2, True, "2026-03-01")
