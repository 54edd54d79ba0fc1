"""What a finding is to a damage: its very subject, a wider one that the damage explains, or neither; and the oracle.

Two routes of one service have 100 and 300 requests a day, each by two methods; another service has 1000.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import ibis
import pyarrow as pa
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.evaluation.mutations.damages import damage
from ntanalytics.evaluation.mutations.drawing import smallest
from ntanalytics.evaluation.mutations.judging import Alert
from ntanalytics.evaluation.mutations.mutation import Mutation
from ntanalytics.evaluation.mutations.oracle import oracle_day
from ntanalytics.evaluation.mutations.scoring import inspected_days, match_of, match_of_alert, says_what_happened
from ntanalytics.evaluation.mutations.series import DamagedRows, DamageSize, departures, rows_of_first_day, strongest
from ntanalytics.evaluation.mutations.shape import shape_of
from ntanalytics.evaluation.mutations.subjects import MemberNames, Subject, implied, subject_members
from ntanalytics.findings.finding import Entity

ZONE = dt.timezone(dt.timedelta(hours=8))
LAST = dt.date(2026, 11, 20)
DAYS = [LAST - dt.timedelta(days=number) for number in range(41, -1, -1)]
USUAL = {("oa", "/a"): 100, ("oa", "/b"): 300, ("im", "/c"): 1000}
CUT = Mutation(
    number=1, dataset="infra.requests", members={"route": "/a"}, kind="cut", quantity="events",
    begins_at=dt.datetime.combine(LAST, dt.time(), ZONE), size=1.0, seed=1,
    ends_at=dt.datetime.combine(LAST + dt.timedelta(days=1), dt.time(), ZONE),
)  # fmt: skip


def requests(day: dt.date, service: str, route: str, count: int) -> list[dict[str, object]]:
    moment = dt.datetime.combine(day, dt.time(10), ZONE)
    shared = {"minute_at": moment, "service": service, "route": route, "status": 200, "size_bytes": 0}
    return [
        {**shared, "method": method, "requests": count // 2, "source": "web", "day": day} for method in ("GET", "POST")
    ]


def given(fallen_by: int = 0) -> DamagedRows:
    """The rows; on the last day the other route of the service has fewer requests anyhow."""
    rows = []
    for number, day in enumerate(DAYS):
        for (service, route), usual in USUAL.items():
            is_fallen = day == LAST and route == "/b"
            rows += requests(day, service, route, usual + number % 3 * 2 - (fallen_by if is_fallen else 0))
    schema = pa.schema([field.with_nullable(True) for field in DATASETS["infra.requests"].schema()])
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET TimeZone = 'UTC'")
    connection.con.register("requests", pa.Table.from_pylist(rows, schema=schema))
    table = connection.table("requests")
    calendar = [{"day": day, "is_working_day": day.weekday() < 5, "label": ""} for day in DAYS]
    return DamagedRows(untouched=table, damaged=damage(table, CUT, 8), calendar=calendar, offset_h=8)


@pytest.fixture(scope="module")
def alone() -> DamagedRows:
    return given()


@pytest.mark.parametrize(
    ("members", "match"),
    [
        ({"route": "/a"}, "right"),
        ({"route": "/a", "service": "oa"}, "right"),  # the same events
        ({"service": "oa"}, "wider"),  # 100 of 100 that it lacks
        ({"route": "/a", "method": "GET"}, "wrong"),  # narrower
        ({"route": "/b"}, "wrong"),  # beside it
        ({"service": "im"}, "wrong"),
    ],
)
def test_a_finding_counts_with_the_very_subject_or_a_wider_one(alone: DamagedRows, members: Any, match: str):
    assert match_of(alone, CUT, members, LAST) == match


def test_a_wider_subject_counts_only_where_the_damage_explains_half_of_it():
    assert match_of(given(fallen_by=80), CUT, {"service": "oa"}, LAST) == "wider"  # 100 of 180
    assert match_of(given(fallen_by=150), CUT, {"service": "oa"}, LAST) == "wrong"  # 100 of 250


@pytest.mark.parametrize(
    ("kind", "members", "match"),
    [
        ("failure", {"route": "/a", "status": "503"}, "right"),
        ("failure", {"route": "/b", "status": "503"}, "wrong"),
        ("failure", {"route": "/a", "status": "200"}, "right"),  # all of its requests were answered with 200
        ("failure", {"route": "/a", "status": "404"}, "wrong"),  # which is no failure of the server
        ("cut", {"route": "/a", "status": "503"}, "wrong"),
    ],
)
def test_of_failures_the_outcome_is_no_part_of_the_subject(alone: DamagedRows, kind: Any, members: Any, match: str):
    assert match_of(alone, replace(CUT, kind=kind), members, LAST) == match


@pytest.mark.parametrize(
    ("dimension", "member", "is_what"),
    [("outcome", "failure", True), ("outcome", "success", False), ("reason", "locked", True), ("method", "ca", False)],
)
def test_how_events_failed_is_their_outcome_and_its_reason(dimension: str, member: str, is_what: bool):
    assert says_what_happened(shape_of("identity.logins"), dimension, member) is is_what


@pytest.mark.parametrize(
    ("members", "part", "match"),
    [
        ({"service": "oa"}, {"route": "/a"}, "named"),
        ({"service": "oa"}, {"route": "/a", "method": "GET"}, "wider"),  # a part of the damaged members
        ({"service": "oa"}, {"route": "/b"}, "wider"),
        ({"service": "im"}, {"route": "/a"}, "wrong"),  # a part of something else
        ({"route": "/a"}, {"route": "/a", "method": "GET"}, "right"),
    ],
)
def test_a_wider_finding_that_names_the_damaged_part_is_of_the_very_subject(
    alone: DamagedRows, members: Any, part: Any, match: str
):
    subject, named = (
        Subject(frozenset({"infra.requests"}), Entity("subject", "", ""), chosen) for chosen in (members, part)
    )
    known = MemberNames({"route": "/a"}, {"route": frozenset({"/a"})})
    alert = Alert(code="infra.surveillance", subject=subject, part=named, status="warning", evidence="")
    assert match_of_alert(alone, CUT, known, alert, LAST) == match


def test_nothing_counts_before_the_damage(alone: DamagedRows):
    assert match_of(alone, CUT, {"route": "/a"}, LAST - dt.timedelta(days=1)) == "wrong"


def test_what_the_members_imply_is_known_and_left_out_of_the_smallest_subject(alone: DamagedRows):
    shape, rows = shape_of("infra.requests"), rows_of_first_day(alone.untouched, CUT, 8)
    assert implied(rows, shape, {"route": "/a"}) == {"route": "/a", "service": "oa"}
    assert smallest(rows, shape, {"route": "/a", "service": "oa"}) == {"route": "/a"}
    assert smallest(rows, shape, {"method": "GET", "service": "oa"}) == {"method": "GET", "service": "oa"}


KNOWN = MemberNames(
    {"edition": "party", "module": "mail", "unit": "市　外办"},
    {"edition": frozenset({"party"}), "module": frozenset({"mail"}), "unit": frozenset({"市　外办", "市外办"})},
)


@pytest.mark.parametrize(
    ("kind", "key", "members"),
    [
        ("edition", "party", {"edition": "party"}),
        ("module", "party/mail", {"edition": "party", "module": "mail"}),
        ("unit", "市外办", {"unit": "市　外办"}),  # our name of it
        ("subsystem", "oa", {}),
        ("module", "party/notices", None),
        ("edition", "government", None),
        ("subsystem", "sms", None),
    ],
)
def test_the_key_of_an_entity_tells_the_damaged_members(kind: str, key: str, members: Any):
    subject = Subject(frozenset({"oa.activities"}), Entity(kind, key, key), None)
    assert subject_members(subject, "oa.activities", KNOWN) == members
    assert subject_members(subject, "sms.messages", KNOWN) is None, "another dataset"


def test_members_in_the_details_are_taken_at_their_word():
    subject = Subject(frozenset({"oa.activities"}), Entity("series", "any", ""), {"unit": "市外办", "module": "cars"})
    assert subject_members(subject, "oa.activities", KNOWN) == {"unit": "市　外办", "module": "cars"}


def test_the_oracle_tells_the_day_on_which_the_series_leaves_its_range(alone: DamagedRows):
    (cut,) = alone.departures(CUT, CUT.members)
    assert (cut.before, cut.after) == (104.0, 0.0)
    assert cut.effect == -104 / cut.half_width
    assert oracle_day([cut]) == LAST
    whole = departures(dict.fromkeys(DAYS, 1000.0), dict.fromkeys(DAYS, 1000.0), alone.calendar, CUT)
    assert oracle_day(whole) is None


def test_days_that_say_the_same_are_taken_together():
    """Two days of 0.8 half-widths are 1.6 / √2 = 1.13; one up and one down are nothing."""
    first, second = (DamageSize(day, 100.0, 10.0, 100.0, 92.0) for day in DAYS[:2])
    back = DamageSize(DAYS[1], 100.0, 10.0, 100.0, 108.0)
    assert oracle_day([first]) is None
    assert oracle_day([first, second]) == DAYS[1]
    assert oracle_day([first, back]) is None
    assert strongest([-0.8, -0.8]) == pytest.approx(1.6 / 2**0.5)
    assert DamageSize(DAYS[0], 100.0, 10.0, 90.0, 80.0).explained == 0.5


def test_a_damage_is_inspected_on_its_days_and_one_after_within_the_estate():
    assert inspected_days(CUT, LAST + dt.timedelta(days=5)) == [LAST, LAST + dt.timedelta(days=1)]
    assert inspected_days(CUT, LAST) == [LAST]
