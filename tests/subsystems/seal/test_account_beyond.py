"""Seals that sign far more than they ever did, and than any seal does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, at, days, judge


def _signings(seal: str, day: date, count: int, operation: str = "sign") -> list[dict[str, Any]]:
    return [
        {
            "signing_id": f"{seal}-{day}-{operation}-{number}", "signed_at": at(day, 9), "seal_id": seal,
            "operation": operation, "system": "oa", "outcome": "success", "day": day,
        }
        for number in range(count)
    ]  # fmt: skip


#: Six weeks of thirty seals that sign twice a working day.
PAST = [
    row
    for day in days(42)
    if day["is_working_day"] and day["day"] != ON
    for number in range(30)
    for row in _signings(f"s{number}", day["day"], 2)
]


def _judged(*today: list[dict[str, Any]]) -> list[Finding]:
    rows = [*PAST, *(row for some in today for row in some)]
    return judge(subsystem("seal"), ["seal.account_beyond"], {"seal.signings": rows})


def test_a_seal_that_signs_far_beyond_itself_and_all_others_is_told_by_its_number() -> None:
    [finding] = _judged(_signings("s3", ON, 24), _signings("s4", ON, 2))
    assert (finding.status, finding.value) == ("warning", pytest.approx(12.0))
    assert "同一印章 s3 操作“签章”签章 24 次" in word(finding).evidence


def test_a_seal_that_signs_four_times_as_often_as_any_is_none() -> None:
    assert _judged(_signings("s3", ON, 8)) == []
