from __future__ import annotations

import datetime as dt

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figures import figures
from ntanalytics.metrics.oa import adoption, user_flow

MONDAY = dt.date(2026, 11, 16)
FRIDAY = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)


@pytest.fixture
def acts(table):
    """Activities: (account, day) or (account, day, more)."""

    def make(rows):
        full = [
            {
                "account_id": account,
                "day": day,
                "hour_at": dt.datetime.combine(day, dt.time(1), dt.UTC),
                **(more[0] if more else {}),
            }
            for account, day, *more in rows
        ]
        shared = {"unit": "甲局", "edition": "general", "module": "documents", "terminal": "pc", "actions": 1}
        return table("oa.activities", full, **shared)

    return make


@pytest.fixture
def members(table):
    def make(*accounts, **more):
        shared = {"unit": "甲局", "edition": "general", "is_pc_enabled": True, "is_mobile_enabled": True, "day": FRIDAY}
        return table("oa.members", [{"account_id": each} for each in accounts], **(shared | more))

    return make


def test_the_figures_of_a_week(acts, members, days, listed) -> None:
    week = acts(
        [
            ("1", MONDAY, {"module": "mail", "terminal": "mobile", "platform": "traditional", "actions": 3}),
            ("1", MONDAY, {"platform": "xinchuang"}),
            ("1", FRIDAY, {"module": "notices"}),
            ("2", FRIDAY, {"platform": "traditional"}),
            ("2", FRIDAY + DAY, {"module": "mail"}),  # a Saturday
            ("2", FRIDAY, {"module": "other", "actions": 2}),
        ]
    )
    ever = week.union(acts([("3", MONDAY - 30 * DAY)]))
    span = days(MONDAY, "+++++++", "WWWWWHH")
    assert listed(adoption.adoption(week, members("1", "2", "3", "4"), ever, span)) == [
        {
            "enabled": 4,
            "activated": 3,
            "active": 2,
            "activation_rate": 0.75,
            "active_rate": 0.5,
            # 1 on Monday, 2 on Friday: 3 person-days in 5 working days, of 2 active
            "stickiness": pytest.approx(3 / 5 / 2),
            "habit": 0.0,  # nobody acted on three of the five
            "mobile_share": 0.5,
            "xinchuang_share": 0.5,
            "breadth": 2.5,
            "actions": 9,  # three modules and two, a login not counted
        }
    ]


def test_a_habit_is_half_of_the_working_days(acts, members, days, listed) -> None:
    """Of four working days one acts on two, one on one, and one on the days off alone."""
    week = acts([("1", MONDAY), ("1", FRIDAY), ("2", MONDAY), ("2", MONDAY + 5 * DAY), ("3", MONDAY + 6 * DAY)])
    [row] = listed(adoption.adoption(week, members("1"), week, days(MONDAY, "+++++++", "WWWHWHH")))
    assert row["habit"] == pytest.approx(1 / 3)
    [off] = listed(adoption.adoption(week, members("1"), week, days(MONDAY, "+++++++", "HHHHHHH")))
    assert off["habit"] is None


def test_an_account_that_may_not_act_is_not_enabled(members, acts, days, listed) -> None:
    off = members("9", is_pc_enabled=False, is_mobile_enabled=False)
    mobile = members("8", is_pc_enabled=False)
    row = listed(adoption.adoption(acts([]), off.union(mobile), acts([]), days(MONDAY, "+")))[0]
    assert (row["enabled"], row["activated"], row["active"]) == (1, 0, 0)
    assert row["active_rate"] == 0.0
    assert [row[name] for name in ("stickiness", "mobile_share", "xinchuang_share", "breadth")] == [None] * 4


def test_without_members_there_is_no_rate(members, acts, days, listed) -> None:
    row = listed(adoption.adoption(acts([("1", MONDAY)]), members(), acts([]), days(MONDAY, "+")))[0]
    assert (row["enabled"], row["active"], row["active_rate"], row["activation_rate"]) == (0, 1, None, None)


def test_the_xinchuang_share_is_of_those_whose_terminal_is_known(members, acts, days, listed) -> None:
    table = acts([("1", MONDAY, {"platform": "xinchuang"}), ("2", MONDAY), ("3", MONDAY, {"platform": "traditional"})])
    shown = listed(adoption.adoption(table, members("1", "2", "3"), table, days(MONDAY, "+")), "xinchuang_share")
    assert shown == [{"xinchuang_share": 0.5}]
    unknown = acts([("2", MONDAY)])
    shown = listed(adoption.adoption(unknown, members("2"), unknown, days(MONDAY, "+")), "xinchuang_share")
    assert shown == [{"xinchuang_share": None}]


def test_two_installations_may_number_two_persons_alike(members, acts, days, listed) -> None:
    both = acts([("1", MONDAY, {"source": "a"}), ("1", MONDAY, {"source": "b"})])
    assert listed(adoption.adoption(both, members(), both, days(MONDAY, "+")), "active") == [{"active": 2}]


def test_units_with_members_only_or_with_activities_only_are_listed_too(members, acts, days, listed) -> None:
    table = acts([("1", MONDAY), ("5", MONDAY, {"unit": None}), ("6", MONDAY, {"unit": "丙局"})])
    mine = members("1", "2").union(members("3", unit="乙局"))
    rows = listed(adoption.adoption(table, mine, table, days(MONDAY, "+"), ["unit"]), "unit", "enabled", "active")
    assert sorted(rows, key=str) == sorted(
        [
            {"unit": "甲局", "enabled": 2, "active": 1},
            {"unit": "乙局", "enabled": 1, "active": 0},
            {"unit": "丙局", "enabled": 0, "active": 1},
            {"unit": None, "enabled": 0, "active": 1},
        ],
        key=str,
    )


def test_coverage_counts_onboarded_units(members, acts, listed) -> None:
    mine = members("1").union(members("2", unit="乙局")).union(members("3", unit=None))
    table = acts([("1", MONDAY), ("9", MONDAY, {"unit": "丙局"})])
    assert listed(adoption.reach(table, mine)) == [{"units_onboarded": 2, "units_active": 1, "coverage": 0.5}]


def test_a_hole_is_no_zero_by_day(acts, days, listed) -> None:
    rows = listed(adoption.daily(acts([("1", MONDAY), ("2", MONDAY)]), days(MONDAY, "+-+")), "day", "active")
    assert [row["active"] for row in rows] == [2, None, 0]


def test_over_a_hole_counts_are_lower_bounds_and_rates_are_null(members, acts, days, listed) -> None:
    now = adoption.adoption(acts([("1", MONDAY)]), members("1"), acts([("1", MONDAY)]), days(MONDAY, "+-"))
    row = listed(adoption.compare_adoption(now, now, is_complete=False))[0]
    assert (row["active"], row["active_rate"], row["active_change"], row["active_before"]) == (1, None, None, 1)


def test_modules_are_counted_by_persons(acts, listed) -> None:
    table = acts([("1", MONDAY), ("1", FRIDAY), ("2", MONDAY), ("2", MONDAY, {"module": "mail", "actions": 5})])
    assert listed(adoption.usage(table, ["module"])) == [
        {"module": "documents", "active": 2, "actions": 3},
        {"module": "mail", "active": 1, "actions": 5},
    ]


def test_who_came_stayed_came_back_and_left(acts, listed) -> None:
    before = MONDAY - 7 * DAY
    history = acts(
        [
            ("new", MONDAY),
            ("returning", before),
            ("returning", FRIDAY),
            ("resurrected", before - 30 * DAY),
            ("resurrected", MONDAY),
            ("lapsed", before + 6 * DAY),
            ("long gone", before - DAY),
        ]
    )
    assert listed(user_flow.flow(history, MONDAY, before)) == [
        {"active": 3, "new": 1, "returning": 1, "resurrected": 1, "lapsed": 1, "was_active": 2}
    ]


def test_a_day_lost_in_the_weeks_before_hides_who_acted_on_it(acts, days, listed, table) -> None:
    before, start = MONDAY - 7 * DAY, MONDAY - 28 * DAY
    history = acts([("came", MONDAY), ("back", start), ("back", MONDAY), ("stayed", before), ("stayed", MONDAY)])
    flow = user_flow.flow(history, MONDAY, before)
    whole, damaged = days(start, "+" * 28), days(start, "+" * 7 + "-" + "+" * 20)
    [kept] = figures(user_flow.over_past_gaps(flow, whole, before))
    assert [kept.quantity(name).text for name in ("new", "resurrected")] == ["1 个", "1 个"]
    [row] = figures(user_flow.over_past_gaps(flow, damaged, before))
    texts = {name: row.quantity(name).text for name in ("active", "new", "returning", "resurrected", "lapsed")}
    assert texts == {"active": "3 个", "new": "≤ 1 个", "returning": "1 个", "resurrected": "≥ 1 个", "lapsed": "0 个"}
    assert (row.certainty("new"), row.certainty("resurrected")) == ("upper_bound", "lower_bound")
    # a day before the three weeks hides nothing, nor one of the period before
    for marks in ("-" * 7 + "+" * 28, "+" * 7 + "---" + "+" * 25, "+" * 28 + "-" + "+" * 6):
        [row] = figures(user_flow.over_past_gaps(flow, days(start - 7 * DAY, marks), before))
        assert row.has_whole_past == ("---" not in marks or marks.startswith("-"))


def test_who_is_not_new_was_not_hidden_by_a_gap(acts, days, listed) -> None:
    before, start = MONDAY - 7 * DAY, MONDAY - 28 * DAY
    history = acts(
        [("old", start, {"unit": "甲局"}), ("old", MONDAY, {"unit": "甲局"}), ("b", MONDAY, {"unit": "乙局"})]
    )
    flow = user_flow.flow(history, MONDAY, before, ["unit"])
    made = figures(user_flow.over_past_gaps(flow, days(start, "+" * 7 + "-" + "+" * 20), before, ["unit"]))
    texts = {row["unit"]: [row.quantity(name).text for name in ("new", "resurrected")] for row in made}
    assert texts == {"甲局": ["0 个", "1 个"], "乙局": ["≤ 1 个", "未知"]}


def test_a_gap_hides_newcomers_of_the_groups_alone_that_its_source_feeds(acts, days, listed) -> None:
    before, start = MONDAY - 7 * DAY, MONDAY - 28 * DAY
    history = acts([("a", MONDAY, {"unit": "甲局"}), ("b", MONDAY, {"unit": "乙局"})])
    flow = user_flow.flow(history, MONDAY, before, ["unit"])
    whole, damaged = days(start, "+" * 28), days(start, "+" * 7 + "-" + "+" * 20)
    of_units = damaged.mutate(unit=ibis.literal("甲局")).union(whole.mutate(unit=ibis.literal("乙局")))
    made = figures(user_flow.over_past_gaps(flow, of_units, before, ["unit"]))
    assert {row["unit"]: row.quantity("new").text for row in made} == {"甲局": "≤ 1 个", "乙局": "1 个"}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"), st.integers(0, 27), st.sampled_from(["甲局", "乙局", "丙局", "丁局", None])
        ),
        max_size=80,
    )
)
def test_active_accounts_add_up(acts, listed, rows) -> None:
    first = MONDAY - 27 * DAY
    history = acts([(account, first + offset * DAY, {"unit": unit}) for account, offset, unit in rows])
    [whole] = listed(user_flow.flow(history, first + 21 * DAY, first + 14 * DAY))
    for row in [whole, *listed(user_flow.flow(history, first + 21 * DAY, first + 14 * DAY, ["unit"]))]:
        assert row["active"] == row["new"] + row["returning"] + row["resurrected"]
        assert row["was_active"] == row["returning"] + row["lapsed"]
    assert whole["active"] == len({account for account, offset, _ in rows if offset >= 21})


def test_retention_follows_a_weeks_newcomers(acts, listed) -> None:
    history = acts(
        [
            ("old", MONDAY - 21 * DAY),
            ("old", MONDAY - 7 * DAY),
            ("a", MONDAY - 14 * DAY),
            ("a", MONDAY - 7 * DAY),
            ("a", MONDAY),
            ("b", MONDAY - 13 * DAY),
            ("b", FRIDAY),
            ("c", FRIDAY),
        ]
    )
    rows = listed(user_flow.retention(history, MONDAY - 14 * DAY, FRIDAY + 2 * DAY))
    first = MONDAY - 14 * DAY
    assert rows == [
        {"cohort_on": first, "cohort": 2, "week": 0, "retained": 2, "retention": 1.0},
        {"cohort_on": first, "cohort": 2, "week": 1, "retained": 1, "retention": 0.5},
        {"cohort_on": first, "cohort": 2, "week": 2, "retained": 2, "retention": 1.0},
        {"cohort_on": MONDAY, "cohort": 1, "week": 0, "retained": 1, "retention": 1.0},
    ]
    # the week is not over yet on Saturday
    shown = listed(user_flow.retention(history, MONDAY - 14 * DAY, FRIDAY + DAY))
    assert {row["week"] for row in shown} == {0, 1}


def test_a_cohort_is_read_by_its_age(acts, listed) -> None:
    start = MONDAY - 21 * DAY
    history = acts(
        [
            ("a", start),
            ("b", start),
            ("a", start + 7 * DAY),
            ("a", MONDAY),
            ("c", start + 7 * DAY),
            ("c", MONDAY),
            ("d", MONDAY),
        ]
    )
    kept = user_flow.retention(history, start, MONDAY + 6 * DAY)
    columns = ["cohort_on", "cohort", "retention_1", "retention_2", "retention_3", "retention_4"]
    assert listed(user_flow.by_age(kept, MONDAY + 6 * DAY), *columns) == [
        dict(zip(columns, row, strict=True))
        for row in [
            (start, 2, 0.5, 0.0, 0.5, None),
            (start + 7 * DAY, 1, 0.0, 1.0, None, None),
            (MONDAY, 1, None, None, None, None),
        ]
    ]
    # a week with a hole has no cohort of its own, and nobody is known to have stayed in it or not
    holed = user_flow.by_age(kept, MONDAY + 6 * DAY, [start + 7 * DAY])
    assert listed(holed, "cohort_on", "retention_1", "retention_2") == [
        {"cohort_on": start, "retention_1": None, "retention_2": 0.0},
        {"cohort_on": MONDAY, "retention_1": None, "retention_2": None},
    ]


def test_who_first_acts_within_four_weeks_after_a_gap_may_be_no_newcomer(acts, days, listed) -> None:
    start, last = MONDAY - 42 * DAY, MONDAY + 6 * DAY
    weeks = {"a": (0, 5), "b": (2, 3), "c": (5, 6), "d": (6,)}  # the second week has a gap
    history = acts([(name, start + 7 * week * DAY) for name, on in weeks.items() for week in on])
    gaps = user_flow.gap_weeks(days(start, "++++++++-+++++"), start)
    kept = user_flow.retention(history, start, last)
    names = ("cohort_on", "cohort", "is_complete", "retention_1", "retention_5")
    assert listed(user_flow.by_age(kept, last, gaps), *names) == [
        dict(zip(names, row, strict=True))
        for row in [
            (start, 1, True, None, 1.0),
            (start + 14 * DAY, 1, False, None, None),
            (start + 35 * DAY, 1, False, None, None),
            (MONDAY, 1, True, None, None),
        ]
    ]
    long = listed(user_flow.over_gaps(kept, gaps), "cohort_on", "week", "retention")
    assert [row["retention"] for row in long] == [1.0, 1.0, None, None, None, None, 1.0]


def test_days_before_the_data_begin_are_no_gap_of_a_week(days) -> None:
    begins = MONDAY + 2 * DAY
    assert user_flow.gap_weeks(days(MONDAY, "--++++++++++-+"), begins) == [MONDAY + 7 * DAY]


def test_coverage_by_edition(acts, members, listed) -> None:
    able = members("1").union(members("2", unit="乙局")).union(members("3", edition="wecom"))
    assert listed(adoption.reach(acts([("2", MONDAY, {"unit": "乙局"})]), able, ["edition"])) == [
        {"edition": "general", "units_onboarded": 2, "units_active": 1, "coverage": 0.5},
        {"edition": "wecom", "units_onboarded": 1, "units_active": 0, "coverage": 0.0},
    ]


def test_every_column_has_its_words(acts, members, days) -> None:
    table = acts([("1", MONDAY)])
    made = [
        adoption.adoption(table, members("1"), table, days(MONDAY, "+")),
        adoption.reach(table, members("1")),
        adoption.daily(table, days(MONDAY, "+")),
        user_flow.over_past_gaps(user_flow.flow(table, MONDAY, MONDAY - 7 * DAY), days(MONDAY, "+"), MONDAY),
        user_flow.retention(table, MONDAY, FRIDAY),
        user_flow.by_age(user_flow.retention(table, MONDAY, FRIDAY), FRIDAY),
    ]
    assert {name for each in made for name in each.columns} - {"is_complete", "has_whole_past"} <= set(MEASURES)


@pytest.mark.parametrize(
    ("begins", "first"),
    [
        # from Wednesday 16 September on: four weeks from its Monday, later than eight weeks before the last one
        (dt.date(2026, 9, 16), dt.date(2026, 10, 12)),
        (dt.date(2026, 1, 1), dt.date(2026, 9, 21)),
        (dt.date(2026, 11, 9), dt.date(2026, 12, 7)),
    ],
)
def test_cohorts_begin_four_weeks_after_the_data_and_are_followed_for_eight(begins: dt.date, first: dt.date) -> None:
    assert user_flow.first_cohort(begins, dt.date(2026, 11, 22)) == first
