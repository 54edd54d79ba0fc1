"""Units of which a share goes wrong: by hand, thirty units that get five documents a working day."""

from __future__ import annotations

import datetime as dt

from ntanalytics.detectors.failure_rate_rise import RateWords
from ntanalytics.detectors.share_shift import share_shift
from ntanalytics.subsystems import RULES
from tests.subsystems.made import ON, days

UNSIGNED, RETURNS = RULES["docexchange.unsigned"], RULES["docexchange.returns_rise"]
WORDS = RateWords("未按时签收", "应签收", "件次")


def units(of, events=5, hits=0):
    found = []
    for row in days():
        if row["is_working_day"]:
            for unit in range(30):
                # one unit in five has one late each Monday
                late = hits or int(row["day"].weekday() == 0 and unit % 5 == 0)
                found.append(
                    {
                        "day": row["day"],
                        "unit": f"单位{unit}",
                        "events": events,
                        "hits": of.get((unit, row["day"]), late),
                    }
                )
    return found


def found(rule, table, together=7):
    return share_shift(rule, table, ON, WORDS, subject=lambda row: row["unit"], together=together)


def test_two_days_on_which_a_unit_signs_for_nothing_are_found():
    [away] = found(UNSIGNED, units({(3, ON): 5, (3, ON - dt.timedelta(days=1)): 5}))
    assert (away.subject, away.state, away.since) == ("单位3", "critical", "11月19日")
    assert away.evidence == "近 2 天应签收 10 件次，其中未按时签收 10 件次，占 100%，通常为 0%。"


def test_one_poor_day_and_a_slow_unit_are_none():
    assert found(UNSIGNED, units({(3, ON): 2})) == []
    slow = {(3, row["day"]): 3 for row in days()}
    assert found(UNSIGNED, units(slow)) == []


def test_a_days_returns_of_one_sender_are_found_and_a_single_document_is_not():
    [burst] = found(RETURNS, units({(7, ON): 30}, events=40, hits=0), together=2)
    assert (burst.subject, burst.state) == ("单位7", "warning")
    assert burst.evidence.startswith("当日应签收 40 件次，其中未按时签收 30 件次，占 75.0%")
    assert found(RETURNS, units({(7, ON): 3}, events=40), together=2) == []


def test_a_short_history_says_nothing():
    table = [row for row in units({(3, ON): 5}) if row["day"] > ON - dt.timedelta(days=10)]
    assert found(UNSIGNED, table) == []
    assert found(UNSIGNED, []) == []
