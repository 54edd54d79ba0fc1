"""Open items: who sees to each violation, by when, and what is being done; a total below its groups."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from ntanalytics.findings.dispositions import Disposition, Dispositions
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.lifecycle import FindingLifecycle, LifecycleState
from ntanalytics.findings.threshold import Status
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import figures
from ntanalytics.recommendations.with_cause import Assignment, is_overdue, worded
from ntanalytics.report_content.incidents import DeskIncident, incident_assignments
from ntanalytics.report_content.open_items import BOX, open_items
from ntanalytics.report_content.totals import TOTAL, with_total
from ntanalytics.subsystems import RULES

ON = date(2026, 11, 20)


def _finding(code: str, label: str, status: Status, value: float = 1.0) -> Finding:
    return Finding(rule=RULES[code], entity=Entity("thing", label, label), status=status, value=value)


DISK = _finding("infra.disk_used", "甲盘", "critical")
RATE = _finding("sms.delivery_rate", "中国联通", "warning")
FINE = _finding("sms.backlog", "网关", "ok")
NOTHING = Dispositions()
OPENED = ON - timedelta(days=2)
STATE = LifecycleState(
    on=ON,
    lifecycles=(
        FindingLifecycle(
            code=DISK.code, entity=DISK.entity, check="磁盘使用率", opened_on=OPENED, begun_on=OPENED, is_older=False,
            confirmed_on=ON, status="critical", value=1.0, format="", worst="critical", change="same",
        ),
    ),
)  # fmt: skip


def test_each_violation_has_its_owner_and_its_deadline_and_a_box_to_tick() -> None:
    shown = open_items(worded([FINE, RATE, DISK], ON), LifecycleState(), NOTHING, is_to_write=True)
    assert [(row["item"], row["owner"], row["due"]) for row in shown.rows] == [
        ("甲盘磁盘使用率", "运维团队", "11月21日前"),
        ("中国联通送达率", "服务供应商", "11月27日前"),
    ]
    assert {row["done"] for row in shown.rows} == {BOX}
    assert {row["noted"] for row in shown.rows} == {""}


def test_what_may_be_but_missing_data_says_so_wherever_it_is_listed() -> None:
    doubtful = DISK.with_details(is_doubtful=True)
    [first, second] = open_items(worded([doubtful, RATE], ON), LifecycleState(), NOTHING).rows
    assert ("数据缺失" in str(first["item"]), "数据缺失" in str(second["item"])) == (True, False)


def test_what_the_desk_decided_stands_beside_it_and_what_is_muted_comes_last() -> None:
    ticket = Disposition(entity="甲盘", check="磁盘使用率", kind="ticketed", noted_on=ON, ticket_no="GD1")
    decided = Dispositions({DISK.identity: ticket}, frozenset({DISK.identity}), frozenset({RATE.identity}))
    shown = open_items(worded([DISK, RATE], ON), LifecycleState(), decided)
    assert [(row["item"], row["handling"]) for row in shown.rows] == [
        ("中国联通送达率", "处置已到期"),
        ("甲盘磁盘使用率", "转工单GD1"),
    ]


@pytest.mark.parametrize(("kind", "due"), [("ticketed", "11月19日前，已逾期"), ("false_alarm", "11月19日前")])
def test_what_is_overdue_is_told_unless_nothing_is_to_be_done(kind: str, due: str) -> None:
    decision = Disposition(entity="甲盘", check="磁盘使用率", kind=kind, noted_on=ON, ticket_no="GD1")
    decided = Dispositions({DISK.identity: decision}, frozenset({DISK.identity}))
    [row] = open_items(worded([DISK], ON, STATE), STATE, decided).rows
    assert row["due"] == due


def test_what_is_due_on_the_last_day_is_not_overdue_on_it() -> None:
    assert not is_overdue(ON, ON)
    assert is_overdue(ON - timedelta(days=1), ON)
    assert Assignment("", ON).due_words(ON) == "11月20日前"


def test_what_an_incident_explains_is_told_with_its_number_its_party_and_its_deadline() -> None:
    incident = DeskIncident(
        number="SJ1",
        subsystem="sms",
        cause="hardware",  # what the rate alone points at is the carrier
        is_crash=False,
        began_at=datetime(2026, 11, 18, 9),
        restored_at=None,
        until_at=datetime(2026, 11, 21),
        explained=(RATE,),
    )
    findings = worded([RATE], ON, assignments=incident_assignments([incident]))
    [row] = open_items(findings, LifecycleState(), NOTHING, [incident]).rows
    assert (row["handling"], row["owner"], row["due"]) == ("SJ1，处置中", "运维团队", "11月25日前")


@pytest.mark.parametrize(("restored_at", "due"), [(None, "11月17日前，已逾期"), (datetime(2026, 11, 11), "11月17日前")])
def test_an_incident_that_is_over_is_not_told_to_be_overdue(restored_at: datetime | None, due: str) -> None:
    began_at = datetime(2026, 11, 10, 9)
    incident = DeskIncident(
        number="SJ1", subsystem="sms", cause="carrier", is_crash=False, began_at=began_at, restored_at=restored_at,
        until_at=datetime(2026, 11, 21), explained=(RATE,),
    )  # fmt: skip
    [item] = worded([RATE], ON, assignments=incident_assignments([incident]))
    assert (item.owner, item.due) == ("服务供应商", due)


def test_where_the_ledger_has_a_gap_nobody_knows_whether_it_is_dealt_with() -> None:
    for incidents, decided in ((None, NOTHING), ((), Dispositions(is_known=False))):
        [row] = open_items(worded([RATE], ON), LifecycleState(), decided, incidents).rows
        assert row["handling"] == "未知"


def test_a_total_is_that_of_the_metric_and_not_the_sum_of_the_rows() -> None:
    groups = figures([{"edition": "party", "active": 5}, {"edition": "wecom", "active": 4}])
    total = FigureRow({"active": 7}, is_complete=False)
    *_, last = with_total(groups, total, "edition")
    assert (last["edition"], last["active"], last.certainty("active")) == (TOTAL, 7, "lower_bound")
    assert with_total(figures([]), total, "edition").items == ()
