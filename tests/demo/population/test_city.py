import datetime as dt

import numpy as np

from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.population.people import EDITIONS
from ntanalytics.demo.population.units import EDITION_OF, GENERAL_UNITS, UNITS, WECOM_UNITS
from ntanalytics.periods import Calendar, days_between

UNTIL = dt.date(2026, 11, 22)
WEDNESDAY, SUNDAY, HOLIDAY = dt.date(2026, 11, 4), UNTIL, dt.date(2026, 10, 2)


def city(scale: float = 0.02, *, seed: int = 1) -> City:
    days = days_between(dt.date(2026, 9, 14), UNTIL)
    calendar = Calendar()
    return city_of(days, calendar, plan_incidents(calendar, days[0], UNTIL), seed=seed, scale=scale)


def test_330_units_and_36_000_accounts_in_four_editions():
    people = city().people
    assert len(people) == 36_000
    assert set(people.unit.tolist()) == set(range(330))
    onboarded = list(EDITION_OF.values())
    assert (onboarded.count("general"), onboarded.count("wecom")) == (GENERAL_UNITS, WECOM_UNITS) == (35, 42)
    of_unit = {
        UNITS[unit]: edition for unit, edition in zip(people.unit.tolist(), people.edition.tolist(), strict=True)
    }
    assert {EDITIONS[edition] for edition in of_unit.values() if edition >= 0} == set(EDITIONS)
    assert EDITIONS[of_unit["市委组织部"]] == "party"
    assert of_unit["如皋市财政局"] == -1


def test_a_larger_city_has_the_same_people_who_do_more_and_a_smaller_one_has_fewer():
    assert (city(1.0).intensity, city().intensity, city(0.001).intensity) == (50.0, 1.0, 1.0)
    assert np.array_equal(city(1.0).people.presence, city().people.presence)
    assert len(city(0.001).people) == 1_800


def test_who_is_at_work_is_the_same_whoever_asks():
    one, other = city().present(WEDNESDAY), city().present(WEDNESDAY)
    assert np.array_equal(one.person, other.person)
    assert np.array_equal(one.at_ms, other.at_ms)
    assert len(set(one.person.tolist())) == len(one.person)
    assert not np.array_equal(one.person, city(seed=2).present(WEDNESDAY).person)


def test_a_city_of_98_days_has_the_same_people_who_do_the_same_in_the_last_70():
    calendar, first = Calendar(), UNTIL - dt.timedelta(days=97)
    longer = city_of(days_between(first, UNTIL), calendar, plan_incidents(calendar, first, UNTIL), seed=1, scale=0.02)
    assert np.array_equal(longer.people.opened_on, city().people.opened_on)
    for day in (dt.date(2026, 9, 14), WEDNESDAY):
        assert np.array_equal(longer.present(day).person, city().present(day).person)
    assert len(longer.present(first).person) > 5_000  # a Monday in August


def test_a_city_rests_on_sundays_and_more_on_holidays():
    worked, sunday, holiday = (len(city().present(day).person) for day in (WEDNESDAY, SUNDAY, HOLIDAY))
    assert worked > 4 * sunday > 4 * holiday > 0


def test_nobody_works_before_his_account_is_opened_or_when_it_is_disabled():
    made = city()
    person = made.present(WEDNESDAY).person
    assert (made.people.opened_on[person] <= np.datetime64(WEDNESDAY)).all()
    assert made.people.is_enabled[person].all()


def test_nobody_arrives_while_nobody_can_log_in():
    made = city()
    at_ms = made.present(WEDNESDAY).at_ms  # the day of outage-logins, 09:05 to 09:47
    assert not ((at_ms >= 9 * 3_600_000 + 5 * 60_000) & (at_ms < 9 * 3_600_000 + 47 * 60_000)).any()


def test_a_unit_that_leaves_off_has_a_quarter_of_its_people():
    made = city()
    mine = made.people.unit == UNITS.index("市交通运输局")
    before, after = (int(mine[made.present(day).person].sum()) for day in (dt.date(2026, 11, 5), dt.date(2026, 11, 12)))
    assert 0 < after < 0.45 * before
