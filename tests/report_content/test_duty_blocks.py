"""Shortfalls of a duty in words: over a gap there may be more of them."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.report_content import service_quality
from ntanalytics.report_content.duties.duty import DutyRecord, Fact
from ntanalytics.report_content.duties.listing import DUTIES


@pytest.mark.parametrize(("gaps", "said"), [((), "（2项）"), (("工单缺1天",), "（至少2项）")])
def test_a_count_of_shortfalls_over_a_gap_is_a_lower_bound(gaps: tuple[str, ...], said: str) -> None:
    facts = tuple(Fact(dt.date(2026, 11, day), f"GD{day}", "", "short") for day in (3, 4))
    record = DutyRecord(duty=DUTIES["deadlines"], facts=facts, gaps=gaps)
    quality: Any = SimpleNamespace(shown=[record], detection=SimpleNamespace(words=""), score=None)
    (broken,) = [item for item in service_quality.opening(quality) if item.status == "critical"]
    assert said in broken.text


@pytest.mark.parametrize(("duty", "shown"), [("offline_backups", "unknown"), ("deadlines", "exact")])
def test_where_no_plan_of_backups_is_seen_their_number_is_unknown(duty: str, shown: str) -> None:
    # that no ticket was opened is a fact of the desk, and that no plan is seen is that of a source that is not there
    record = DutyRecord(duty=DUTIES[duty], facts=(), gaps=())
    assert record.verdict == "not_shown"
    seen = {record.row.quantity(f"duty_{name}").shown for name in ("facts", "kept", "short", "unproven")}
    assert seen == {shown}
    assert "期内没有" not in DUTIES["offline_backups"].none_words
