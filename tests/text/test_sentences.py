"""Sentences of the reports, with the data that they are made from: the one place where sentences are asserted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ntanalytics.findings.dispositions import Disposition, Dispositions
from ntanalytics.findings.finding import Comparison, Entity, Finding, Window
from ntanalytics.findings.headline import MAX_LENGTH
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.number_format import close_up
from ntanalytics.metrics.quantity import quantity
from ntanalytics.recommendations.with_cause import word_with_assignment
from ntanalytics.report_content import weekly_text
from ntanalytics.report_content.dispositions import muted_sentence
from ntanalytics.report_content.incidents import DeskIncident, explains, incident_sentence
from ntanalytics.subsystems import RULES, word
from ntanalytics.subsystems.oa import text as oa_text
from ntanalytics.subsystems.sms import text as sms_text
from tests.banned_words import heard_before_party

HERE = Path(__file__).parent


def _cases(name: str) -> list[dict[str, Any]]:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _finding(case: Mapping[str, Any]) -> Finding:
    window, comparison, since = (case.get(name) for name in ("window", "comparison", "since"))
    return Finding(
        rule=RULES[case["code"]],
        entity=Entity(*case["entity"]),
        status=case["status"],
        value=case.get("value"),
        format=case.get("format", "integer"),
        certainty=case.get("certainty", "exact"),
        detector=case.get("detector", ""),
        window=None if window is None else Window(date.fromisoformat(window[0]), *window[1:]),
        since=None if since is None else date.fromisoformat(since),
        since_is_bound=case.get("since_is_bound", False),
        comparison=None if comparison is None else Comparison(*comparison),
        figures=case.get("figures", {}),
        details=_tuples(case.get("details", {})),
    )


@pytest.mark.parametrize("case", _cases("findings.yml"), ids=lambda case: case["code"])
def test_a_finding_is_told_as_an_event(case: dict[str, Any]) -> None:
    finding = _finding(case)
    assert close_up(word_with_assignment(date.fromisoformat(case["on"]))(finding).sentence) == case["sentence"]


@pytest.mark.parametrize("case", _cases("incidents.yml"), ids=lambda case: case["number"])
def test_an_incident_is_told_with_what_it_explains(case: dict[str, Any]) -> None:
    moment = datetime.fromisoformat
    incident = DeskIncident(
        number=case["number"],
        subsystem=case["subsystem"],
        cause=case["cause"],
        is_crash=case["is_crash"],
        began_at=moment(case["began_at"]),
        restored_at=moment(case["restored_at"]) if case["restored_at"] else None,
        until_at=moment(case["until_at"]),
    )
    found = [_finding(finding) for finding in case.get("findings", [])]
    assert all(explains(incident, finding) for finding in found)
    told = incident_sentence(
        DeskIncident(**{**vars(incident), "explained": tuple(found)}), word, date.fromisoformat(case["on"])
    )
    assert close_up(told.subject + told.text) == case["sentence"]


def _row(values: Mapping[str, Any]) -> FigureRow:
    against = values.get("against", "上周")
    known = {name: value for name, value in values.items() if name not in ("against", "is_complete", "was_complete")}
    return FigureRow(
        known,
        is_complete=values.get("is_complete", True),
        was_complete=values.get("was_complete", True),
        against=against,
    )


def _rows(values: list[dict[str, Any]]) -> Figures:
    return figures(values)


def _overdue(case: Mapping[str, Any]) -> str:
    late = quantity(MEASURES["overdue_deliveries"], case["overdue"], is_complete=case.get("is_complete", True))
    return weekly_text.documents(late, _rows(case["units"]), date.fromisoformat(case["on"]))


def _decided(case: Mapping[str, Any]) -> str:
    return "".join(weekly_text.decisions([_finding(finding) for finding in case["findings"]]))


def _muted(case: Mapping[str, Any]) -> str:
    held = {
        str(number): Disposition(entity="", check="", kind=kind, noted_on=date.min)
        for number, kind in enumerate(case["muted"])
    }
    expired = frozenset(map(str, range(case["expired"])))
    return muted_sentence(Dispositions(held, frozenset(held), expired, case.get("is_known", True)))


#: Name in the cases → function that says the sentence.
SAYINGS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "weekly_adoption": lambda case: weekly_text.adoption(_row(case["total"]), _rows(case["editions"]), case["span"]),
    "weekly_documents": _overdue,
    "decisions": _decided,
    "muted": _muted,
    "sms_volume": lambda case: sms_text.volume(
        _row(case["total"]), _rows(case["carriers"]), _rows(case["applications"])
    ),
    "sms_delivery": lambda case: sms_text.delivery(_row(case["total"]), _rows(case["carriers"])),
    "oa_level": lambda case: oa_text.level(_row(case["total"]), _row(case["reach"])),
    "oa_terminals": lambda case: oa_text.terminals(_row(case["total"])),
    "oa_pace": lambda case: oa_text.pace(_row(case["total"]), tuple(case["worked_days"])),
}


@pytest.mark.parametrize("case", _cases("sections.yml"), ids=lambda case: case["says"])
def test_a_section_is_told_in_a_sentence(case: dict[str, Any]) -> None:
    assert close_up(SAYINGS[case["says"]](case)) == case["sentence"]


@pytest.mark.parametrize("name", ["findings.yml", "incidents.yml"])
def test_who_sees_to_it_is_heard_within_ten_seconds(name: str) -> None:
    lengths = {case["sentence"]: heard_before_party(case["sentence"]) for case in _cases(name)}
    assert {sentence for sentence, length in lengths.items() if length is None} == set()
    # a tenth more is the slack of a reader's voice
    assert {text: length for text, length in lengths.items() if length and length > 1.1 * MAX_LENGTH} == {}


def test_there_are_sixty_sentences() -> None:
    assert sum(len(_cases(name)) for name in ("findings.yml", "incidents.yml", "sections.yml")) >= 60
