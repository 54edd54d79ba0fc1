"""Outcomes: which endings of the contract's datasets are no failure."""

from __future__ import annotations

import pytest

from ntanalytics.contract import DATASETS, dataset
from ntanalytics.contract.outcomes import failed_value, tells_outcome, tells_success


@pytest.mark.parametrize(
    ("name", "column", "member", "is_success"),
    [
        ("sms.messages", "outcome", "delivered", True),
        ("sms.messages", "outcome", "failed", False),
        ("sms.messages", "failure_code", "MK:0001", False),
        ("identity.logins", "outcome", "success", True),
        ("identity.logins", "reason", "wrong_password", False),
        ("infra.requests", "status", "304", True),
        ("infra.requests", "status", "404", False),
        ("infra.requests", "status", "503", False),
        ("infra.checks", "is_up", "true", True),
        ("infra.checks", "is_up", "false", False),
    ],
)
def test_what_did_not_fail(name: str, column: str, member: str, is_success: bool) -> None:
    assert tells_success(dataset(name).column(column), member) is is_success


def test_no_failure_of_any_dataset_is_a_success() -> None:
    columns = [column for each in DATASETS.values() for column in each.columns if tells_outcome(column)]
    assert columns
    assert not [column.name for column in columns if tells_success(column, str(failed_value(column)).lower())]
