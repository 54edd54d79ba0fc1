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
    assert (found.subject, found.begins_at, found.extreme) == ("a", BEGIN + at * HOUR, 0.99)
    assert BEGIN + (at + 1) * HOUR <= found.ends_at <= BEGIN + (at + 3) * HOUR
    assert abs(found.usual - 0.32) < 0.02
    assert 0.5 <= found.score <= 1


def test_nothing_is_said_before_the_fifth_week_nor_of_what_is_tiny() -> None:
    assert novel_hours({"a": points(60, {24 * 20: 0.99})}, HOUR) == []
    assert novel_hours({"a": points(60, {24 * 50: 0.99})}, HOUR, least=2.0) == []
    assert novel_hours({"a": [], "b": points(1, {})}, HOUR) == []
