"""How long sources are waited for: counted by hand, by a clock that nobody waits for."""

from __future__ import annotations

import datetime as dt

from ntanalytics.extraction.retry_budget import RetryBudget, pause_s
from ntanalytics.scheduling.retry_policy import execution_limit_s, waiting_limit_s

NOW = dt.datetime(2026, 11, 23, 0, tzinfo=dt.UTC)


def _in(minutes: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minutes)


def test_pauses_double_up_to_five_minutes_and_up_to_half_of_each_is_left_out():
    assert [pause_s(rounds, 0.0) for rounds in range(1, 8)] == [15, 30, 60, 120, 240, 300, 300]
    assert pause_s(3, 0.5) == 45
    assert pause_s(1000, 0.0) == 300


def test_patience_ends_with_its_span_and_waits_no_second_longer():
    clock = [1000.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    patience = RetryBudget(100, tick=lambda: clock[0], sleep=sleep, draw=lambda: 0.0)
    # 15 and 30 make 45; another 60 would end at 105
    assert [patience.waits(rounds) for rounds in (1, 2, 3)] == [True, True, False]
    assert clock == [1045.0]


def test_what_making_takes_is_kept_from_the_time_to_the_deadline():
    assert waiting_limit_s(NOW, [(_in(120), 180)]) == 120 * 60 - 180
    assert waiting_limit_s(NOW, [(_in(2), 180)]) == 0


def test_those_behind_come_out_on_time_too():
    # the second has 65 minutes, of which 3 and 10 are for making the first and itself
    assert waiting_limit_s(NOW, [(_in(120), 180), (_in(65), 600)]) == 65 * 60 - 180 - 600
    # one that is late already holds nobody up, but is made all the same
    assert waiting_limit_s(NOW, [(_in(120), 180), (_in(-5), 600), (_in(125), 60)]) == 125 * 60 - 840
    assert waiting_limit_s(NOW, [(_in(-1), 180), (_in(120), 180)]) == 0


def test_making_takes_twice_what_it_took_within_bounds():
    assert execution_limit_s([], 120) == 120
    assert execution_limit_s([10, 400, 100], 120) == 200
    assert execution_limit_s([10, 20, 30], 120) == 120
    # a deadline of ten minutes: never more than half of them
    assert execution_limit_s([1000], 10) == 300
