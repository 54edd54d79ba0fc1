"""The tables count what was told, of which subject, beside the oracle; and the page keeps what a person wrote."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.errors import UsageError
from ntanalytics.evaluation.estate import Wanted
from ntanalytics.evaluation.mutations.campaign import MutationScore, evaluate_mutations, opened
from ntanalytics.evaluation.mutations.drawing import Trial
from ntanalytics.evaluation.mutations.judging import Alert
from ntanalytics.evaluation.mutations.mutation import Mutation
from ntanalytics.evaluation.mutations.scoring import Outcome
from ntanalytics.evaluation.mutations.subjects import Subject
from ntanalytics.evaluation.mutations.tables import mutation_tables
from ntanalytics.evaluation.page import render_mutations
from ntanalytics.findings.finding import Entity

DAY = dt.date(2026, 11, 2)


def outcome(kind: str, size: float, events: float, half_widths: float, told_after: int | None) -> Outcome:
    begin = dt.datetime.combine(DAY, dt.time(), dt.UTC)
    mutation = Mutation(
        number=1, dataset="sms.messages", members={"carrier": "unicom"}, kind=kind, quantity="events", begins_at=begin,
        ends_at=begin + dt.timedelta(days=2), size=size, seed=1,
    )  # fmt: skip
    day = None if told_after is None else DAY + dt.timedelta(days=told_after)
    trial = Trial(mutation, events, half_widths, DAY if half_widths > 1 else None)
    return Outcome(
        trial=trial, day=day, is_right=told_after == 0, detected_by=("sms.failures_rise 中国联通",) if day else ()
    )


SCORE = MutationScore(
    7,
    (
        outcome("cut", 1.0, 60, 12.0, 0),
        outcome("fall", 0.4, 50, 4.0, 1),
        outcome("fall", 0.3, 30, 3.5, None),
        outcome("rise", 0.3, 90, 0.5, None),
    ),
    tuple(DAY + dt.timedelta(days=number) for number in range(4)),
    (),
)


def test_recall_stands_beside_the_aims_and_the_oracle():
    total, curve, by_kind, *_ = mutation_tables([SCORE])
    results = {row[0]: row[2:] for row in total.rows}
    assert results["told of all"] == ("0.50", "2 of 4")
    assert results["told by the oracle"] == ("0.75", "3 of 4")
    assert results["told, 33% or more lost of 50 events or more"] == ("1.00", "2 of 2")
    assert results["told, 25% or more lost of 20 events or more"] == ("0.67", "2 of 3")
    assert results["told from 3 half-widths on"] == ("0.67", "2 of 3")
    assert results["the very subject, of the told"] == ("0.50", "1 of 2")
    assert results["median delay in days"] == ("0.5", "")
    assert results["false alarms a day, untouched"] == ("0.00", "0 in 4 days")
    assert {row[0]: row[1:] for row in curve.rows}["3 to 5"] == ("2", "0.50", "0.00", "1.00")
    assert [row[0] for row in by_kind.rows] == ["fall", "cut", "rise"], "in the order of the kinds"
    assert by_kind.rows[0][-2:] == ("1 / 2 of 2", "0")


def test_a_matter_that_stays_is_one_alarm_and_one_that_comes_back_another():
    subject = Subject(frozenset(), Entity("carrier", "unicom", "中国联通"), None)
    item = Alert(code="sms.backlog", subject=subject, status="warning", evidence="")
    days = {DAY + dt.timedelta(days=number): [item] for number in (0, 1, 4, 20)}
    assert [alarm.day for alarm in opened(days)] == [DAY, DAY + dt.timedelta(days=20)]


def test_the_page_keeps_the_words_around_the_tables(tmp_path: Path):
    page = tmp_path / "evaluation.md"
    page.write_text("# Mine\n\n<!-- mutations: begin -->\nstale\n<!-- mutations: end -->\n\nMore.\n", encoding="utf-8")
    text = render_mutations(page, [SCORE])
    assert text.startswith("# Mine\n")
    assert text.endswith("\n\nMore.\n")
    assert "stale" not in text
    assert "| told of all |  | 0.50 | 2 of 4 |" in text


def test_what_cannot_be_drawn_is_refused(tmp_path: Path):
    for count, judged in ((0, 5), (1, 9)):
        with pytest.raises(UsageError):
            evaluate_mutations(tmp_path, [Wanted(1, days=8, is_untouched=True)], count, judged)
