"""Surveillance by the engine: a subject is told unless a rule that knows more tells it; over a gap nothing is."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from ntanalytics import contract
from ntanalytics.checks.noticeable import is_felt
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.subjects import members_of
from ntanalytics.subsystems import SUBSYSTEMS, subsystem, word
from tests.subsystems.made import ON, Row, at, days, evaluation, events, hours, judge, table_of

WATCH, SILENT = "sso.surveillance", "sso.app_silence"
APPS = ("portal", "oa", "im", "seal")


def _accesses(silent: str = "", failing: str = "") -> dict[str, pa.Table]:
    """Return some weeks of accesses to four applications; of today one is silent from 10 to 14, one answers nothing."""
    rows = []
    for number, app in enumerate(APPS):
        today = dict.fromkeys(range(10, 14), 0) if app == silent else None
        for row in hours(60 + 20 * number, today, app_id=app):
            is_failing = app == failing and row["day"] == ON and row["slot"] in (14, 15)
            rows.append({**row, "outcome": "failure" if is_failing else "success"})
    return {"sso.accesses": events("sso.accesses", rows)}


def _found(codes: set[str], data: dict[str, pa.Table], **more: object) -> list[Finding]:
    made = evaluation(subsystem("sso"), codes, data, **more)  # type: ignore[arg-type]
    return [finding for finding in made.findings if finding.is_violation]


def test_a_silent_application_is_told_with_its_hours_and_what_is_usual() -> None:
    (finding,) = _found({WATCH}, _accesses(silent="im"))
    assert members_of(finding) == {"app_id": "im"}
    assert finding.window is not None
    assert (finding.window.from_s, finding.window.until_s) == (10 * 3600, 14 * 3600)
    assert finding.figures["seen"] == 0
    assert "10时至14时" in word(finding).evidence


def test_a_rule_that_names_the_application_tells_it_instead() -> None:
    codes = {finding.code for finding in _found({WATCH, SILENT}, _accesses(silent="im"))}
    assert codes == {SILENT}


def test_an_outcome_that_changes_is_told_of_its_application() -> None:
    found = _found({WATCH}, _accesses(failing="seal"))
    assert {"app_id": "seal", "outcome": "failure"} in [dict(members_of(finding)) for finding in found]


def test_an_ordinary_day_has_its_number_alone() -> None:
    (finding,) = evaluation(subsystem("sso"), {WATCH}, _accesses()).findings
    assert (finding.status, finding.entity.key, members_of(finding)) == ("ok", "sso.accesses", {})


def _dwindling(monday: dt.date = ON - dt.timedelta(days=4)) -> dict[str, pa.Table]:
    """Return accesses of which one application loses more on each day of the week, up to three in ten."""
    accesses = _accesses()["sso.accesses"].to_pylist()
    kept = (
        row
        for number, row in enumerate(accesses)
        if row["app_id"] != "im" or row["day"] < monday or number % 20 >= 2 + (row["day"] - monday).days
    )
    return {"sso.accesses": table_of("sso.accesses", kept)}


def test_an_application_that_loses_more_each_day_is_told_since_the_first_of_them() -> None:
    (finding,) = _found({WATCH}, _dwindling())
    assert (members_of(finding), finding.window) == ({"app_id": "im"}, None)
    days = int(finding.figures["days"])
    assert days in (3, 5)
    assert finding.since == ON - dt.timedelta(days=days - 1)
    assert finding.figures["seen"] < 0.85 * float(finding.figures["expected"])
    assert f"近 {days} 个工作日" in word(finding).evidence


@pytest.mark.parametrize(("ahead", "is_told"), [((3, 4, 5), False), ((4, 5, 6), True), ((-5, -4, -3), False)])
def test_nothing_is_said_to_drift_in_the_three_days_before_and_after_a_holiday(
    ahead: tuple[int, ...], is_told: bool
) -> None:
    assert bool(_found({WATCH}, _dwindling(), days_off={ON + dt.timedelta(days=each) for each in ahead})) == is_told


def _lacking(kept: int) -> dict[str, pa.Table]:
    """Return accesses of which one application has some of twenty today, over the whole day."""
    rows = _accesses()["sso.accesses"].to_pylist()
    lacking = (
        row for number, row in enumerate(rows) if (row["app_id"], row["day"]) != ("seal", ON) or number % 20 < kept
    )
    return {"sso.accesses": table_of("sso.accesses", lacking)}


@pytest.mark.parametrize(
    ("kept", "ahead", "is_told"), [(14, (), True), (14, (1, 2, 3), False), (14, (4, 5, 6), True), (6, (1, 2, 3), True)]
)
def test_beside_a_holiday_it_takes_more_than_shifted_work_to_depart(
    kept: int, ahead: tuple[int, ...], is_told: bool
) -> None:
    days_off = {ON + dt.timedelta(days=each) for each in ahead}
    assert bool(_found({WATCH}, _lacking(kept), days_off=days_off)) == is_told


def test_a_day_with_a_gap_is_unknown() -> None:
    (finding,) = evaluation(subsystem("sso"), {WATCH}, _accesses(silent="im"), gaps=(ON,)).findings
    assert (finding.status, finding.unknown, finding.entity.key) == ("unknown", "missing", "sso.accesses")


def test_a_subsystem_without_enough_comparable_days_is_unknown() -> None:
    accesses = _accesses()["sso.accesses"]
    recent = accesses.filter(pc.greater(accesses["day"], ON - dt.timedelta(days=10)))
    (finding,) = evaluation(subsystem("sso"), {WATCH}, {"sso.accesses": recent}).findings
    assert (finding.status, finding.unknown, finding.entity.key) == ("unknown", "short_history", "sso")


def test_every_subsystem_is_watched_without_a_line_of_its_own() -> None:
    watched = {item.id for item in SUBSYSTEMS if any(rule.code == f"{item.id}.surveillance" for rule in item.rules)}
    assert watched == {item.id for item in SUBSYSTEMS} - {"data"}


def _moved(dataset: str, value: str, seen: float, expected: float, share: float = 0.01) -> bool:
    departure = Departure(
        members=(("service", "portal"),),
        value=value,
        direction=1 if seen > expected else -1,
        strength=50.0,
        improbable=50.0,
        hours=(9, 10),
        seen=seen,
        expected=expected,
        share=share,
    )
    return is_felt(contract.dataset(dataset), departure)


def test_a_value_that_nobody_can_notice_is_not_told() -> None:
    latency, size = ("sms.messages", "receipt_latency_s"), ("infra.requests", "size_bytes")
    buckets = ("infra.requests", "duration_bucket")
    # a bucket is a tenth of a power of ten or so: 1 ms and 5 ms; 100 ms and 400 ms
    assert not _moved(*buckets, seen=20.0, expected=5.0)
    # 4 ms and 16 ms: four times as long, and more than 10 ms; 16 ms and 40 ms: less than three times, and 24 ms
    assert _moved(*buckets, seen=29.6, expected=15.0)
    assert not _moved(*buckets, seen=39.2, expected=29.6)
    assert _moved(*buckets, seen=80.0, expected=60.0)
    assert not _moved(*size, seen=math.log1p(300), expected=math.log1p(100))
    assert _moved(*size, seen=math.log1p(3000), expected=math.log1p(100))
    # a level of a host, beside a hundredth: 5 and 6 points; 5 and 7; 5 and 3; 60 and 62; 60 and 64; 1.5 and 0.7
    level = ("infra.metrics", "mean")
    assert not _moved(*level, seen=math.log(0.07), expected=math.log(0.06))
    assert _moved(*level, seen=math.log(0.08), expected=math.log(0.06))
    assert _moved(*level, seen=math.log(0.04), expected=math.log(0.06))
    assert not _moved(*level, seen=math.log(0.63), expected=math.log(0.61))
    assert _moved(*level, seen=math.log(0.65), expected=math.log(0.61))
    assert not _moved(*level, seen=math.log(0.017), expected=math.log(0.025))
    # a few that are answered sooner harm nobody; many may be answered without being worked on
    assert not _moved(*latency, seen=1.0, expected=5.0)
    assert _moved(*latency, seen=1.0, expected=5.0, share=0.2)


def test_a_short_history_beside_a_burst_is_unknown_and_breaks_nothing() -> None:
    seal = subsystem("seal")
    rows = [
        {**row, "operation": "sign", "system": "oa", "outcome": "failure" if row["day"] == ON else "success"}
        for row in hours(30)
    ]
    made = events("seal.signings", rows)
    recent = made.filter(pc.greater(made["day"], ON - dt.timedelta(days=8)))
    codes = {"seal.signing_failures", "seal.surveillance"}
    findings = evaluation(seal, codes, {"seal.signings": recent}).findings
    assert {(finding.code, finding.status) for finding in findings} >= {("seal.surveillance", "unknown")}
    assert any(finding.is_violation for finding in findings)


COUNTIES = ("海安市", "如皋市", "启东市", "海门区", "通州区")


def _portal(persons: int) -> dict[str, pa.Table]:
    """Return four weeks of accesses of many accounts; today some of them open the portal 180 times in two hours."""
    rows = []
    for number in range(20):
        rows += hours(3, account_id=f"a-{number}", app_id=("portal", "oa")[number % 2], outcome="success")
    surge = ({"day": ON, "slot": 14 + number % 2, "account_id": f"b-{number % persons}"} for number in range(20))
    rows += [{**row, "events": 9, "app_id": "portal", "outcome": "success"} for row in surge]
    return {"sso.accesses": events("sso.accesses", rows)}


def test_a_surge_of_many_is_told_and_that_of_one_person_is_not() -> None:
    assert [dict(members_of(finding)) for finding in _found({WATCH}, _portal(persons=20))] == [{"app_id": "portal"}]
    assert _found({WATCH}, _portal(persons=1)) == []


def _attempts(times: int) -> dict[str, pa.Table]:
    """Return weeks of wrong passwords, each person on a day of his own and so many times; today twice as many."""
    rows = [
        {**row, "outcome": "success", "reason": None, "account_id": f"s-{number}"}
        for number, row in enumerate(hours(30, method="password"))
    ]
    slots = (8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
    for row in days():
        persons = 60 // times * (2 if row["day"] == ON else 1) if row["is_working_day"] else 0
        for number in range(persons):
            wrong = {"day": row["day"], "slot": slots[number % 10], "events": times, "method": "password"}
            rows.append(
                {**wrong, "outcome": "failure", "reason": "wrong_password", "account_id": f"{row['day']}-{number}"}
            )
    return {"identity.logins": events("identity.logins", rows)}


def test_a_surge_of_attempts_is_told_unless_each_person_makes_several() -> None:
    """Twice as many as 60 is a likelihood ratio of 23 of single ones, and 4.6 of fives."""
    told = {}
    for times in (1, 5):
        made = evaluation(subsystem("identity"), {"identity.surveillance"}, _attempts(times))
        told[times] = [dict(members_of(finding)) for finding in made.findings if finding.is_violation]
    assert told == {1: [{"outcome": "failure"}], 5: []}


def _deliveries(documents: int) -> dict[str, pa.Table]:
    """Return four weeks of deliveries of single documents; today some documents go to 180 receivers in two hours."""
    rows = []
    for number in range(20):
        rows += hours(3, platform=("traditional", "domestic")[number % 2])
    rows = [{**row, "document_id": f"d-{number}"} for number, row in enumerate(rows)]
    rows += [
        {
            "day": ON,
            "slot": 14 + number % 2,
            "platform": "domestic",
            "document_id": f"e-{number % documents}",
            "events": 9,
        }
        for number in range(20)
    ]
    return {"docexchange.deliveries": events("docexchange.deliveries", rows)}


def test_what_is_sent_to_many_is_told_where_it_is_more_than_a_document_or_two() -> None:
    told = []
    for documents in (20, 2):
        made = evaluation(subsystem("docexchange"), {"docexchange.surveillance"}, _deliveries(documents))
        told.append([dict(members_of(finding)) for finding in made.findings if finding.is_violation])
    assert told == [[{"platform": "domestic"}], []]


def _messages(minutes: int, usual: str = "delivered", **sent: Any) -> dict[str, pa.Table]:
    """Return four weeks of messages of three units; today one sends 180 more within two hours, in some minutes."""
    rows = []
    for number in range(3):
        for row in hours(6, unit=f"u-{number}", outcome="delivered" if number else usual):
            rows += [{**row, "slot": row["slot"] * 60 + minute, "events": 1} for minute in range(int(row["events"]))]
    today = {"day": ON, "unit": "u-0", "outcome": "delivered", **sent}
    step = 120 // minutes
    rows += [{**today, "slot": 8 * 60 + step * number, "events": 180 // minutes} for number in range(minutes)]
    return {"sms.messages": events("sms.messages", rows, slot_s=60, application="oa", carrier="mobile")}


def _sent(data: dict[str, pa.Table]) -> list[Finding]:
    made = evaluation(subsystem("sms"), {"sms.surveillance"}, data)
    return [finding for finding in made.findings if finding.is_violation]


def test_what_is_sent_in_a_minute_or_two_is_one_text_to_many_and_no_surge() -> None:
    [surge] = _sent(_messages(minutes=60))
    assert members_of(surge)["unit"] == "u-0"
    assert _sent(_messages(minutes=2)) == []


def test_a_text_to_many_is_none_where_the_surge_is_named_by_its_success() -> None:
    [surge] = _sent(_messages(60, usual="failed", outcome="delivered"))
    assert members_of(surge).get("outcome") == "delivered"
    assert _sent(_messages(2, usual="failed", outcome="delivered")) == []


def test_what_fails_in_a_minute_is_told_since_nobody_decides_it() -> None:
    told = _sent(_messages(minutes=2, outcome="failed", failure_code="MK:0001"))
    assert any("outcome" in members_of(finding) or "failure_code" in members_of(finding) for finding in told)


def _directory() -> dict[str, list[Row]]:
    """Return five counties with four units of one account each."""
    units: list[Row] = [{"unit_id": county, "unit": county, "is_enabled": True} for county in COUNTIES]
    accounts: list[Row] = []
    for county in COUNTIES:
        for number in range(4):
            name = f"{county}{number}局"
            units.append({"unit_id": name, "unit": name, "parent_id": county, "is_enabled": True})
            accounts.append({"account_id": f"a-{name}", "unit_id": name, "is_enabled": True})
    return {"identity.units": units, "identity.accounts": accounts}


def test_a_county_whose_accounts_stay_away_is_told_although_no_column_names_it() -> None:
    directory, rows = _directory(), list[Row]()
    for account in directory["identity.accounts"]:
        today = dict.fromkeys(range(10, 14), 0) if account["unit_id"].startswith("如皋市") else None
        rows += hours(5, today, account_id=account["account_id"], app_id="oa", outcome="success")
    data = {"sso.accesses": events("sso.accesses", rows), **directory}
    (finding,) = _found({WATCH}, data)
    assert members_of(finding) == {"parent": "如皋市"}
    assert finding.window is not None
    assert finding.window.from_s == 10 * 3600
    assert finding.entity.label == "上级单位 如皋市"


@pytest.mark.parametrize(("persons", "told"), [(4, [{"parent": "如皋市"}]), (1, [])])
def test_a_surge_of_a_county_is_told_unless_one_account_makes_it(persons: int, told: list[dict[str, str]]) -> None:
    directory, rows = _directory(), list[Row]()
    for account in directory["identity.accounts"]:
        is_more = account["unit_id"].startswith("如皋市") and int(account["unit_id"][3]) < persons
        today = dict.fromkeys(range(10, 14), 5 + 48 // persons) if is_more else None
        rows += hours(5, today, account_id=account["account_id"], app_id="oa", outcome="success")
    data = {"sso.accesses": events("sso.accesses", rows), **directory}
    assert [dict(members_of(finding)) for finding in _found({WATCH}, data)] == told


def test_a_county_is_told_and_not_its_units_where_a_column_names_these() -> None:
    directory, rows = _directory(), list[Row]()
    for account in directory["identity.accounts"]:
        today = dict.fromkeys(range(10, 14), 0) if account["unit_id"].startswith("如皋市") else None
        rows += hours(5, today, unit=account["unit_id"], application="oa", carrier="mobile", segments=1)
    data = {"sms.messages": events("sms.messages", rows), "identity.units": directory["identity.units"]}
    found = judge(subsystem("sms"), {"sms.surveillance"}, data)
    assert [dict(members_of(finding)) for finding in found if finding.is_violation] == [{"parent": "如皋市"}]


def test_a_process_that_goes_on_being_begun_and_does_not_end_is_named_by_its_ends() -> None:
    rows = []
    for number, module in enumerate(("documents", "countersign", "bulletins", "notices")):
        for row in hours(6 + number, module=module, edition="general", is_cancelled=False):
            is_standing = module == "countersign" and row["day"] == ON
            rows.append({**row, "finished_at": None if is_standing else at(row["day"], row["slot"] + 0.5)})
    found = judge(subsystem("oa"), {"oa.surveillance"}, {"oa.tasks": events("oa.tasks", rows)})
    (finding,) = [finding for finding in found if finding.is_violation]
    assert members_of(finding) == {"module": "countersign"}
    assert (finding.figures["seen"], finding.details["events"]) == (0, "办理任务办结")


def test_a_unit_that_ends_nothing_is_told_with_the_days_on_which_its_cases_began() -> None:
    rows, since = [], ON - dt.timedelta(days=4)
    for unit in ("海安市", "如皋市", "启东市", "海门区"):
        for row in hours(2, unit=unit, module="documents", edition="general", is_cancelled=False):
            is_standing = unit == "启东市" and row["day"] >= since
            ended = None if is_standing else at(row["day"], row["slot"] + 0.5)
            rows.append({**row, "finished_at": ended, "step": "部门核稿" if is_standing else None})
    found = judge(subsystem("oa"), {"oa.surveillance"}, {"oa.tasks": events("oa.tasks", rows)})
    (finding,) = [finding for finding in found if finding.is_violation]
    assert members_of(finding) == {"unit": "启东市"}
    assert "环节 部门核稿" in word(finding).evidence
    assert (finding.since, finding.details["started_until"]) == (since, (ON - dt.timedelta(days=1)).isoformat())
    assert finding.figures["seen"] == finding.figures["started"] == 4 * 20
    assert "11月16日至11月19日" in word(finding).evidence
    assert "80 条未办结" in word(finding).evidence


STEPS = ("部门核稿", "办公室审核", "领导签批")


@pytest.mark.parametrize(("stuck_at", "step"), [(STEPS[:1], "部门核稿"), (STEPS, "")])
def test_the_step_at_which_what_is_open_beyond_the_usual_waits_is_named(stuck_at: Sequence[str], step: str) -> None:
    rows, since = [], ON - dt.timedelta(days=4)
    for module in ("documents", "countersign", "bulletins", "notices"):
        for place, row in enumerate(hours(6, module=module, edition="general", is_cancelled=False)):
            # a third is always open, at each step alike; and of one module another third
            is_open = place % 3 == 0
            is_stuck = module == "countersign" and row["day"] >= since and place % 3 == 1
            waits = STEPS[place // 3 % 3] if is_open else stuck_at[place // 3 % len(stuck_at)] if is_stuck else None
            rows.append({**row, "finished_at": None if waits else at(row["day"], row["slot"] + 0.5), "step": waits})
    found = judge(subsystem("oa"), {"oa.surveillance"}, {"oa.tasks": events("oa.tasks", rows)})
    finding = next(finding for finding in found if members_of(finding) == {"module": "countersign"})
    assert finding.details.get("step", "") == step
    assert ("停在环节 部门核稿" in word(finding).evidence) == bool(step)


def test_tasks_that_were_given_up_have_ended() -> None:
    rows, since = [], ON - dt.timedelta(days=4)
    for unit in ("海安市", "如皋市", "启东市", "海门区"):
        for row in hours(2, unit=unit, module="documents", edition="general"):
            ended, is_given_up = at(row["day"], row["slot"] + 0.5), unit == "启东市" and row["day"] >= since
            given = {"is_cancelled": is_given_up, "finished_at": None if is_given_up else ended, "changed_at": ended}
            rows.append({**row, **given})
    found = judge(subsystem("oa"), {"oa.surveillance"}, {"oa.tasks": events("oa.tasks", rows)})
    assert not [finding for finding in found if "started" in finding.figures]


def test_documents_of_one_sender_that_nobody_signs_are_told_of_the_sender() -> None:
    documents, deliveries = [], []
    for sender in ("市委办公室", "市政府办公室", "市教育局"):
        for row in hours(1, sender_unit=sender):
            name = f"{sender}-{row['day']}-{row['slot']}"
            sent = at(row["day"], row["slot"])
            documents.append({"document_id": name, "sent_at": sent, "sender_unit": sender, "day": row["day"]})
            is_standing = sender == "市教育局" and row["day"] >= ON - dt.timedelta(days=3)
            signed = None if is_standing else sent + dt.timedelta(hours=1)
            delivery = {"document_id": name, "sent_at": sent, "signed_at": signed, "day": row["day"], "state": "sent"}
            units = ("海安市", "如皋市")
            deliveries += [{**delivery, "delivery_id": f"{name}-{unit}", "receiver_unit": unit} for unit in units]
    data = {
        "docexchange.documents": table_of("docexchange.documents", documents),
        "docexchange.deliveries": table_of("docexchange.deliveries", deliveries),
    }
    found = judge(subsystem("docexchange"), {"docexchange.surveillance"}, data)
    standing = [finding for finding in found if finding.is_violation and "started" in finding.figures]
    assert [dict(members_of(finding)) for finding in standing] == [{"sender_unit": "市教育局"}]
    assert standing[0].entity.label == "发文单位 市教育局"


def _registered(stopped: Sequence[str]) -> list[Finding]:
    """Return what is told where some steps of the deliveries to one platform do not happen on the day."""
    rows = []
    for platform in ("xinchuang", "windows"):
        for row in hours(12, platform=platform, receiver_unit="海安市", state="registered"):
            sent = at(row["day"], row["slot"])
            steps = {"delivered_at": 0.1, "signed_at": 0.2, "registered_at": 0.3}
            done = {step: sent + dt.timedelta(hours=after) for step, after in steps.items()}
            if platform == "xinchuang" and row["day"] == ON:
                done |= dict.fromkeys(stopped, None)
            rows.append({**row, **done})
    data = {"docexchange.deliveries": events("docexchange.deliveries", rows)}
    found = judge(subsystem("docexchange"), {"docexchange.surveillance"}, data)
    return [finding for finding in found if finding.is_violation]


def test_what_is_signed_for_and_not_registered_is_told_of_its_platform() -> None:
    (finding,) = _registered(["registered_at"])
    assert dict(members_of(finding)) == {"platform": "xinchuang"}
    assert (finding.figures["seen"], finding.details["events"]) == (0, "公文送达登记")
    assert "公文送达登记记录 0 条" in word(finding).evidence
    assert "查明未登记的原因" in word(finding).advice
    assert _registered([]) == []


def test_what_waits_at_one_step_is_not_told_of_the_steps_after_it() -> None:
    signed = _registered(["signed_at", "registered_at"])
    assert [finding.details["events"] for finding in signed] == ["公文送达签收"]
    arrived = _registered(["delivered_at", "signed_at", "registered_at"])
    assert [finding.details["events"] for finding in arrived] == ["公文送达（已送达）"]


def test_a_kind_of_tickets_that_nobody_closes_is_told_of_the_service_desk() -> None:
    rows = []
    for category in ("account", "fault", "consulting"):
        for row in hours(1, category=category, subsystem="oa"):
            is_standing = category == "consulting" and row["day"] >= ON - dt.timedelta(days=3)
            rows.append({**row, "closed_at": None if is_standing else at(row["day"], row["slot"] + 0.5)})
    found = judge(subsystem("desk"), {"desk.surveillance"}, {"desk.tickets": events("desk.tickets", rows)})
    (finding,) = [finding for finding in found if finding.is_violation]
    assert members_of(finding) == {"category": "consulting"}
    assert finding.entity.label == "类别 使用咨询"


def test_cases_of_days_before_the_first_extraction_are_no_cohort() -> None:
    """Of three days before it the lake holds what was open alone."""
    young = tuple(ON - dt.timedelta(days=back) for back in (1, 2, 3))
    rows = []
    for category in ("account", "fault", "consulting"):
        for row in hours(1, category=category, subsystem="oa"):
            is_open = row["day"] in young
            rows.append({**row, "closed_at": None if is_open else at(row["day"], row["slot"] + 0.5)})
    data = {"desk.tickets": events("desk.tickets", rows)}
    told = judge(subsystem("desk"), {"desk.surveillance"}, data)
    assert any("started" in finding.figures for finding in told)
    told = judge(subsystem("desk"), {"desk.surveillance"}, data, gaps=young)
    assert not any("started" in finding.figures for finding in told)


def _fund(county: str) -> dict[str, pa.Table]:
    """Return weeks of messages, of which today 40 of one application fail with a code that was never seen."""
    rows = []
    for application in ("公文交换", "公积金服务", "政务办事"):
        for unit in ("甲", "乙"):
            given = {"application": application, "unit": unit, "carrier": "mobile", "segments": 1}
            rows += hours(8, outcome="delivered", **given)
    for slot in (14, 15):
        more = {"day": ON, "slot": slot, "events": 20, "application": "公积金服务", "unit": county, "segments": 1}
        rows.append({**more, "carrier": "mobile", "outcome": "failed", "failure_code": "MK:0012"})
    return {"sms.messages": events("sms.messages", rows)}


def test_a_new_code_of_failures_is_told_with_its_application_and_asks_for_the_errors() -> None:
    found = judge(subsystem("sms"), {"sms.surveillance"}, _fund("甲"))
    (finding,) = [finding for finding in found if finding.is_violation]
    assert {"failure_code": "MK:0012"}.items() <= members_of(finding).items()
    assert "应用 公积金服务" in word(finding).evidence
    assert "报错" in word(finding).advice


def test_messages_that_have_two_parts_for_days_drift_and_one_mailing_does_not() -> None:
    def found(since: dt.date) -> list[Finding]:
        rows = []
        for number, application in enumerate(("公文交换", "12345热线回访", "政务办事", "公积金服务")):
            for row in hours(20 + number, application=application, unit="甲", carrier="mobile", outcome="delivered"):
                is_long = application == "12345热线回访" and row["day"] >= since
                rows.append({**row, "segments": 2 if is_long else 1})
        judged = judge(subsystem("sms"), {"sms.surveillance"}, {"sms.messages": events("sms.messages", rows)})
        return [finding for finding in judged if finding.is_violation]

    (finding,) = found(ON - dt.timedelta(days=4))
    assert (members_of(finding), finding.details["value"]) == ({"application": "12345热线回访"}, "计费条数")
    assert finding.figures["seen"] == pytest.approx(2, rel=0.05)
    assert found(ON) == []


def test_an_application_that_was_switched_off_may_rest() -> None:
    def found(is_enabled: bool) -> list[Finding]:
        data = {**_accesses(), "sso.apps": [_app(name, is_enabled or name != "im") for name in APPS]}
        accesses = [row for row in data["sso.accesses"].to_pylist() if row["app_id"] != "im" or row["day"] != ON]
        return _found({WATCH}, {**data, "sso.accesses": table_of("sso.accesses", accesses)})

    assert [dict(members_of(finding)) for finding in found(is_enabled=True)] == [{"app_id": "im"}]
    assert found(is_enabled=False) == []


def _app(name: str, is_enabled: bool) -> Row:
    return {"app_id": name, "app": name, "is_enabled": is_enabled, "day": ON}


def test_documents_that_one_county_returns_are_told_of_the_county() -> None:
    directory, deliveries = _directory(), []
    for account in directory["identity.accounts"]:
        unit = account["unit_id"]
        for row in hours(1, receiver_unit=unit):
            sent = at(row["day"], row["slot"])
            is_back = unit.startswith("启东市") and row["day"] == ON
            ended = sent + dt.timedelta(minutes=10)
            ends = {"returned_at": ended, "state": "returned"} if is_back else {"signed_at": ended, "state": "signed"}
            deliveries.append({**ends, "receiver_unit": unit, "sent_at": sent, "day": row["day"]})
            deliveries[-1] |= {"delivery_id": f"{unit}-{sent}", "document_id": f"{sent}"}
        # one comes back each week
        for back in (7, 14, 21, 28, 35):
            sent = at(ON - dt.timedelta(days=back), 9.5)
            odd = {"receiver_unit": unit, "sent_at": sent, "day": ON - dt.timedelta(days=back), "state": "returned"}
            deliveries.append({**odd, "returned_at": sent, "delivery_id": f"{unit}+{back}", "document_id": f"{back}"})
    data = {"docexchange.deliveries": table_of("docexchange.deliveries", deliveries), **directory}
    found = judge(subsystem("docexchange"), {"docexchange.surveillance"}, data)
    returned = [finding for finding in found if finding.is_violation and finding.details["events"] == "公文送达退回"]
    assert [dict(members_of(finding)) for finding in returned] == [{"parent": "启东市"}]
    # four units, one delivery an hour each, in eight of the ten hours at least
    assert returned[0].figures["seen"] in (32, 40)


@pytest.mark.parametrize("units", [(), ("市气象局", "市财政局", "市教育局", "市民政局")])
def test_a_unit_that_is_written_otherwise_is_the_same_unit(units: Sequence[str]) -> None:
    """The directory knows it, or there is none; a blank more is the same name."""
    names = ("市气象局", "市财政局", "市教育局", "市民政局")
    rows = [
        {**row, "unit": f"{name} " if name == "市气象局" and row["day"] == ON else name}
        for number, name in enumerate(names)
        for row in hours(60 + 20 * number)
    ]
    listed = [{"unit_id": str(number), "unit": name, "is_enabled": True} for number, name in enumerate(units)]
    data = {
        "sms.messages": events("sms.messages", rows, carrier="telecom", outcome="delivered"),
        "identity.units": table_of("identity.units", listed, day=ON),
    }
    made = evaluation(subsystem("sms"), {"sms.surveillance"}, data)
    assert [members_of(finding) for finding in made.findings if finding.is_violation] == []
    gone = {
        **data,
        "sms.messages": pa.Table.filter(data["sms.messages"], pc.not_equal(data["sms.messages"]["unit"], "市气象局 ")),
    }
    made = evaluation(subsystem("sms"), {"sms.surveillance"}, gone)
    assert [members_of(finding) for finding in made.findings if finding.is_violation] == [{"unit": "市气象局"}]


def _texts(at_night: int) -> dict[str, pa.Table]:
    """Return texts of two units, of which one mails some hundreds on each day, and of today some by night."""
    rows: list[Row] = [*hours(30, unit="甲局"), *hours(20, unit="乙局")]
    for place, row in enumerate(days()):
        mailed = 60 + 45 * (place % 7)
        slot = 9 + place % 8
        rows += [
            {"day": row["day"], "slot": slot + minute / 60, "events": mailed / 60, "unit": "甲局"}
            for minute in range(60)
        ]
    rows += [{"day": ON, "slot": 3 + minute / 60, "events": 1, "unit": "甲局"} for minute in range(at_night)]
    return {"sms.messages": events("sms.messages", rows, application="通知", carrier="mobile", segments=1)}


def test_texts_by_night_are_told_of_a_unit_that_sends_as_many_by_day() -> None:
    made = evaluation(subsystem("sms"), {"sms.surveillance"}, _texts(at_night=36))
    (finding,) = [finding for finding in made.findings if finding.is_violation]
    assert members_of(finding) == {"unit": "甲局"}
    assert word(finding).evidence.startswith("3时至4时 短信记录 36 条，通常没有")


def test_a_few_texts_by_night_are_not_told() -> None:
    made = evaluation(subsystem("sms"), {"sms.surveillance"}, _texts(at_night=15))
    assert not [finding for finding in made.findings if finding.is_violation]
