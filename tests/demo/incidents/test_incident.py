import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.demo.incidents.default_script import SCRIPT
from ntanalytics.demo.incidents.incident import Incident, billed_months
from ntanalytics.demo.incidents.kinds import INCIDENT_KINDS, KINDS
from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.local_time import ZONE, moment
from ntanalytics.periods import Calendar

UNTIL = dt.date(2026, 11, 22)


def test_they_lie_on_known_working_days_before_the_last():
    incidents = plan_incidents(Calendar(), dt.date(2026, 9, 14), UNTIL)
    known = {
        "bill-unicom": "2026-10-01",
        "backlog-telecom": "2026-11-12",
        "attendance-gap": "2026-11-13",
        "slow-oa": "2026-11-17",
        "outage-unicom": "2026-11-18",
        "check-cooling": "2026-11-20",
        "errors-portal": "2026-11-20",
        "tickets-overdue": "2026-11-20",
    }
    assert known.items() <= {incident.id: incident.day.isoformat() for incident in incidents}.items()


def test_every_kind_is_planted_in_every_subsystem():
    incidents = plan_incidents(Calendar(), dt.date(2026, 9, 14), UNTIL)
    assert {incident.kind for incident in incidents} == set(INCIDENT_KINDS)
    assert {incident.subsystem for incident in incidents} == set(SUBSYSTEMS)
    assert len({incident.id for incident in incidents}) == len(incidents) >= 25
    assert all(incident.start < incident.end for incident in incidents)


def test_one_that_lasts_ends_with_the_estate_at_the_latest():
    incidents = {incident.id: incident for incident in plan_incidents(Calendar(), dt.date(2026, 9, 14), UNTIL)}
    assert incidents["disk-oa-db"].end == dt.datetime(2026, 11, 23, tzinfo=ZONE)
    assert incidents["backup-missing"].start == dt.datetime(2026, 11, 18, tzinfo=ZONE)  # a day before the 19th


def test_those_that_were_over_before_the_first_day_are_left_out():
    incidents = plan_incidents(Calendar(), dt.date(2026, 11, 19), UNTIL)
    assert {incident.day for incident in incidents if not lasting(incident)} == {UNTIL - dt.timedelta(days=2)}


def test_one_that_goes_on_has_begun_when_it_has_in_a_longer_estate():
    longer = {incident.id: incident for incident in plan_incidents(Calendar(), dt.date(2026, 9, 14), UNTIL)}
    shorter = {incident.id: incident for incident in plan_incidents(Calendar(), dt.date(2026, 11, 19), UNTIL)}
    assert all(longer[name] == incident for name, incident in shorter.items())
    assert {"adoption-drop", "disk-oa-db", "im-old-client"} <= set(shorter)
    assert set(longer) - set(shorter) >= {"outage-unicom", "im-stopped"}


def test_days_without_a_working_day_have_only_what_goes_on():
    assert [
        each.id for each in plan_incidents(Calendar(), dt.date(2026, 10, 3), dt.date(2026, 10, 4)) if not lasting(each)
    ] == []


def lasting(incident: Incident) -> bool:
    """Whether the script lets the incident begin or end on another day than its own."""
    return any(entry.id == incident.id and (entry.days_before or entry.days_after != 0) for entry in SCRIPT)


def test_only_whole_months_are_billed():
    assert [month.text for month in billed_months(dt.date(2026, 9, 1), UNTIL)] == ["2026-09", "2026-10"]
    assert [month.text for month in billed_months(dt.date(2026, 9, 2), dt.date(2026, 10, 31))] == ["2026-10"]
    assert billed_months(dt.date(2026, 11, 2), UNTIL) == []


def test_an_incident_knows_its_part_of_a_day():
    outage = next(
        item for item in plan_incidents(Calendar(), dt.date(2026, 9, 14), UNTIL) if item.id == "outage-unicom"
    )
    assert outage.span_ms(dt.date(2026, 11, 18)) == ((9 * 60 + 12) * 60_000, (12 * 60 + 42) * 60_000)
    assert outage.span_ms(dt.date(2026, 11, 19)) == (0, 0)
    assert outage.start == dt.datetime(2026, 11, 18, 9, 12, tzinfo=ZONE)


def test_the_document_lists_every_kind_as_the_script_describes_it():
    document = Path(__file__).parents[3] / "docs" / "demo.md"
    rows = [line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.count(" | ") == 2] == [
        f"| `{kind.id}` | {kind.effect} | {kind.measure} |" for kind in KINDS.values()
    ]


def test_every_kind_is_measured_and_one_that_lasts_by_its_time():
    incidents = {incident.id: incident for incident in plan_incidents(Calendar(), dt.date(2026, 9, 14), UNTIL)}
    assert {incident.shape for incident in incidents.values()} == {"sharp"}
    sizes = {"outage-unicom": 0.3, "service-down-long": 5.42, "overdue-unit": 8, "backup-missing": 3, "patch-failed": 1}
    assert {name: incidents[name].size for name in sizes} == sizes


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("sharp", [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]),
        ("ramp", [0, 0, 1 / 3, 2 / 3, 1, 1, 1, 1, 2 / 3, 1 / 3, 0]),
        ("intermittent", [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]),
    ],
)
def test_an_incident_comes_and_goes_as_its_shape_says(shape: str, expected: list[float]):
    day = dt.date(2026, 11, 18)
    nine_hours = Incident(
        id="one",
        subsystem="sms",
        kind="carrier_outage",
        subject="unicom",
        start=moment(day, "09:00"),
        end=moment(day, "18:00"),
        severity="关注",
        description="",
        size=0.3,
        shape=shape,
    )
    hours = np.arange(8, 19) * 3_600_000
    assert nine_hours.strength(day, hours).tolist() == pytest.approx(expected)
    assert not nine_hours.strength(day + dt.timedelta(days=1), hours).any()
