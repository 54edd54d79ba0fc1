"""Ten days of the schedule in a minute: real runs, drawn faults, and everything adds up (the long one: make soak)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.run import soak


def test_ten_days_with_faults_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    found = soak(
        tmp_path / "city",
        seed=13,
        days=10,
        jobs=("daily-sms", "weekly-sms"),
        scale=0.001,
        verified=2,
        # ten of them: the page of one question is issued, corrected and sent as one of a hundred
        small=("daily-sms",),
        # half a minute of waiting for the ledger, and logs that these reports do not read, are left to the long one
        exclude=("ledger locked", "logs gone", "half-written gz"),
        databases=("sms_platform.sqlite",),
    )
    assert found.wrong == []
    # Saturday the 14th to Monday the 23rd: six working days, two Mondays, and the latest of each before the first call
    assert found.figures["reports due"] == 6 + 2 + 2
    counts_by_fault = found.figures["faults by kind"]
    assert isinstance(counts_by_fault, dict)
    assert set(counts_by_fault) >= {
        "source gone",
        "process killed",
        "disk full",
        "host down",
        "share gone",
        "mail line cut",
        "mail refused",
        "two at once",
        "clock set back",
    }
