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
