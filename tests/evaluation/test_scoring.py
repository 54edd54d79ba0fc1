"""What counts as found, as late, as a false alarm: by hand-made findings and incidents."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from ntanalytics.demo import Incident
from ntanalytics.demo.incidents.kinds import INCIDENT_KINDS
from ntanalytics.demo.local_time import ZONE
from ntanalytics.evaluation.entity_names import is_about, keys_of
from ntanalytics.evaluation.expected import EXPECTED
from ntanalytics.evaluation.inspections import DayFinding
from ntanalytics.evaluation.scoring import Score, by_rule, recall, score
from ntanalytics.evaluation.tables import as_data, tables
from ntanalytics.findings.finding import Entity, subsystem_entity
from ntanalytics.findings.subjects import subject
from ntanalytics.findings.threshold import Status
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


def finding(code: str, entity: Entity, day: dt.date, status: Status = "critical") -> DayFinding:
    return DayFinding(day=day, code=code, entity=entity, status=status, evidence="……。")


def found(code: str, entity: Entity, *days: int, status: Status = "critical") -> list[DayFinding]:
    return [finding(code, entity, november(day), status) for day in days]


def unit(name: str) -> Entity:
    return Entity("unit", name, name)


def scored(findings: list[DayFinding], *planted: Incident, harmless: tuple[Incident, ...] = ()) -> Score:
    return score(1, findings, planted, harmless, FIRST, LAST)


CARRIER = Entity("carrier", "unicom", "中国联通")
OTHER_CARRIER = Entity("carrier", "mobile", "中国移动")
UNICOM = incident("carrier_outage", "sms", "unicom", 10)


def test_a_finding_of_its_subject_finds_an_incident():
    done = scored(found("sms.delivery_rate", CARRIER, 10), UNICOM)
    assert [(each.delay, each.is_in_time, each.severity) for each in done.outcomes] == [(0, True, "异常")]
    assert not done.false_alarms


def test_a_finding_of_another_subject_does_not():
    done = scored(found("sms.delivery_rate", OTHER_CARRIER, 14), UNICOM)
    assert [each.delay for each in done.outcomes] == [None]
    assert [each.finding.entity for each in done.false_alarms] == [OTHER_CARRIER]


def test_severe_ones_may_take_a_day_and_others_three():
    late = incident("overdue_unit", "docexchange", "市公安局", 10, days=8, severity="关注")
    said = found("docexchange.overdue_deliveries", unit("市公安局"), 13, 14, 15)
    assert [each.is_in_time for each in scored(said, late).outcomes] == [True]
    severe = incident("overdue_unit", "docexchange", "市公安局", 10, days=8)
    done = scored(said, severe)
    assert [(each.delay, each.is_in_time) for each in done.outcomes] == [(3, False)]
    assert done.misses == done.outcomes


def test_a_matter_is_one_false_alarm_however_long_it_is_seen():
    done = scored(found("oa.unit_active_change_rate", unit("市妇联"), 3, 4, 5, 9, 10))
    assert [(each.finding.day, each.days) for each in done.false_alarms] == [(november(3), 5)]
    again = scored(found("oa.unit_active_change_rate", unit("市妇联"), 3, 8))
    assert [each.finding.day for each in again.false_alarms] == [november(3), november(8)]


def test_what_was_open_before_is_standing_and_finds_nothing():
    before = [finding("sms.delivery_rate", CARRIER, dt.date(2026, 10, 31), "warning")]
    stays = before + found("sms.delivery_rate", CARRIER, *range(2, 12), status="warning")
    done = scored(stays, UNICOM)
    assert not done.false_alarms
    assert len(done.standing) == 1
    assert [each.delay for each in done.outcomes] == [None]
    worse = before + found("sms.delivery_rate", CARRIER, *range(2, 10), status="warning")
    worse += found("sms.delivery_rate", CARRIER, 10)
    assert [each.delay for each in scored(worse, UNICOM).outcomes] == [0]


def test_what_lets_go_too_late_is_a_false_alarm_that_says_of_what():
    done = scored(found("sms.delivery_rate", CARRIER, 10, 11, 12), UNICOM)
    assert [(each.finding.day, each.why) for each in done.false_alarms] == [
        (november(12), "still open after carrier_outage-10")
    ]
    assert not scored(found("sms.delivery_rate", CARRIER, 10, 11), UNICOM).false_alarms


def test_what_follows_is_no_false_alarm_and_finds_nothing():
    down = incident("service_down", "docexchange", "docexchange", 10)
    done = scored(found("seal.signing_silence", subsystem_entity("seal"), 10), down)
    assert not done.false_alarms
    assert [each.delay for each in done.outcomes] == [None]
    assert [each.code for each in done.outcomes[0].beside] == ["seal.signing_silence"]


def test_surveillance_names_an_incident_by_its_own_subject_alone():
    surge = incident("volume_surge", "sms", "E2002", 10, severity="关注")
    own, part, other = (
        subject("sms.messages", members, "")
        for members in (
            [("application", "12345热线回访")],
            [("carrier", "mobile"), ("application", "12345热线回访")],
            [("application", "公积金服务")],
        )
    )
    named = [
        scored(found("sms.surveillance", entity, 10), surge).outcomes[0].delay
        for entity in (own, part, other, subject("sms.messages", [], ""))
    ]
    assert named == [0, None, None, None]


@pytest.mark.parametrize(
    ("kind", "subsystem", "planted", "dataset", "members", "direction", "is_explained"),
    [
        ("certificates_refused", "ca", "ca", "identity.logins", [("method", "ca")], -1, True),
        ("certificates_refused", "ca", "ca", "identity.logins", [("method", "ca")], 1, False),
        ("certificates_refused", "ca", "ca", "identity.logins", [("method", "password")], -1, False),
        ("certificates_refused", "ca", "ca", "identity.logins", [], -1, False),
        ("expired_in_use", "ca", "personal", "ca.logins", [("outcome", "failure"), ("reason", "expired")], 1, True),
        ("expired_in_use", "ca", "personal", "ca.logins", [("outcome", "failure")], 1, False),
        ("checks_gap", "infra", "zabbix", "infra.checks", [("method", "ping")], -1, True),
        ("checks_gap", "infra", "zabbix", "infra.requests", [], -1, False),
        ("returned_burst", "docexchange", "市数据局", "docexchange.deliveries", [], 1, True),
        ("returned_burst", "docexchange", "市数据局", "docexchange.deliveries", [], -1, False),
        ("returned_burst", "docexchange", "市数据局", "docexchange.deliveries", [("parent", "海门区")], 1, True),
        (
            "returned_burst",
            "docexchange",
            "市数据局",
            "seal.signings",
            [("seal_id", "NT-1"), ("system", "oa")],
            1,
            True,
        ),
        ("returned_burst", "docexchange", "市数据局", "seal.signings", [], 1, False),
        ("method_failing", "identity", "federated", "identity.logins", [("method", "password")], 1, True),
        ("method_failing", "identity", "federated", "identity.logins", [("method", "password")], -1, False),
        ("method_failing", "identity", "federated", "identity.logins", [("terminal", "mobile")], 1, False),
        ("backup_shrunk", "infra", "oa", "infra.backups", [], -1, True),
        ("backup_shrunk", "infra", "oa", "infra.backups", [], 1, False),
        ("unit_closed", "identity", "市妇联", "identity.account_changes", [], 1, True),
        ("adoption_drop", "oa", "市妇联", "oa.activities", [("unit", "市妇联"), ("terminal", "pc")], -1, True),
        ("adoption_drop", "oa", "市妇联", "oa.activities", [("unit", "市妇联"), ("terminal", "pc")], 1, False),
        ("adoption_drop", "oa", "市妇联", "oa.activities", [("unit", "市数据局")], -1, False),
        ("adoption_drop", "oa", "市妇联", "oa.tasks", [("unit", "市妇联")], -1, False),
    ],
)
def test_a_consequence_is_of_the_dataset_the_members_and_the_direction_that_the_kind_causes(
    kind: str,
    subsystem: str,
    planted: str,
    dataset: str,
    members: list[tuple[str, str]],
    direction: int,
    is_explained: bool,
):
    code = f"{dataset.partition('.')[0]}.surveillance"
    counted = replace(finding(code, subject(dataset, members, ""), november(10)), direction=direction)
    done = scored([counted], incident(kind, subsystem, planted, 10, severity="关注"))
    assert [each.delay for each in done.outcomes] == [None], "a consequence names nothing"
    assert bool(done.false_alarms) is not is_explained


def test_surveillance_of_all_logins_names_their_outage_and_of_a_method_does_not():
    outage = incident("login_outage", "identity", "identity", 10)
    whole, part = (subject("identity.logins", members, "") for members in ([], [("method", "password")]))
    named = [scored(found("identity.surveillance", entity, 10), outage).outcomes[0].delay for entity in (whole, part)]
    assert named == [0, None]


def test_a_benign_event_is_named_where_it_raised_something():
    training = incident("training_day", "oa", "市妇联", 12, severity="无")
    done = scored(found("oa.unit_active_change_rate", unit("市妇联"), 12), harmless=(training,))
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
    said = [finding("sms.bill", OTHER_CARRIER, november(day)) for day in (1, 2, 3)]
    done = score(1, said, [bill], [], dt.date(2026, 9, 14), LAST)
    assert [each.delay for each in done.outcomes] == [0]
    assert not done.false_alarms
    early = [finding("sms.bill", OTHER_CARRIER, dt.date(2026, 10, 5))]
    assert len(score(1, early, [bill], [], dt.date(2026, 9, 14), LAST).false_alarms) == 1


def test_the_inspection_of_the_day_before_sees_the_states_of_the_next_morning():
    closed = incident("unit_closed", "identity", "如东县永安镇", 10, days=13, severity="关注")
    done = scored(found("identity.orphan_accounts", unit("如东县永安镇"), *range(9, 23), status="warning"), closed)
    assert [each.delay for each in done.outcomes] == [0]
    assert not done.false_alarms


def test_recall_and_rules_are_counted():
    other = incident("host_down", "infra", "im-app-1", 12)
    done = scored(
        found("sms.delivery_rate", CARRIER, 11) + found("infra.cpu", Entity("host", "oa-app-1", "oa-app-1"), 12),
        UNICOM,
        other,
    )
    seen = recall(done.outcomes)
    assert (seen.incidents, seen.in_time, seen.found, seen.as_severe, seen.delay) == (2, 1, 1, 1, 1)
    counts = {each.code: each for each in by_rule([done], ["sms.delivery_rate", "infra.cpu", "sms.backlog"])}
    assert (counts["sms.delivery_rate"].named, counts["infra.cpu"].false) == (1, 1)
    assert counts["sms.backlog"].precision is None
    totals = {row[""]: row["result"] for row in as_data(tables([done], RULES))["Total"]}  # type: ignore[attr-defined]
    assert (totals["recall of 异常 within 1 day"], totals["false alarms a day"]) == ("0.50", "0.05")


@pytest.mark.parametrize(
    ("key", "name", "is_expected"),
    [
        ("tls://portal.nantong.example:443", "portal.nantong.example", True),
        ("oa-db-1/data", "oa-db-1", True),
        ("oa-files /data/attachments", "oa-files /data/attachments", True),
        ("oa-db-1/data", "oa", False),
        ("portal.nantong.example", "portal", False),
        ("party/mobile", "mobile", False),
        ("市　外办", "市外办", True),
        ("市外办公厅", "市外办", False),
    ],
)
def test_an_entity_is_about_a_key_that_is_the_head_of_its_own(key: str, name: str, is_expected: bool):
    assert is_about(Entity("x", key, key), (name,)) is is_expected


@pytest.mark.parametrize(
    ("planted", "entity"),
    [
        (incident("module_stopped", "oa", "general/meeting_rooms", 10), Entity("module", "general/meeting_rooms", "…")),
        (incident("edition_down", "oa", "wecom", 10), Entity("edition_terminal", "wecom/mobile", "…")),
        (incident("edition_down", "oa", "wecom", 10), Entity("target", "https://wecom.nantong.example/oa/", "…")),
        (incident("login_outage", "identity", "统一身份认证", 10), subsystem_entity("identity")),
        (incident("app_silent", "sso", "seal", 10), Entity("app", "seal", "电子印章")),
        (incident("calls_failing", "docexchange", "协同办公", 10), Entity("caller", "协同办公", "协同办公")),
        (incident("volume_surge", "sms", "E2002", 10), Entity("application", "12345热线回访", "…")),
        (incident("error_burst", "oa", "oa.nantong.example", 10), Entity("service", "oa.nantong.example", "…")),
    ],
)
def test_an_incident_knows_the_entity_of_its_subject(planted: Incident, entity: Entity):
    assert is_about(entity, keys_of(planted))


def test_every_kind_is_expected():
    assert set(EXPECTED) == set(INCIDENT_KINDS)


@pytest.mark.parametrize("kind", sorted(INCIDENT_KINDS))
def test_a_rule_names_every_kind(kind: str):
    expected = EXPECTED[kind]
    keys = {pattern.partition("@")[2] for pattern in expected.named}
    entities = [Entity("x", key or "x", "…") for key in keys]
    given = ((finding(code, entity, FIRST), (entity.key,)) for code in RULES for entity in entities)
    assert any(expected.is_named_by(*each) for each in given)
