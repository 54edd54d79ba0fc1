"""Gaps and rejected rows of the data."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from ntanalytics.findings.finding import Finding
from ntanalytics.reports.blocks.head import AsOf, SnapshotLoss
from ntanalytics.subsystems.data.completeness import MAX_ERROR, completeness_finding, rejected_finding
from tests.subsystems.data.given import RULES

ON = dt.date(2026, 11, 18)


def _given(**more: Any) -> AsOf:
    return AsOf(**{"source": "sms", "dataset": "sms.messages", "label": "短信", "rows": 1000, **more})


def _days(*days: int) -> tuple[dt.date, ...]:
    return tuple(dt.date(2026, 11, day) for day in days)


def _complete(**more: Any) -> Finding:
    return completeness_finding(RULES["data.completeness"], _given(**more), ON)


def _rejected(**more: Any) -> Finding | None:
    return rejected_finding(RULES["data.rejected_share"], _given(**more))


def test_a_whole_dataset_is_ok() -> None:
    finding, rejected = _complete(), _rejected()
    assert (finding.status, finding.value, finding.entity.identity) == ("ok", 0.0, "dataset/sms/sms.messages")
    assert (finding.details["subsystem"], finding.details["dataset"]) == ("sms", "sms.messages")
    assert rejected is not None
    assert (rejected.status, rejected.value, rejected.entity) == ("ok", 0.0, finding.entity)


def test_a_missing_day_is_unknown_since_the_gap_began() -> None:
    finding = _complete(rows=None, missing_days=_days(14, 16, 17, 18))
    assert (finding.status, finding.unknown, finding.since) == ("unknown", "missing", dt.date(2026, 11, 16))
    assert finding.figures["missing_days"] == 4.0
    assert _rejected(rows=None) is None  # no row came, so none was rejected


def test_a_day_that_came_in_part_is_unknown_and_has_no_missing_day() -> None:
    finding = completeness_finding(RULES["data.completeness"], _given(), ON, is_damaged=True)
    assert (finding.status, finding.unknown, finding.value, finding.since) == ("unknown", "incomplete", None, None)
    assert finding.figures["missing_days"] == 0.0


def test_an_earlier_gap_is_a_warning_since_totals_are_lower_bounds() -> None:
    finding = _complete(missing_days=_days(14, 16))
    assert (finding.status, finding.value, finding.details["last_missing"]) == ("warning", 2.0, "2026-11-16")


def test_a_damaged_snapshot_is_a_day_that_lacks_and_known_where_another_stands_in_its_place() -> None:
    day, before = dt.date(2026, 11, 19), dt.date(2026, 11, 18)
    lost = SnapshotLoss(day=day, rows=6, rows_read=3, whole_on=before)
    alone = _complete(rows=None, missing_days=_days(18), error="fewer rows", loss=lost)
    assert (alone.status, alone.unknown, alone.since) == ("unknown", "missing", ON)
    replaced = _complete(error="fewer rows", loss=replace(lost, stands_on=before))
    assert (replaced.status, replaced.value, replaced.unknown, replaced.since) == ("warning", 1.0, "", None)
    assert [finding.figures["lost_rows"] for finding in (alone, replaced)] == [6.0, 6.0]
    assert [finding.details["stands_on"] for finding in (alone, replaced)] == [None, "2026-11-18"]
    assert replaced.details["error"] == ""  # the source gave what it has, and told none


def test_the_rejected_rows_of_a_damaged_snapshot_are_a_share_of_its_own_rows() -> None:
    lost = SnapshotLoss(day=ON, rows=600, rows_read=300, whole_on=ON - dt.timedelta(days=1), stands_on=None)
    finding = _rejected(rows=900, rejected=100, loss=lost)
    assert finding is not None
    assert (finding.status, finding.value) == ("critical", 0.25)


def test_the_error_of_a_source_is_kept_short_and_on_one_line() -> None:
    finding = _complete(rows=0, error="no\nroute " + "x" * 200, missing_days=_days(18))
    assert finding.status == "unknown"
    assert str(finding.details["error"]).startswith("no route xxx")
    assert len(str(finding.details["error"])) == MAX_ERROR
    assert _complete(error="no route", missing_days=_days(17)).status == "unknown"


def test_rejected_rows_are_judged_by_their_share() -> None:
    finding = _rejected(rows=980, rejected=20)
    assert finding is not None
    assert (finding.status, finding.value, finding.figures["rejected"]) == ("critical", 0.02, 20.0)
