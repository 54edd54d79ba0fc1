"""Decisions of the desk: which hold, which mute, and which have expired."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.findings.dispositions import Disposition, judge_dispositions
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.lifecycle import LifecycleState, ObservedDay, follow_lifecycles, observe
from ntanalytics.subsystems import RULES

DISK = RULES["infra.disk_used"]
ON = date(2026, 11, 18)
FULL = Finding(
    rule=DISK,
    entity=Entity("disk", "oa-db-1/data", "oa-db-1 /data"),
    status="warning",
    value=0.9,
    since=date(2026, 11, 10),
)
TICKET = Disposition(
    entity="oa-db-1 /data", check="磁盘使用率", kind="ticketed", noted_on=date(2026, 11, 12), ticket_no="GD1"
)
NO_PAST = LifecycleState()


def _inspected(day: int, *findings: Finding) -> ObservedDay:
    return observe(date(2026, 11, day), findings, [DISK.code], is_working_day=True)


def _muted(decision: Disposition, finding: Finding = FULL, state: LifecycleState = NO_PAST) -> bool:
    return finding.identity in judge_dispositions([finding], [decision], ON, state).muted


def test_a_decision_mutes_its_finding_and_no_other() -> None:
    other = replace(FULL, entity=Entity("disk", "sms-db-1/data", "sms-db-1 /data"))
    judged = judge_dispositions([FULL, other], [TICKET], ON, NO_PAST)
    assert judged.muted == {FULL.identity}
    assert judged.by_identity[FULL.identity].ticket_no == "GD1"


def test_a_decision_that_has_expired_brings_its_finding_back() -> None:
    last_day = replace(TICKET, kind="known", until_on=ON)
    assert _muted(last_day)
    judged = judge_dispositions([FULL], [replace(last_day, until_on=date(2026, 11, 17))], ON, NO_PAST)
    assert not judged.muted
    assert judged.expired == {FULL.identity}


def test_a_finding_that_began_after_the_decision_is_another_event() -> None:
    assert not _muted(TICKET, replace(FULL, since=date(2026, 11, 13)))
    came_back = follow_lifecycles(
        [_inspected(10, FULL), _inspected(11), _inspected(17), _inspected(18, replace(FULL, since=ON))]
    )
    assert not _muted(TICKET, replace(FULL, since=ON), came_back)


def test_a_decision_holds_for_a_finding_that_may_have_begun_before_it() -> None:
    assert _muted(TICKET, replace(FULL, since=ON, since_is_bound=True))


def test_a_finding_that_is_worse_is_told_whatever_was_decided() -> None:
    lasting = follow_lifecycles([_inspected(17, FULL), _inspected(18, FULL)])
    worse = follow_lifecycles([_inspected(17, FULL), _inspected(18, replace(FULL, status="critical"))])
    assert _muted(TICKET, FULL, lasting)
    assert not _muted(TICKET, replace(FULL, status="critical"), worse)


def test_the_latest_decision_counts_and_none_of_tomorrow() -> None:
    false_alarm = replace(TICKET, kind="false_alarm", noted_on=date(2026, 11, 15))
    judged = judge_dispositions([FULL], [false_alarm, TICKET], ON, NO_PAST)
    assert judged.by_identity[FULL.identity].kind == "false_alarm"
    assert not _muted(replace(TICKET, noted_on=date(2026, 11, 19)))


@given(
    noted=st.dates(date(2026, 10, 1), date(2026, 12, 31)),
    until=st.none() | st.dates(date(2026, 10, 1), date(2026, 12, 31)),
)
def test_what_is_muted_was_decided_before_and_has_not_expired(noted: date, until: date | None) -> None:
    decision = replace(TICKET, noted_on=noted, until_on=until)
    if _muted(decision):
        assert noted <= ON
        assert until is None or until >= ON
        assert FULL.since is not None
        assert FULL.since <= noted


def test_what_is_in_order_needs_no_decision() -> None:
    fine = replace(FULL, status="ok")
    assert not judge_dispositions([fine], [TICKET], ON, NO_PAST).by_identity
