from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.data.completeness import completeness

ON = dt.date(2026, 11, 18)


@dataclass(frozen=True)
class Given:
    source: str = "sms"
    dataset: str = "sms.messages"
    label: str = "短信"
    rows: int | None = 1000
    rejected: int = 0
    missing_days: tuple[dt.date, ...] = ()
    error: str = ""


def _days(*days: int) -> tuple[dt.date, ...]:
    return tuple(dt.date(2026, 11, day) for day in days)


def test_a_whole_dataset_is_in_order() -> None:
    gaps, rejected = completeness([Given()], ON, RULES)
    assert (gaps.state, gaps.subject, gaps.subsystem) == ("ok", "短信（sms）", "sms")
    assert (rejected.state, rejected.value) == ("ok", 0.0)


def test_a_missing_day_is_unknown_since_the_hole_began() -> None:
    [gaps] = completeness([Given(rows=None, missing_days=_days(14, 16, 17, 18))], ON, RULES)
    assert (gaps.state, gaps.since, gaps.value) == ("unknown", "11月16日", 4.0)
    assert gaps.evidence == "数据缺失。"


def test_an_earlier_hole_is_watched_since_totals_are_lower_bounds() -> None:
    gaps, _ = completeness([Given(missing_days=_days(14, 16))], ON, RULES)
    assert (gaps.state, gaps.evidence) == ("warning", "缺 2 天数据（最近为11月16日），有关合计为下限。")


def test_a_source_that_failed_is_quoted_briefly_and_on_one_line() -> None:
    [gaps] = completeness([Given(rows=0, error="no\nroute " + "x" * 200, missing_days=_days(18))], ON, RULES)
    assert gaps.state == "unknown"
    assert gaps.evidence.startswith("数据缺失，数据源报错“no route xxx")
    assert len(gaps.evidence) < 110


def test_rejected_rows_are_judged_by_their_share() -> None:
    _, rejected = completeness([Given(rows=980, rejected=20)], ON, RULES)
    assert (rejected.state, rejected.value) == ("critical", 0.02)
    assert rejected.evidence == "剔除率 2.00%，高于异常阈值 1.00%，共剔除 20 行。"
