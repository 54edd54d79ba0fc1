import datetime as dt

import numpy as np
import pytest

from ntanalytics.demo.population.seasonality import Audience, Seasonality, generator
from ntanalytics.periods import Calendar

RHYTHM = Seasonality(Calendar(), dt.date(2026, 11, 22))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize("audience", list(Audience))
def test_a_holiday_is_quieter_than_a_weekend_and_a_weekend_than_a_working_day(audience: Audience):
    holiday, sunday, monday = (
        RHYTHM.factor(day(text), audience) for text in ("2026-10-03", "2026-10-18", "2026-10-19")
    )
    assert holiday < sunday < monday


def test_a_make_up_day_on_a_weekend_is_nearly_a_working_day():
    saturday, plain = (RHYTHM.factor(day(text), Audience.OFFICE) for text in ("2026-10-10", "2026-10-17"))
    assert saturday > 4 * plain
    assert saturday < RHYTHM.factor(day("2026-10-13"), Audience.OFFICE)


def test_citizens_business_peaks_on_the_last_working_days_of_a_month():
    usual, peak = (RHYTHM.factor(day(text), Audience.COUNTER) for text in ("2026-10-20", "2026-10-27"))
    assert 1.5 < peak / usual < 1.65
    assert RHYTHM.factor(day("2026-10-27"), Audience.OFFICE) < 1.1


def test_volume_grows_slowly_to_one_at_the_end():
    assert RHYTHM.factor(day("2026-11-18"), Audience.OFFICE) == pytest.approx(1 - 0.0015 * 4)
    assert RHYTHM.factor(day("2026-09-16"), Audience.OFFICE) == pytest.approx(1 - 0.0015 * 67)


def test_offices_work_by_day_and_pause_at_noon():
    moments = RHYTHM.moments(generator(1, 1, day("2026-11-18")), day("2026-11-18"), Audience.OFFICE, 20_000)
    hours = np.bincount(moments // 3_600_000, minlength=24)
    assert (np.diff(moments) >= 0).all()
    assert hours[12] < hours[10] / 2
    assert hours[:6].sum() < hours[9] / 5
    assert len(hours) == 24


def test_a_day_draws_the_same_numbers_whatever_window_it_is_part_of():
    first, second = (generator(7, 2, day("2026-11-18")).random(3).tolist() for _ in range(2))
    assert first == second
    assert generator(7, 2, day("2026-11-19")).random(3).tolist() != first
