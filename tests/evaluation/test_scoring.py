"""What counts as found, as late, as a false alarm: by hand-made findings and incidents."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.demo import Incident
from ntanalytics.demo.incidents.kinds import INCIDENT_KINDS
from ntanalytics.demo.local_time import ZONE
from ntanalytics.evaluation.entity_names import names_entity, names_of
from ntanalytics.evaluation.expected import EXPECTED
from ntanalytics.evaluation.inspections import DayFindings
from ntanalytics.evaluation.scoring import Score, by_rule, recall, score
from ntanalytics.evaluation.tables import as_data
from ntanalytics.findings.finding import State
from ntanalytics.subsystems import RULES

FIRST, LAST = dt.date(2026, 11, 2), dt.date(2026, 11, 22)


def november(day: int) -> dt.date:
    return dt.date(2026, 11, day)


def incident(
    kind: str, subsystem: str, subject: str, day: int, *, days: int = 1, severity: str = "异常", name: str = ""
) -> Incident:
    start = dt.datetime.combine(november(day), dt.time(9), ZONE)
    end = dt.datetime.combine(november(day + days - 1), dt.time(12), ZONE)
    return Incident(
        id=name or f"{kind}-{day}",
        subsystem=subsystem,
        kind=kind,
        subject=subject,
        start=start,
        end=end,
        severity=severity,
        description="…",
    )


def found(code: str, subject: str, *days: int, state: State = "critical") -> list[DayFindings]:
    return [DayFindings(november(day), code, code.partition(".")[0], subject, state, "……。") for day in days]


def scored(findings: list[DayFindings], *incidents: Incident, benign_events: tuple[Incident, ...] = ()) -> Score:
    return score(1, findings, incidents, benign_events, FIRST, LAST)


UNICOM = incident("carrier_outage", "sms", "unicom", 10)


def test_a_finding_of_its_subject_finds_an_incident():
    done = scored(found("sms.delivery_rate", "中国联通", 10), UNICOM)
    assert [(each.delay, each.is_in_time, each.severity) for each in done.outcomes] == [(0, True, "异常")]
    assert not done.false_alarms


def test_a_finding_of_another_subject_does_not():
    done = scored(found("sms.delivery_rate", "中国移动", 14), UNICOM)
    assert [each.delay for each in done.outcomes] == [None]
    assert [each.found.subject for each in done.false_alarms] == ["中国移动"]


def test_severe_ones_may_take_a_day_and_others_three():
    late = incident("overdue_unit", "docexchange", "市公安局", 10, days=8, severity="关注")
    said = found("docexchange.overdue_deliveries", "市公安局", 13, 14, 15)
    assert [each.is_in_time for each in scored(said, late).outcomes] == [True]
    severe = incident("overdue_unit", "docexchange", "市公安局", 10, days=8)
    done = scored(said, severe)
    assert [(each.delay, each.is_in_time) for each in done.outcomes] == [(3, False)]
    assert done.misses == done.outcomes


def test_a_matter_is_one_false_alarm_however_long_it_is_seen():
    done = scored(found("oa.unit_active_change_rate", "市妇联", 3, 4, 5, 9, 10))
    assert [(each.found.day, each.days) for each in done.false_alarms] == [(november(3), 5)]
    again = scored(found("oa.unit_active_change_rate", "市妇联", 3, 8))
    assert [each.found.day for each in again.false_alarms] == [november(3), november(8)]


def test_what_was_open_before_is_standing_and_finds_nothing():
    before = [DayFindings(dt.date(2026, 10, 31), "sms.delivery_rate", "sms", "中国联通", "warning", "……。")]
    stays = before + found("sms.delivery_rate", "中国联通", *range(2, 12), state="warning")
    done = scored(stays, UNICOM)
    assert not done.false_alarms
    assert len(done.standing) == 1
    assert [each.delay for each in done.outcomes] == [None]
    worse = before + found("sms.delivery_rate", "中国联通", *range(2, 10), state="warning")
    worse += found("sms.delivery_rate", "中国联通", 10)
    assert [each.delay for each in scored(worse, UNICOM).outcomes] == [0]


def test_what_lets_go_too_late_is_a_false_alarm_that_says_of_what():
    done = scored(found("sms.delivery_rate", "中国联通", 10, 11, 12), UNICOM)
    assert [(each.found.day, each.why) for each in done.false_alarms] == [
        (november(12), "still open after carrier_outage-10")
    ]
    assert not scored(found("sms.delivery_rate", "中国联通", 10, 11), UNICOM).false_alarms


def test_what_follows_is_no_false_alarm_and_finds_nothing():
    down = incident("service_down", "docexchange", "docexchange", 10)
    done = scored(found("seal.signings_fall", "电子印章", 10), down)
    assert not done.false_alarms
    assert [each.delay for each in done.outcomes] == [None]
    assert [each.code for each in done.outcomes[0].beside] == ["seal.signings_fall"]


def test_a_benign_event_is_named_where_it_raised_something():
    training = incident("training_day", "oa", "市妇联", 12, severity="无")
    done = scored(found("oa.unit_active_change_rate", "市妇联", 12), benign_events=(training,))
    assert [each.why for each in done.false_alarms] == ["training_day 市妇联"]


def test_a_bill_can_be_told_when_its_month_is_over():
    bill = Incident(
        id="bill",
        subsystem="sms",
        kind="bill_difference",
        subject="mobile",
        start=dt.datetime(2026, 10, 1, tzinfo=ZONE),
        end=dt.datetime(2026, 11, 1, tzinfo=ZONE),
        severity="异常",
        description="…",
    )
    said = [DayFindings(november(day), "sms.bill", "sms", "中国移动", "critical", "……。") for day in (1, 2, 3)]
    done = score(1, said, [bill], [], dt.date(2026, 9, 14), LAST)
    assert [each.delay for each in done.outcomes] == [0]
    assert not done.false_alarms
    early = [DayFindings(dt.date(2026, 10, 5), "sms.bill", "sms", "中国移动", "critical", "……。")]
    assert len(score(1, early, [bill], [], dt.date(2026, 9, 14), LAST).false_alarms) == 1


def test_the_inspection_of_the_day_before_sees_the_states_of_the_next_morning():
    closed = incident("unit_closed", "identity", "如东县永安镇", 10, days=13, severity="关注")
    done = scored(found("identity.orphan_accounts", "如东县永安镇", *range(9, 23), state="warning"), closed)
    assert [each.delay for each in done.outcomes] == [0]
    assert not done.false_alarms


def test_recall_and_rules_are_counted():
    other = incident("host_down", "infra", "im-app-1", 12)
    done = scored(found("sms.delivery_rate", "中国联通", 11) + found("infra.cpu", "oa-app-1", 12), UNICOM, other)
    seen = recall(done.outcomes)
    assert (seen.incidents, seen.in_time, seen.found, seen.as_severe, seen.delay) == (2, 1, 1, 1, 1)
    counts = {each.code: each for each in by_rule([done], ["sms.delivery_rate", "infra.cpu", "sms.backlog"])}
    assert (counts["sms.delivery_rate"].named, counts["infra.cpu"].false) == (1, 1)
    assert counts["sms.backlog"].precision is None
    totals = {row[""]: row["result"] for row in as_data([done], RULES)["Total"]}  # type: ignore[attr-defined]
    assert (totals["recall of 异常 within 1 day"], totals["false alarms a day"]) == ("0.50", "0.05")


def test_a_name_stands_by_itself():
    assert names_entity("tls://portal.nantong.example:443", ("portal.nantong.example",))
    assert names_entity("oa-db-1 /data", ("oa-db-1",))
    assert not names_entity("oa-db-1 /data", ("oa",))
    assert not names_entity("portal.nantong.example", ("portal",))
    meeting = incident("module_stopped", "oa", "general/meeting_rooms", 10)
    assert names_entity("通用版·会议室管理", names_of(meeting))


def test_every_kind_is_expected():
    assert set(EXPECTED) == set(INCIDENT_KINDS)


@pytest.mark.parametrize("kind", sorted(INCIDENT_KINDS))
def test_a_rule_names_every_kind(kind: str):
    expected = EXPECTED[kind]
    words = " ".join(each.partition("@")[2] for each in expected.named)
    codes = [*RULES, "infra.problems", "infra.reachable", "desk.checks"]
    assert any(expected.is_named_by(code, words or "x", (words or "x",)) for code in codes)
