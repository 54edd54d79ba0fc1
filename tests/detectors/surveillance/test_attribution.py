"""Attribution: what a departure has in common, and the member to which its events went, on counts known by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pyarrow as pa
import pytest

from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.departures import ColumnRoles, attributed_whole, departures
from ntanalytics.detectors.surveillance.leaf_table import NO_MEMBER
from tests.detectors.surveillance.city import DAYS, ON

#: Messages an hour, from 8 to 17, by application, carrier and county.
APPLICATIONS = {"mail": 6, "fund": 2, "duty": 4}
CARRIERS = {"telecom": 1, "mobile": 2, "unicom": 1}
COUNTIES = ("north", "south", "east", "west")
HOURS = range(8, 18)

#: Application, carrier, county, code.
Leaf = tuple[str, str | None, str, str]


def _day(place: int) -> dict[tuple[Leaf, int], float]:
    """Return the counts of a day by leaf and hour, a little more or less than on the day before."""
    turn = (1.0, 1.1, 0.9)[place % 3]
    return {
        ((application, carrier, county, "none"), hour): round(5 * turn * amount * factor)
        for application, amount in APPLICATIONS.items()
        for carrier, factor in CARRIERS.items()
        for county in COUNTIES
        for hour in HOURS
    }


def _told(
    today: Mapping[tuple[Leaf, int], float], is_there: Callable[[Leaf], bool] = lambda leaf: True
) -> list[Departure]:
    """Return what departs on a day; of the leaves, those that are there on any day."""
    counted = [(place, key, events) for place in range(ON) for key, events in _day(place).items()]
    rows = [
        row
        for row in (*counted, *((ON, key, events) for key, events in today.items()))
        if row[2] and is_there(row[1][0])
    ]
    names = ("application", "carrier", "county", "code")
    table = pa.table(
        {
            "day": pa.array([DAYS[place] for place, _, _ in rows], pa.date32()),
            "hour": [hour for _, (_, hour), _ in rows],
            **{name: [leaf[place] for _, (leaf, _), _ in rows] for place, name in enumerate(names)},
            "events": [float(events) for _, _, events in rows],
        }
    )
    return departures(table, DAYS, names, roles=ColumnRoles(endings=("code",)))


def test_a_code_that_was_never_seen_leads_to_its_application_and_county() -> None:
    today = _day(ON)
    today |= {(("fund", "mobile", "east", "MK:0012"), hour): 12.0 for hour in (10, 11)}
    today |= {(("fund", "telecom", "east", "MK:0012"), hour): 12.0 for hour in (10, 11)}
    (told,) = _told(today)
    assert (dict(told.members)["code"], told.seen, told.hours) == ("MK:0012", 48.0, (10, 12))
    # of both carriers alike; the county has a quarter of all messages, the application a sixth
    common = {*told.members, *told.also}
    assert common == {("code", "MK:0012"), ("application", "fund"), ("county", "east")}


def test_what_is_spread_over_all_has_nothing_in_common() -> None:
    today = {
        key: 0.0 if key[0][1] == "unicom" and key[1] in (13, 14, 15) else events for key, events in _day(ON).items()
    }
    (told,) = _told(today)
    assert (told.members, told.also, told.counterpart) == ((("carrier", "unicom"),), (), ())


def test_messages_that_leave_over_another_carrier_are_told_with_it() -> None:
    today = _day(ON)
    for (leaf, hour), events in list(today.items()):
        if leaf[:2] == ("mail", "telecom"):
            today[leaf, hour] = 0.0
            today[("mail", "unicom", *leaf[2:]), hour] += events
    gone, *rest = _told(today)
    moved = {("mail", "telecom"), ("mail", "unicom")}
    assert {tuple(member for _, member in told.members) for told in (gone, *rest)} <= moved
    assert {tuple(member for _, member in told.counterpart) for told in (gone, *rest)} <= moved
    assert gone.counterpart != gone.members
    # what one lacks the other has too many
    assert abs(gone.counterpart_moved) == pytest.approx(abs(gone.seen - gone.expected), rel=0.05)
    assert gone.counterpart_moved * (gone.seen - gone.expected) < 0


def test_messages_whose_carrier_is_no_longer_known_are_told_as_such() -> None:
    """All of one carrier come without a carrier: as many as it lacks; the others stay as they were."""
    today = _day(ON)
    for (leaf, hour), events in list(today.items()):
        if leaf[1] == "unicom":
            today[leaf, hour] = 0.0
            today[(leaf[0], None, *leaf[2:]), hour] = events
    (gone,) = _told(today)
    assert (gone.members, gone.counterpart) == ((("carrier", "unicom"),), (("carrier", NO_MEMBER),))
    assert gone.counterpart_moved == sum(events for (leaf, _), events in today.items() if leaf[1] is None)


def test_a_part_that_has_less_than_nearly_all_is_not_in_common() -> None:
    """Of 120 messages with a new code 96 are of one county, 24 of another: four of five, not nine of ten."""
    today = _day(ON)
    for county, amount in (("east", 24.0), ("west", 6.0)):
        today |= {((name, "mobile", county, "MK:0012"), 10): amount for name in ("fund", "duty")}
        today |= {((name, "telecom", county, "MK:0012"), 10): amount for name in ("fund", "mail")}
    (told,) = _told(today)
    assert told.seen == 120
    assert "county" not in dict(told.also)


def test_failures_of_one_application_over_one_carrier_lead_to_both() -> None:
    today = _day(ON)
    for (leaf, hour), events in list(today.items()):
        if leaf[0] == "duty" and leaf[1] == "mobile" and hour in (9, 10, 11):
            today[leaf, hour] = 0.0
            today[(*leaf[:3], "busy"), hour] = events
    departed = {frozenset({*told.members, *told.also}) for told in _told(today)}
    assert any({("code", "busy"), ("application", "duty"), ("carrier", "mobile")} <= members for members in departed)


def test_what_another_application_sends_elsewhere_is_no_counterpart() -> None:
    """All that one county lacks is of one application; another county sends as much more of another one."""
    today = _day(ON)
    for (leaf, hour), events in list(today.items()):
        if leaf[2] == "east" and hour in (13, 14, 15):
            today[leaf, hour] = 0.0
            today[("duty", leaf[1], "west", leaf[3]), hour] += events
    (gone,) = (told for told in _told(today, lambda leaf: leaf[2] != "east" or leaf[0] == "mail") if told.direction < 0)
    assert dict(gone.members) == {"county": "east"}
    assert ("application", "mail") in gone.also
    assert gone.counterpart == ()


def test_what_one_of_its_members_always_has_is_not_said_of_a_departure() -> None:
    """The fund sends over one carrier alone: failures of the fund are of that carrier anyway."""
    today = _day(ON)
    for leaf, hour in list(today):
        if leaf[0] == "fund" and leaf[1] == "mobile" and hour in (9, 10, 11):
            today[(*leaf[:3], "MK:0012"), hour] = today.pop((leaf, hour))
    found = _told(today, lambda leaf: leaf[0] != "fund" or leaf[1] == "mobile")
    assert {told.members[0] for told in found} == {("application", "fund")}
    assert all(told.also == () for told in found)


@pytest.mark.parametrize(
    ("left", "hours", "later", "is_over"),
    [
        (0.0, (9, 10, 11), 1.0, True),
        (0.0, (9, 10, 11), 0.6, True),
        (0.0, (9, 10, 11), 0.4, False),  # less than half of the usual comes afterwards
        (0.6, (9, 10, 11, 12), 1.0, True),
        (0.6, (9, 10, 11, 12), 0.7, None),  # the gap lasts to the evening
        (0.0, (14, 15, 16, 17), 1.0, None),  # nothing is usual in the evening
    ],
)
def test_a_gap_is_over_where_half_of_what_was_lacking_comes_again(
    left: float, hours: tuple[int, ...], later: float, is_over: bool | None
) -> None:
    today = {
        key: round(events * left) if key[0][1] == "unicom" and key[1] in hours else
        round(events * later) if key[0][1] == "unicom" and key[1] > max(hours) else events
        for key, events in _day(ON).items()
    }  # fmt: skip
    told = max(_told(today), key=lambda item: item.strength)
    assert dict(told.members) == {"carrier": "unicom"}
    assert told.is_over == is_over


def test_what_is_new_is_over_where_no_more_of_it_comes() -> None:
    for last, is_over in ((11, True), (17, None)):
        today = _day(ON)
        today |= {(("fund", "mobile", county, "MK:0012"), hour): 9.0 for county in COUNTIES for hour in (10, last)}
        told = [item for item in _told(today) if dict(item.members).get("code") == "MK:0012"]
        assert told
        assert all(item.is_over == is_over for item in told)


@pytest.mark.parametrize(("files", "also"), [(100.0, (("kind", "text"),)), (70.0, ()), (80.0, ())])
def test_a_part_that_has_most_events_is_named_where_the_others_stayed(files: float, also: tuple[object, ...]) -> None:
    """Of 900 texts 600 come, and of all 1,000 messages 600 and the files; 80 files of 100 follow by more than half."""
    rows = [(day, kind, count) for day in DAYS[:ON] for kind, count in (("text", 900.0), ("file", 100.0))]
    rows += [(DAYS[ON], "text", 600.0), (DAYS[ON], "file", files)]
    # the more events there are the surer the same shares are: ten times as many
    table = pa.table(
        {
            "day": pa.array([day for day, _, _ in rows], pa.date32()),
            "hour": [9] * len(rows),
            "kind": [kind for _, kind, _ in rows],
            "events": [10 * count for _, _, count in rows],
        }
    )
    seen = 10 * (600.0 + files)
    whole = Departure(
        members=(), value="", direction=-1, strength=13.0, improbable=13.0, hours=(0, 24), seen=seen, expected=10_000.0,
        share=1 - seen / 10_000,
    )  # fmt: skip
    assert attributed_whole(table, DAYS, ["kind"], whole).also == also
