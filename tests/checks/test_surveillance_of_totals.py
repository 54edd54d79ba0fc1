"""Totals of a day by surveillance: a fall or a surge of all events, how grave it is, and the line of a usual day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pyarrow as pa
import pytest

from ntanalytics.checks.check import DAY
from ntanalytics.checks.site_rules import RETIRED
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Finding, Window
from ntanalytics.findings.subjects import members_of, subject
from ntanalytics.findings.topology import place, places_of
from ntanalytics.periods import Period
from ntanalytics.subsystems import RULES, SUBSYSTEMS, subsystem, word
from tests.subsystems.made import ON, Row, daily, events, judge, subsystem_finding

#: Dataset → columns of its events.
COMMON: dict[str, Row] = {
    "identity.logins": {"method": "password", "outcome": "success"},
    "sso.accesses": {"app_id": "oa", "outcome": "success"},
    "docexchange.documents": {"sender_unit": "市财政局"},
    "seal.signings": {"operation": "sign", "outcome": "success"},
    "ca.logins": {"outcome": "success"},
}


def _table(dataset: str, usual: float, today: float, **more: str) -> pa.Table:
    rows = daily("amount", usual, today)
    rows = [{**row, "slot": 9 + part, "events": (row["amount"] + part) // 5} for row in rows for part in range(5)]
    return events(dataset, rows, **{**COMMON.get(dataset, {}), **more})


def _told(dataset: str, *tables: pa.Table, on: dt.date = ON) -> list[Finding]:
    name = dataset.partition(".")[0]
    data = {dataset: pa.concat_tables(tables)}
    return judge(subsystem(name), [f"{name}.surveillance"], data, period=Period.day(on))


@pytest.mark.parametrize(
    ("dataset", "usual", "today", "status"),
    [
        ("identity.logins", 1200, 750, "critical"),
        ("identity.logins", 1200, 300, "critical"),
        ("sso.accesses", 1200, 750, "critical"),
        ("ca.logins", 1900, 1100, "critical"),
        ("seal.signings", 140, 55, "critical"),
        ("docexchange.documents", 90, 30, "critical"),
        ("docexchange.documents", 90, 220, "warning"),  # twice as many are served
        ("docexchange.documents", 90, 500, "critical"),
    ],
)
def test_a_fall_or_a_surge_of_all_events_is_told(dataset: str, usual: float, today: float, status: str) -> None:
    [finding] = _told(dataset, _table(dataset, usual, today))
    assert (finding.status, finding.figures["seen"]) == (status, today)


@pytest.mark.parametrize(
    ("dataset", "usual", "today"),
    [
        ("identity.logins", 1200, 1150),
        ("sso.accesses", 1200, 1150),
        ("ca.logins", 1900, 1900),
        ("docexchange.documents", 90, 95),
    ],
)
def test_a_usual_day_has_its_number_and_what_is_usual(dataset: str, usual: float, today: float) -> None:
    [finding] = _told(dataset, _table(dataset, usual, today))
    assert (finding.status, finding.value, finding.entity.key) == ("ok", today, dataset)
    assert finding.comparison is not None
    assert finding.comparison.low is not None
    assert finding.comparison.high is not None
    assert finding.comparison.low <= today <= finding.comparison.high
    assert "，通常 " in word(finding).evidence


def test_a_number_just_outside_of_its_range_is_not_called_usual() -> None:
    [usual] = _told("identity.logins", _table("identity.logins", 1200, 1150))
    assert usual.comparison is not None
    assert usual.comparison.low is not None
    assert _told("identity.logins", _table("identity.logins", 1200, round(usual.comparison.low) - 2)) == []


def test_a_saturday_with_a_fifth_of_the_logins_is_usual() -> None:
    saturday = ON - dt.timedelta(days=6)
    [finding] = _told("identity.logins", _table("identity.logins", 1200, 1200), on=saturday)
    assert finding.status == "ok"


def test_more_documents_at_a_months_end_are_usual() -> None:
    """The last two working days of a month have two fifths more: the same on the next month's is no surge."""
    table = daily("amount", 90, 90)
    ends = {row["day"] for row in table if (row["day"].month, row["day"].day) in ((9, 29), (9, 30), (10, 29), (10, 30))}
    rows = [{**row, "events": round(row["amount"] * (1.4 if row["day"] in ends else 1))} for row in table]
    on = max(ends)
    documents = events("docexchange.documents", [row for row in rows if row["day"] <= on], sender_unit="市财政局")
    assert [finding.status for finding in _told("docexchange.documents", documents, on=on)] == ["ok"]


def test_failures_of_one_reason_are_grave_before_they_are_most_of_all() -> None:
    dataset = "identity.logins"
    failed = _table(dataset, 50, 900, outcome="failure", reason="unknown_account")
    mistyped = _table(dataset, 300, 300, outcome="failure", reason="wrong_password")
    found = _told(dataset, _table(dataset, 1000, 1000), mistyped, failed)
    assert ("unknown_account", "critical") in [(members_of(item).get("reason"), item.status) for item in found]


@pytest.mark.parametrize("today", [60, 240])
def test_what_a_service_lacks_is_a_share_of_its_own_requests(today: int) -> None:
    def requests(service: str, usual: int, today: int) -> pa.Table:
        rows = [{**row, "events": 1, "requests": row["amount"]} for row in daily("amount", usual, today)]
        return events("infra.requests", rows, service=service, route="/", method="GET", status=200)

    found = _told("infra.requests", requests("portal", 9500, 9500), requests("exchange", 500, today))
    told = [(members_of(item), item.status) for item in found if item.is_violation]
    assert told == [({"service": "exchange"}, "critical")]


def test_a_route_that_one_service_answers_is_a_matter_of_its_subsystem() -> None:
    def requests(service: str, route: str, usual: int, today: int) -> pa.Table:
        rows = [{**row, "events": 1, "requests": row["amount"]} for row in daily("amount", usual, today)]
        return events("infra.requests", rows, service=service, route=route, method="GET", status=200)

    plain = [requests(service, "/", 5000, 5000) for service in ("portal", "exchange.city.example")]
    own = requests("exchange.city.example", "/api/documents", 900, 3600)
    [risen] = [item for item in _told("infra.requests", *plain, own) if item.is_violation]
    assert members_of(risen) == {"route": "/api/documents"}
    places = places_of([("docexchange", "https://exchange.city.example/")])
    assert place(risen, places) == "docexchange"
    # nine tenths of its events at least
    shared = requests("portal", "/api/documents", 110, 440)
    [risen] = [item for item in _told("infra.requests", *plain, own, shared) if item.is_violation]
    assert (members_of(risen), place(risen, places)) == ({"route": "/api/documents"}, "infra")


@pytest.mark.parametrize("today", [690, 1000])
def test_the_number_of_what_comes_in_bundles_has_no_range(today: int) -> None:
    rows = [{**row, "events": row["amount"]} for row in daily("amount", 1000, today)]
    sent = events("docexchange.deliveries", rows, receiver_unit="市财政局")
    assert [item for item in _told("docexchange.deliveries", sent) if not members_of(item)] == []


def test_hours_without_messages_tell_the_day_that_lacks_them_and_no_surge() -> None:
    lull = subsystem_finding("im.lull", window=Window(ON, 54_000, 57_600))
    fallen, risen = (
        replace(lull, rule=RULES["im.surveillance"], entity=subject("im.messages", (), ""), window=None,
                figures={"seen": seen, "expected": 100.0}, details={"value": ""})
        for seen in (60.0, 200.0)
    )  # fmt: skip
    assert suppress([lull, fallen, risen], subsystem("im").checks, [DAY]) == ([lull, risen], [fallen])


def test_what_a_site_says_of_a_retired_rule_has_a_rule_in_its_place() -> None:
    assert {*RETIRED.values()} <= {*RULES}
    assert not {*RETIRED} & {*RULES}
    assert {code.partition(".")[0] for code in RETIRED} <= {item.id for item in SUBSYSTEMS}


def _city(share: float, of_others: float) -> dict[str, pa.Table]:
    """Return weeks of four datasets; today the logins are a share of the usual, and what else is used another."""
    others = {
        name: _table(name, usual, round(usual * of_others))
        for name, usual in (("sso.accesses", 9000), ("ca.logins", 1900), ("docexchange.documents", 900))
    }
    return {"identity.logins": _table("identity.logins", 12000, round(12000 * share)), **others}


@pytest.mark.parametrize(
    ("share", "of_others", "is_told"),
    [
        (0.84, 1.0, True),
        (0.84, 0.84, False),
        (0.9, 1.0, False),
        (1.15, 1.0, True),
        (1.15, 1.15, False),
        (0.998, 1.0, False),
    ],
)
def test_a_day_a_little_beside_its_range_is_told_unless_everything_is(
    share: float, of_others: float, is_told: bool
) -> None:
    found = judge(subsystem("identity"), ["identity.surveillance"], _city(share, of_others), period=Period.day(ON))
    assert [item.entity.key for item in found if item.is_violation] == ["identity.logins"] * is_told


def test_without_others_a_day_a_little_beside_its_range_has_no_line() -> None:
    assert _told("identity.logins", _table("identity.logins", 12000, 10560)) == []
