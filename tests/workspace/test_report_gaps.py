"""Days without delivery reports, by hand-made messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import ibis
import pytest

from ntanalytics.contract import dataset
from ntanalytics.workspace.report_gaps import days_without_reports, reports_of
from tests.subsystems.made import events

MESSAGES = dataset("sms.messages")
MONDAY = dt.date(2026, 11, 2)
DAYS = [MONDAY + dt.timedelta(days=place) for place in range(12)]
LAST = DAYS[-1]


def _lost(
    of_last: Mapping[str, tuple[int, int]], usual: int = 97, days: list[dt.date] = DAYS, held: list[dt.date] = DAYS
) -> list[dt.date]:
    """Return the days without reports: every day has 100 messages of each carrier, of which some are reported.

    Args:
        of_last: carrier → its messages of the last day, and those of them that were reported.
        usual: reported messages of a carrier on each other day.
        days: the days with messages.
        held: the days that came whole.
    """
    counts = {day: {"mobile": (100, usual), "telecom": (100, usual)} for day in days} | {LAST: of_last}
    rows = [
        {"day": day, "carrier": carrier, "application": "oa", "outcome": outcome, "events": number}
        for day, carriers in counts.items()
        for carrier, (sent, reported) in carriers.items()
        for outcome, number in (("delivered", reported), (None, sent - reported))
    ]
    table = ibis.memtable(events("sms.messages", rows))
    return sorted(day for _, day in days_without_reports(reports_of(table, MESSAGES), {"test": held}))


@pytest.mark.parametrize(
    ("of_last", "is_lost"),
    [
        ({"mobile": (100, 0), "telecom": (100, 0)}, True),  # a shard that is gone, or empty
        ({"mobile": (100, 2), "telecom": (100, 1)}, True),  # those just before midnight stand in the next one
        ({"mobile": (100, 40), "telecom": (100, 45)}, True),  # a part of it is gone
        ({"mobile": (100, 0), "telecom": (100, 97)}, False),  # a carrier's fault
        ({"mobile": (100, 60), "telecom": (100, 55)}, False),
        ({"mobile": (100, 97), "telecom": (100, 97)}, False),
        ({"mobile": (100, 0), "telecom": (100, 0), "broadnet": (1, 1)}, True),  # of 201 messages one tells nothing
        ({"mobile": (3, 0), "telecom": (2, 0)}, True),  # a quiet Sunday
        ({"mobile": (2, 0), "telecom": (2, 0)}, False),  # too few
        ({"mobile": (100, 20)}, False),  # one channel alone: its carrier may be at fault
        ({"mobile": (100, 0)}, True),
    ],
)
def test_reports_are_lost_where_all_channels_lack_most_of_theirs(
    of_last: Mapping[str, tuple[int, int]], is_lost: bool
) -> None:
    assert _lost(of_last) == ([LAST] if is_lost else [])


def test_a_product_that_gives_no_reports_loses_none() -> None:
    assert _lost({"mobile": (100, 0), "telecom": (100, 0)}, usual=0) == []
    assert _lost({"mobile": (100, 0), "telecom": (100, 0)}, usual=30) == []


def test_a_young_source_is_judged_by_any_of_its_days_and_only_where_practically_nothing_came() -> None:
    assert _lost({"mobile": (100, 0), "telecom": (100, 0)}, days=DAYS[-2:]) == [LAST]
    assert _lost({"mobile": (100, 20), "telecom": (100, 20)}, days=DAYS[-2:]) == []
    assert _lost({"mobile": (5, 0), "telecom": (5, 0)}, days=DAYS[-2:]) == []
    assert _lost({"mobile": (100, 0), "telecom": (100, 0)}, days=DAYS[-1:]) == []


def test_a_day_that_did_not_come_whole_is_not_judged() -> None:
    assert _lost({"mobile": (100, 0), "telecom": (100, 0)}, held=DAYS[:-1]) == []


def test_events_without_delivery_reports_lose_none() -> None:
    logins = events("identity.logins", [{"day": day, "events": 100} for day in DAYS])
    assert not days_without_reports(reports_of(ibis.memtable(logins), dataset("identity.logins")), {"test": DAYS})
