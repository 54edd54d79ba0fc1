"""A whole day against its range: told where members that fall together look like the calendar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ntanalytics.detectors.expected_range import ExpectedRange
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.whole_day import is_doubtful, whole_day, with_whole_day

USUAL = ExpectedRange(low=900.0, high=1100.0, expected=1000.0)


@pytest.mark.parametrize(
    ("events", "share"),
    [(0, 1.0), (700, 0.3), (710, None), (899, None), (1000, None), (1490, None), (1500, 1 / 3), (4000, 0.75)],
)
def test_a_day_departs_outside_of_its_range_by_three_tenths_or_by_half_as_much_again(
    events: float, share: float | None
) -> None:
    whole = whole_day(events, USUAL)
    assert (whole and whole.share) == (share if share is None else pytest.approx(share))
    assert whole is None or whole.direction == (1 if events > 1000 else -1)


@pytest.mark.parametrize(
    ("events", "of_others", "share"),
    [
        (850, [1.0, 0.99, 1.01], 0.15),
        (851, [1.0, 0.99, 1.01], None),  # one and a half half-widths are 150
        (850, [1.0, 1.0], None),  # too few others tell how the day is
        (850, [0.89, 0.9, 0.91], None),  # all fell: 944 beside them
        (760, [0.89, 0.9, 0.91], 0.24),  # 844 beside them
        (760, [0.86, 0.9, 0.94], None),  # 14 points apart, and they differ by 4 from each other
        (1150, [1.0, 0.99, 1.01], 150 / 1150),
        (1150, [1.1, 1.1, 1.1], None),  # 1,045 beside them
        (860, [1.2, 1.2, 1.2], None),  # 717 beside a busy day, and itself not far from its range
        (1160, [0.8, 0.79, 0.81], 160 / 1160),  # on a day on which others fell
        (1160, [1.3, 1.3, 1.3], None),  # 892 beside them: on the other side
        (850, [0.0, 0.0, 0.0], None),  # nothing at all is used
    ],
)
def test_a_small_departure_is_told_where_it_is_left_beside_the_day_of_the_others(
    events: float, of_others: list[float], share: float | None
) -> None:
    whole = whole_day(events, USUAL, of_others)
    assert (whole and whole.share) == (share if share is None else pytest.approx(share))
    assert whole is None or is_doubtful(events, USUAL)


def test_the_others_are_asked_only_where_they_decide() -> None:
    assert [is_doubtful(events, USUAL) for events in (1000, 880, 840, 690, 1149, 1151, 1510)] == [
        False, False, True, False, False, True, False,
    ]  # fmt: skip
    assert not is_doubtful(840, ExpectedRange(reason="short_history"))


def test_of_a_wide_range_as_many_half_widths_are_asked() -> None:
    """Of 60 ± 28 a day of 31 is outside of its range by chance on one of some hundred days; one of 17 is not."""
    documents = ExpectedRange(low=32.0, high=88.0, expected=60.0)
    assert [whole_day(events, documents) is not None for events in (31, 19, 18, 0, 101, 102)] == [
        False, False, True, True, False, True,
    ]  # fmt: skip


def test_less_than_a_tenth_of_a_steady_day_is_not_told() -> None:
    steady = ExpectedRange(low=980.0, high=1020.0, expected=1000.0)
    others = [1.0, 0.99, 1.01]
    assert [whole_day(events, steady, others) is not None for events in (901, 900, 1099, 1100)] == [
        False, True, False, True,
    ]  # fmt: skip
    assert [is_doubtful(events, steady) for events in (901, 900)] == [False, True]


def test_within_its_range_or_with_few_events_or_without_history_a_day_is_usual() -> None:
    assert whole_day(600, replace(USUAL, low=500.0)) is None
    assert whole_day(0, ExpectedRange(low=5.0, high=30.0, expected=19.0)) is None
    assert whole_day(0, ExpectedRange(reason="short_history")) is None


def _part(seen: float, expected: float, **more: object) -> Departure:
    part = Departure(
        members=(("app_id", "oa"),),
        value="",
        direction=1 if seen > expected else -1,
        strength=50.0,
        improbable=50.0,
        hours=(9, 12),
        seen=seen,
        expected=expected,
        share=0.1,
    )
    return replace(part, **more)  # type: ignore[arg-type]


def test_a_subject_that_explains_what_the_day_lacks_is_told_in_its_place() -> None:
    whole = whole_day(600, USUAL)  # 400 fewer
    assert with_whole_day([_part(20, 300)], whole) == [_part(20, 300)]
    assert with_whole_day([_part(20, 299)], whole) == [whole, _part(20, 299)]
    assert with_whole_day([_part(20, 300)], None) == [_part(20, 300)]


def test_parts_that_fall_by_no_larger_share_are_the_whole_and_others_stay() -> None:
    whole = whole_day(600, USUAL)
    alike, further = _part(65, 100), _part(40, 100)
    more, slow = _part(150, 100), _part(3, 6, value="duration_ms")
    assert with_whole_day([alike, further, more, slow], whole) == [whole, further, more, slow]
