"""The script that a seed draws: what is planted, where, and how large; and that the default seed's is as it was."""

import datetime as dt
import hashlib
import json
from functools import cache

import pytest

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.demo.incidents.incident import SHAPES, Incident
from ntanalytics.demo.incidents.kinds import BENIGN_KINDS, INCIDENT_KINDS
from ntanalytics.demo.incidents.planning import benign_events, plan_incidents
from ntanalytics.demo.local_time import ZONE
from ntanalytics.demo.population.units import UNITS
from ntanalytics.periods import Calendar

UNTIL = dt.date(2026, 11, 22)
FIRST, LONGER = UNTIL - dt.timedelta(days=69), UNTIL - dt.timedelta(days=97)
SEEDS = (1, 7, 11, 42, 2026, 987654321)
#: Kinds that last and hide nothing: a bill is of a month, a unit stays closed.
STATES = {"bill_difference", "disk_filling", "seal_untested", "unit_closed", "old_client", "certificates_expiring"}
#: What takes a subsystem down, and what would not be seen then.
DOWN = {"service_down", "planned_maintenance"}
SHORT = {
    "calls_failing", "returned_burst", "module_stopped", "edition_down", "tasks_stuck", "error_burst", "slow_responses",
}  # fmt: skip


@cache
def drawn(seed: int, first: dt.date = FIRST) -> tuple[Incident, ...]:
    return plan_incidents(Calendar(), first, UNTIL, seed=seed)


@cache
def alike(seed: int, first: dt.date = FIRST) -> tuple[Incident, ...]:
    return benign_events(Calendar(), first, UNTIL, seed=seed)


def test_the_default_seed_has_the_script_that_it_has_always_had():
    records = [incident.record() for incident in plan_incidents(Calendar(), FIRST, UNTIL)]
    told = [{name: value for name, value in each.items() if name not in ("size", "shape")} for each in records]
    digest = hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()
    assert digest == "870b21de3b8fc8807ede52606fa856b8112300fa1f2b3725615fdad8314c95eb"
    assert benign_events(Calendar(), FIRST, UNTIL) == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_draws_every_kind_once_or_twice_and_each_has_its_own_name(seed: int):
    kinds = [incident.kind for incident in drawn(seed)]
    assert set(kinds) == set(INCIDENT_KINDS)
    assert 45 <= len(kinds) <= 62
    assert max(kinds.count(kind) for kind in INCIDENT_KINDS) == 2 + (kinds.count("service_down") == 3)
    assert {each.kind for each in alike(seed)} == set(BENIGN_KINDS)
    assert {incident.subsystem for incident in drawn(seed)} == set(SUBSYSTEMS)
    names = [each.id for each in (*drawn(seed), *alike(seed))]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("seed", SEEDS)
def test_they_lie_within_the_span_and_none_in_its_first_week(seed: int):
    begins = dt.datetime.combine(FIRST + dt.timedelta(days=7), dt.time(), ZONE)
    ends = dt.datetime.combine(UNTIL + dt.timedelta(days=1), dt.time(), ZONE)
    assert all(begins <= each.start < each.end <= ends for each in drawn(seed) if each.kind != "bill_difference")
    assert all(begins <= each.start < each.end for each in alike(seed) if each.kind != "month_end_peak")


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_of_a_subject_are_there_at_the_same_time(seed: int):
    planted = [each for each in (*drawn(seed), *alike(seed)) if each.kind not in {*STATES, "month_end_peak"}]
    for number, one in enumerate(planted):
        for other in planted[number + 1 :]:
            if one.start < other.end and other.start < one.end:
                assert (one.subsystem, one.subject) != (other.subsystem, other.subject)
                # nor does a unit stay away while it is to be seen signing for nothing
                assert one.subject != other.subject or one.subject not in UNITS
                # and what is down as a whole does nothing else
                assert one.kind not in DOWN or other.kind not in SHORT or one.subject != other.subsystem
                assert other.kind not in DOWN or one.kind not in SHORT or other.subject != one.subsystem


@pytest.mark.parametrize("seed", SEEDS)
def test_the_severity_follows_from_the_size_and_a_few_are_barely_visible(seed: int):
    faint = [incident for incident in drawn(seed) if incident.is_faint]
    assert len(drawn(seed)) / 8 < len(faint) < len(drawn(seed)) / 4
    assert {incident.severity for incident in faint} == {"关注"}
    assert {incident.severity for incident in drawn(seed)} == {"关注", "异常"}
    assert {each.severity for each in alike(seed)} == {"无"}
    for kind, record in INCIDENT_KINDS.items():
        sizes = {
            grade: [each.size for each in drawn(seed) if (each.kind, each.severity) == (kind, grade)]
            for grade in ("关注", "异常")
        }
        if record.measure != "days for which it is good on the first day" and kind != "disk_filling":
            assert max(sizes["关注"], default=0) < min(sizes["异常"], default=1e9), kind


def test_the_sentence_says_the_size_that_was_drawn():
    for seed in SEEDS:
        for each in drawn(seed):
            measure = INCIDENT_KINDS[each.kind].measure
            if measure.startswith("share"):
                assert f"{each.size * 100:.3g}%" in each.description
            elif measure.startswith("times"):
                assert f"{each.size:g}倍" in each.description
            elif measure in ("attempts", "seals", "tickets", "days"):
                assert f"{each.size:g}" in each.description or each.kind == "attendance_gap"
            assert each.description.endswith("。")
            assert "{" not in each.description


def test_two_seeds_have_two_scripts_and_one_seed_has_one():
    assert drawn(7) == plan_incidents(Calendar(), FIRST, UNTIL, seed=7)
    told = [{(each.kind, each.subject, each.start, each.size) for each in drawn(seed)} for seed in SEEDS]
    assert all(len(one & other) < 8 for n, one in enumerate(told) for other in told[n + 1 :])
    sizes = {each.size for seed in SEEDS for each in drawn(seed) if each.kind == "carrier_outage"}
    assert len(sizes) > len(SEEDS)
    assert {each.shape for seed in SEEDS for each in drawn(seed)} == set(SHAPES)


def test_a_longer_estate_has_the_same_incidents_and_before_them_but_the_months_ends():
    assert drawn(7, LONGER) == drawn(7)
    more = set(alike(7, LONGER)) - set(alike(7))
    assert {(each.kind, each.day) for each in more} == {("month_end_peak", dt.date(2026, 8, 28))}
    assert plan_incidents(Calendar(), LONGER, UNTIL) == plan_incidents(Calendar(), FIRST, UNTIL)


def test_a_shorter_estate_has_those_that_are_not_over_before_it():
    first = UNTIL - dt.timedelta(days=13)
    begins = dt.datetime.combine(first, dt.time(), ZONE)
    expected = [each for each in drawn(7) if each.end > begins and each.kind != "bill_difference"]
    assert [*drawn(7, first)] == expected
