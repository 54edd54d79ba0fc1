"""Engine: what the silence of a check means."""

from __future__ import annotations

import dataclasses

import pytest

from ntanalytics.checks.check import MONTH
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.errors import LakeError
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.docexchange import SUBSYSTEM as DOCUMENTS
from ntanalytics.subsystems.identity import SUBSYSTEM
from ntanalytics.subsystems.sms import SUBSYSTEM as SMS
from tests.subsystems.made import ON, at, evaluation, events, hours

RATE, RISE = "sms.delivery_rate", "sms.failures_rise"


def _messages(failed_at_noon: float) -> dict[str, object]:
    """Return the messages of some weeks of a carrier; of those of noon today a share failed."""
    sent = hours(100, carrier="unicom", application="oa")
    rows = []
    for row in sent:
        failed = round(row["events"] * failed_at_noon) if (row["day"], row["slot"]) == (ON, 12) else 0
        rows += [
            {**row, "events": row["events"] - failed, "outcome": "delivered", "receipt_latency_s": 5.0},
            {**row, "events": failed, "outcome": "failed"},
        ]
    return {"sms.messages": events("sms.messages", rows)}


def test_the_silence_of_a_check_with_complete_data_is_a_judgement() -> None:
    assert evaluation(SMS, [RATE, RISE], _messages(0.0)).unjudged == set()


def test_a_check_without_a_source_judges_nothing() -> None:
    made = evaluation(SMS, [RATE, RISE], {})
    assert made.findings == ()
    assert made.unjudged == {RATE, RISE}


def test_a_check_over_a_gap_judges_nothing_whatever_it_returns() -> None:
    data = {"identity.logins": [{"account_id": "a", "logged_in_at": at(ON, 9), "outcome": "success"}]}
    assert evaluation(SUBSYSTEM, ["identity.attempts"], data, gaps=(ON,)).unjudged == {"identity.attempts"}


def test_a_check_of_which_a_finding_was_suppressed_judges_nothing() -> None:
    made = evaluation(SMS, [RATE, RISE], _messages(0.9))
    assert [finding.code for finding in made.findings if finding.is_violation] == [RISE]
    assert made.unjudged == {RATE}


@pytest.mark.parametrize(
    ("rule", "failed", "said"),
    [
        (RISE, 0.0, ("unknown", "not_in_source")),
        (RISE, 0.9, ("critical", "")),
        # messages without an outcome count as not delivered: a low rate proves nothing
        (RATE, 0.9, ("unknown", "not_in_source")),
    ],
)
def test_without_a_column_of_its_measure_a_check_tells_what_is_wrong_or_that_it_cannot_know(
    rule: str, failed: float, said: tuple[str, str]
) -> None:
    made = evaluation(SMS, [rule], _messages(failed), absent={"sms.messages": ["outcome"]})
    assert {(finding.status, finding.unknown) for finding in made.findings} == {said}


@pytest.mark.parametrize(("failed", "said"), [(0.0, ("unknown", "not_in_source")), (0.9, ("critical", ""))])
def test_without_the_column_that_tells_subjects_apart_the_others_may_be_wrong(
    failed: float, said: tuple[str, str]
) -> None:
    subject_columns = {"sms.messages": ("unit",)}
    checks = tuple(
        dataclasses.replace(check, subject_columns=subject_columns) for check in SMS.checks if check.rule == RISE
    )
    by_unit = dataclasses.replace(SMS, checks=checks)
    made = evaluation(by_unit, [RISE], _messages(failed), absent={"sms.messages": ["unit"]})
    assert {(finding.status, finding.unknown) for finding in made.findings} == {said}
    assert "unknown" not in {finding.status for finding in evaluation(by_unit, [RISE], _messages(failed)).findings}


def _with_failing(rule: str, error: Exception) -> Subsystem:
    """Return the SMS subsystem with a check that raises an error."""

    def evaluate(_context: CheckContext, _rule: Rule) -> list[Finding]:
        raise error

    checks = [dataclasses.replace(check, evaluate=evaluate) if check.rule == rule else check for check in SMS.checks]
    return dataclasses.replace(SMS, checks=tuple(checks))


def test_a_check_that_ends_in_an_error_is_unknown_and_the_others_come_out() -> None:
    made = evaluation(_with_failing(RISE, ZeroDivisionError("of 12")), [RATE, RISE], _messages(0.9))
    [failed] = [finding for finding in made.findings if finding.code == RISE]
    assert (failed.status, failed.unknown, RISE in made.unjudged) == ("unknown", "failed", True)
    assert str(failed.details["error"]).startswith("ZeroDivisionError, subsystem_evaluation.py:")
    assert [finding.status for finding in made.findings if finding.code == RATE] == ["warning"]


def test_a_section_that_ends_in_an_error_is_shown_as_failed_and_told() -> None:
    def summarize(_context: CheckContext) -> SubsystemSummary:
        raise ZeroDivisionError("of 12")

    assert SMS.section is not None
    broken = dataclasses.replace(SMS, section=dataclasses.replace(SMS.section, summarize=summarize))
    made = evaluation(broken, [RATE], _messages(0.9), has_section=True)
    summary = made.summaries["sms"]
    assert summary.highlights == "计算出错，本节未能出具"
    assert not summary.quantity("submitted").is_exact
    told = {finding.code: (finding.status, finding.unknown) for finding in made.findings}
    assert told == {RATE: ("warning", ""), "sms.source": ("unknown", "failed")}


def test_what_the_checks_lack_is_told_once_where_the_rest_is_watched() -> None:
    """Messages without bills: what needs the bills would be silent as if all were well."""
    made = evaluation(SMS, [RATE, "sms.bill"], _messages(0.0), spans=(MONTH,), has_section=True)
    [told] = [finding for finding in made.findings if finding.unknown == "no_source"]
    assert (told.code, told.details) == ("sms.source", {"datasets": ("运营商账单",), "is_part": True, "checks": 1})
    assert made.summaries["sms"].status == "unknown"
    without = evaluation(SMS, [RATE], _messages(0.0), spans=(MONTH,), has_section=True)
    assert without.summaries["sms"].status == "ok"


def test_what_is_silent_over_a_gap_is_told_once() -> None:
    """Returned documents are told unit by unit: over a gap no unit is told, and none is shown to be well."""
    returned = "docexchange.undelivered"
    data = {"docexchange.deliveries": [{"delivery_id": "d"}], "docexchange.documents": [{"document_id": "d"}]}
    made = evaluation(DOCUMENTS, [returned], data, gaps=(ON,), has_section=True)
    [told] = [finding for finding in made.findings if finding.unknown == "incomplete"]
    assert (told.status, told.unknown, told.details) == ("unknown", "incomplete", {"checks": 1})
    assert evaluation(DOCUMENTS, [returned], data, gaps=(ON,)).findings == ()


def test_what_the_site_switched_off_is_told_in_the_head() -> None:
    off = {**RULES, RATE: dataclasses.replace(RULES[RATE], enabled=False)}
    assert evaluation(SMS, [RATE, RISE], _messages(0.0), rules=off).context.report.remarks == (
        "按站点设置停用的检查有 1 项（短信平台送达率），未作判断。",
    )
    assert evaluation(SMS, [RATE, RISE], _messages(0.0)).context.report.remarks == ()


def test_an_error_of_the_lake_ends_the_report() -> None:
    with pytest.raises(LakeError):
        evaluation(_with_failing(RISE, LakeError("the disk is gone")), [RATE, RISE], _messages(0.0))
