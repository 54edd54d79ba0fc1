"""Units whose staff stays away, beside a source that gave nothing."""

from __future__ import annotations

import datetime as dt

from ntanalytics.periods import Period
from ntanalytics.subsystems.oa import SUBSYSTEM
from tests.subsystems.made import ON, Row, days, judge, statuses, table_of

RULE = "oa.unit_active_fall"


def _activities(away: tuple[str, ...]) -> list[Row]:
    """Return eight weeks of ten units of two sources, 20 accounts each; nobody of some acts on the last day."""
    return [
        {
            "source": source, "day": row["day"], "unit": unit, "account_id": f"{unit}{number}", "edition": edition,
            "module": "documents", "terminal": "pc", "actions": 1,
        }
        for row in days(56)
        if row["is_working_day"]
        for source, edition in (("test", "general"), ("annex", "government"))
        for unit in (f"{edition}{place}" for place in range(10))
        for number in range(20)
        if not (row["day"] == ON and (unit in away or edition in away))
    ]  # fmt: skip


def test_the_units_of_a_source_that_gave_nothing_are_unknown_in_one_line_and_the_others_are_judged() -> None:
    rows = table_of("oa.activities", _activities(("government", "general3")))
    findings = judge(SUBSYSTEM, [RULE], {"oa.activities": rows}, empty={"oa.activities": ["annex"]})
    assert statuses(findings) == [("unit/general3", "critical"), ("subsystem/oa", "unknown")]
    assert [finding.value for finding in findings] == [-1.0, None]


def test_units_of_a_source_whose_rows_name_no_unit_are_unknown_and_the_others_are_judged() -> None:
    """The list of accounts was cut: most rows of a source have no unit any more, and all its units seem to be empty."""
    rows = _activities(("government7",))
    nameless = [
        {**row, "unit": None} if row["day"] == ON and row["edition"] == "general" and row["unit"] != "general0" else row
        for row in rows
    ]
    data = {"oa.activities": table_of("oa.activities", nameless)}
    told = judge(SUBSYSTEM, [RULE], data, unfilled={"oa.activities": ["unit"]})
    assert statuses(told) == [("unit/government7", "critical"), ("subsystem/oa", "unknown")]
    # without knowing it, each of them stays away
    assert len([finding for finding in judge(SUBSYSTEM, [RULE], data) if finding.is_violation]) == 10


def test_on_a_day_off_the_units_were_told_on_their_last_working_day() -> None:
    """Friday's list of accounts was cut: what Saturday has of it is not enough to know that."""
    rows = table_of("oa.activities", _activities(("government7",)))
    saturday = Period.day(ON + dt.timedelta(days=1))
    [finding] = judge(SUBSYSTEM, [RULE], {"oa.activities": rows}, period=saturday)
    assert (finding.status, finding.is_applicable) == ("ok", False)


def test_units_that_stay_away_are_told_where_their_source_gave_rows() -> None:
    away = ("government1", "general3")
    findings = judge(SUBSYSTEM, [RULE], {"oa.activities": table_of("oa.activities", _activities(away))})
    told = [finding for finding in findings if finding.is_violation]
    assert sorted(statuses(told)) == [("unit/general3", "critical"), ("unit/government1", "critical")]


def test_a_unit_whose_name_is_written_otherwise_has_not_fallen() -> None:
    rows = [{**row, "unit": row["unit"] + "\u3000"} if row["day"] == ON else row for row in _activities(("general3",))]
    units = [{"unit_id": name, "unit": name} for name in sorted({row["unit"].strip() for row in rows})]
    data = {"oa.activities": table_of("oa.activities", rows), "identity.units": units}
    told = [finding for finding in judge(SUBSYSTEM, [RULE], data) if finding.is_violation]
    assert statuses(told) == [("unit/general3", "critical")]
    week = judge(SUBSYSTEM, ["oa.unit_active_change_rate"], data, period=Period.week(ON))
    assert statuses(week) == []  # a fifth of a week of one unit is no fall of it
