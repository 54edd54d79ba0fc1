"""Hours as never before: one spell for alarms in a row, none while the series is learnt, none of what is tiny."""

from __future__ import annotations

import datetime as dt
import math

from ntanalytics.detectors.novelty import novel_hours

BEGIN = dt.datetime(2026, 9, 14, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def points(days: int, high: dict[int, float]) -> list[tuple[dt.datetime, float]]:
    """A host by the hour: 0.3 ± 0.1 with the day and a little more on some hours, and what is given."""
    return [
        (BEGIN + place * HOUR, high.get(place, 0.3 + 0.1 * math.sin(place * math.pi / 12) + 0.01 * (place * 7 % 5)))
        for place in range(24 * days)
    ]


def test_hours_in_a_row_are_one_spell_with_what_is_usual() -> None:
    at = 24 * 50 + 9
    [found] = novel_hours({"a": points(60, {at: 0.95, at + 1: 0.99, at + 2: 0.97}), "b": points(60, {})}, HOUR)
    assert (found.subject, found.begins_at, found.ends_at) == ("a", BEGIN + at * HOUR, BEGIN + (at + 3) * HOUR)
    # at 11 o'clock 0.3 + 0.1 sin(165°) = 0.326 and a little more is usual, at 10 o'clock 0.350: 0.97 is farther away
    assert found.extreme == 0.97
    assert abs(found.usual - 0.326) <= 0.04
    assert 0.5 <= found.score <= 1


def test_it_lasts_while_the_level_is_half_as_far_away_on_the_same_side() -> None:
    at = 24 * 50 + 9
    [found] = novel_hours({"a": points(60, {at: 0.9, at + 1: 0.7, at + 2: 0.65})}, HOUR)
    # 0.53, 0.35 and 0.32 above what is usual, and then nothing: half of the farthest is 0.26
    assert (found.begins_at, found.ends_at) == (BEGIN + at * HOUR, BEGIN + (at + 3) * HOUR)


def test_a_time_of_the_week_that_was_never_measured_is_held_against_all_before() -> None:
    at = 24 * 50 + 9
    gaps = {at - 24 * 7 * week for week in range(1, 8)}
    series = [point for place, point in enumerate(points(60, {at: 0.95})) if place not in gaps]
    [found] = novel_hours({"a": series}, HOUR)
    assert abs(found.usual - 0.32) < 0.02


def test_nothing_is_said_before_the_fifth_week_nor_of_what_is_tiny() -> None:
    assert novel_hours({"a": points(60, {24 * 20: 0.99})}, HOUR) == []
    assert novel_hours({"a": points(60, {24 * 50: 0.99})}, HOUR, least=2.0) == []
    assert novel_hours({"a": [], "b": points(1, {})}, HOUR) == []
