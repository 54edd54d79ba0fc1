"""Findings, their entities and windows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from ntanalytics.findings.finding import Entity, Finding, Window, count_by_status, ranked, subsystem_entity, violations
from ntanalytics.findings.threshold import Status
from ntanalytics.subsystems import RULES

STATUSES: tuple[Status, ...] = ("ok", "unknown", "critical", "warning")
ON = dt.date(2026, 11, 20)


def _finding(status: Status, key: str = "unicom") -> Finding:
    return Finding(rule=RULES["sms.delivery_rate"], entity=Entity("carrier", key, "中国联通"), status=status)


def test_violations_come_first_and_the_rest_keeps_its_order() -> None:
    findings = [_finding(status) for status in STATUSES]
    assert [finding.status for finding in ranked(findings)] == ["critical", "warning", "unknown", "ok"]
    assert [finding.status for finding in violations(findings)] == ["critical", "warning"]
    assert [finding.entity.key for finding in ranked([_finding("ok", "b"), _finding("ok", "a")])] == ["b", "a"]


def test_what_its_day_did_not_call_for_is_no_check_in_order() -> None:
    unjudged = replace(_finding("ok"), is_applicable=False)
    assert count_by_status([_finding("ok"), unjudged, _finding("unknown")]) == {
        "critical": 0, "warning": 0, "unknown": 1, "ok": 1,
    }  # fmt: skip


def test_findings_are_counted_by_status_zeros_included() -> None:
    counted = count_by_status([_finding("ok"), _finding("critical"), _finding("ok")])
    assert list(counted.items()) == [("critical", 1), ("warning", 0), ("unknown", 0), ("ok", 2)]


def test_the_identity_is_rule_and_entity_without_label() -> None:
    finding = _finding("ok")
    assert finding.identity == "sms.delivery_rate:carrier/unicom"
    assert finding.entity == Entity("carrier", "unicom", "联通")
    assert subsystem_entity("sms").identity == "subsystem/sms"


def test_a_part_begins_with_the_whole_key_of_its_whole() -> None:
    party = Entity("edition", "party", "市委版")
    assert Entity("module", "party/meeting", "会议").is_part_of(party)
    assert party.is_part_of(party)
    assert not Entity("module", "party2/meeting", "会议").is_part_of(party)
    assert not party.is_part_of(Entity("module", "party/meeting", "会议"))


def test_windows_of_two_days_overlap_across_midnight() -> None:
    night = Window(ON, 82_800, 93_600)  # from 23:00 to 02:00
    assert night.length_s == 10_800
    assert night.overlap_s(Window(ON + dt.timedelta(days=1), 3600, 10_800)) == 3600
    assert night.overlap_s(Window(ON, 0, 79_200)) == -3600


def test_figures_and_details_are_added_to_those_that_there_are() -> None:
    finding = _finding("warning").with_figures(count=3.0).with_figures(usual=1.0).with_details(day="2026-11-20")
    assert dict(finding.figures) == {"count": 3.0, "usual": 1.0}
    assert dict(finding.details) == {"day": "2026-11-20"}
    assert finding.since_day(None, is_bound=True).since_is_bound is False
