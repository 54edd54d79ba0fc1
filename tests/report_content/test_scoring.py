"""The score of a year: each deduction has its rows, and what cannot be shown deducts nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.errors import UnknownName
from ntanalytics.metrics.desk.duties import Result
from ntanalytics.metrics.desk.scores import deduction
from ntanalytics.report_content.duties.duty import DutyRecord, Fact
from ntanalytics.report_content.duties.listing import DUTIES
from ntanalytics.report_content.scoring import SheetScore, deduction_table, score, score_table
from ntanalytics.settings import project_dir
from ntanalytics.settings.scoring import ScoringSheet, read_scoring

GRADES = [{"at_least": 90, "grade": "优秀"}, {"at_least": 0, "grade": "不合格"}]


def _sheet(*clauses: dict[str, object]) -> ScoringSheet:
    numbered = {str(number): {"clause": "条款", **clause} for number, clause in enumerate(clauses, 1)}
    return ScoringSheet.model_validate({"clauses": numbered, "grades": GRADES})


def _record(duty: str, *results: Result, gaps: tuple[str, ...] = ()) -> DutyRecord:
    facts = [Fact(dt.date(2026, 11, 1 + place), f"N{place}", "", result) for place, result in enumerate(results)]
    return DutyRecord(duty=DUTIES[duty], facts=tuple(facts), gaps=gaps)


def _score(clause: dict[str, object], record: DutyRecord) -> SheetScore:
    return score(_sheet({"measure": record.duty.id, **clause}), {record.duty.id: record})


@pytest.mark.parametrize(
    ("clause", "results", "off", "facts"),
    [
        ({"points": 5}, ("met", "short", "short"), 10, 2),
        ({"points": 5, "cap": 8}, ("short", "short"), 8, 2),
        ({"points": 5, "condition": "any"}, ("short", "short"), 5, 2),
        ({"points": 5}, ("met", "none", "open"), 0, 0),
        ({"points": 2, "condition": "rate < 0.75"}, ("met", "met", "met", "short"), 0, 0),
        ({"points": 2, "condition": "rate < 0.75"}, ("met", "met", "short"), 2, 1),
    ],
)
def test_a_clause_takes_points_for_the_shortfalls_that_it_names(clause, results, off, facts) -> None:
    scored = _score(clause, _record("inspections", *results))
    assert (scored.clauses[0].points_off, len(scored.clauses[0].facts)) == (off, facts)
    assert scored.row["score"] == 100 - off
    assert len(deduction_table(scored)[0].rows) == (facts if off else 0)


def test_over_a_gap_nothing_is_deducted_and_the_score_is_an_upper_bound() -> None:
    scored = _score({"points": 50}, _record("inspections", "met", gaps=("缺1天",)))
    assert scored.clauses[0].points_off == 0
    assert scored.row.quantity("score").certainty == "upper_bound"
    assert "等级不高于优秀" in scored.words  # and not that it is 优秀
    assert "无法证明" in score_table(scored).rows[0]["basis"]


def test_over_a_gap_what_is_proven_to_be_short_deducts_and_the_score_is_still_an_upper_bound() -> None:
    each, share = (
        _score(clause, _record("inspections", "short", "met", gaps=("缺1天",)))
        for clause in ({"points": 5}, {"points": 5, "condition": "rate < 0.9"})
    )
    assert (each.clauses[0].points_off, share.clauses[0].points_off) == (5, 0)  # the gap may hold what raises the share
    assert {scored.row.quantity("score").certainty for scored in (each, share)} == {"upper_bound"}


def test_without_any_fact_the_clause_cannot_be_shown_unless_there_was_nothing_to_do() -> None:
    nothing, none_to_do = (_score({"points": 5}, _record(duty)) for duty in ("inspections", "recovery"))
    assert nothing.row.quantity("score").certainty == "upper_bound"
    assert none_to_do.row.quantity("score").certainty == "exact"
    assert [item.points_off for scored in (nothing, none_to_do) for item in scored.clauses] == [0, 0]


def test_a_share_of_nothing_that_was_due_takes_no_points_and_bounds_no_score() -> None:
    for record in (_record("trainings", "idle"), _record("access_grants")):
        scored = _score({"points": 2, "condition": "rate < 0.9"}, record)
        assert (scored.clauses[0].points_off, scored.row.quantity("score").certainty) == (0, "exact")
        assert record.verdict_words == "无应办事项"


def test_a_share_with_a_fact_without_proof_is_not_known_and_deducts_nothing() -> None:
    scored = _score({"points": 2, "condition": "rate < 0.9"}, _record("deadlines", "short", "unproven"))
    assert scored.clauses[0].points_off == 0
    assert scored.row.quantity("score").certainty == "upper_bound"


def test_no_score_falls_below_nothing() -> None:
    scored = _score({"points": 60}, _record("inspections", "short", "short"))
    assert (scored.row["score"], scored.grade) == (0, "不合格")


def test_an_unknown_measure_is_refused() -> None:
    with pytest.raises(UnknownName, match=r"inspection.*\n.*inspections"):
        score(_sheet({"measure": "inspection", "points": 1}), {}, where="scoring.yml")


def test_the_example_measures_duties() -> None:
    sheet = read_scoring(project_dir("scheduled") / "scoring.example.yml")
    assert sheet is not None
    assert {clause.measure for clause in sheet.clauses.values()} <= set(DUTIES)


def test_a_duty_with_an_agreed_share_is_met_by_it() -> None:
    record = _record("deadlines", "met", "met", "met", "short")
    for least, verdict in ((0.75, "met"), (0.8, "not_met"), (None, "not_met")):
        agreed = DutyRecord(duty=record.duty, facts=record.facts, gaps=(), least_rate=least)
        assert agreed.verdict == verdict


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (("met", "met", "met", "unproven"), "met"),  # three of four at the worst
        (("met", "unproven", "unproven", "short"), "not_shown"),  # one to three of four
        (("met", "unproven", "short", "short"), "not_met"),  # two of four at the best
    ],
)
def test_a_share_is_judged_where_what_lacks_proof_cannot_change_it(results, verdict) -> None:
    record = _record("deadlines", *results)
    assert DutyRecord(duty=record.duty, facts=record.facts, gaps=(), least_rate=0.75).verdict == verdict
    assert DutyRecord(duty=record.duty, facts=record.facts, gaps=("缺1天",), least_rate=0.75).verdict == "not_shown"


def test_without_shortfalls_nothing_is_taken() -> None:
    assert deduction(0, points=3) == 0
    assert deduction(3, points=3, is_broken=False) == 0
