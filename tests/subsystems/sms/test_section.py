"""Summary of the SMS platform: where the delivery rate may end while messages wait."""

from __future__ import annotations

import pytest

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import case_list
from ntanalytics.subsystems.sms.section import with_pending

CARRIERS = case_list([{"submitted": 1000}])


def _total(delivered: int, pending: int, *, is_complete: bool = True) -> FigureRow:
    counts = {"submitted": 1000, "delivered": delivered, "failed": 1000 - delivered - pending, "pending": pending}
    rate = delivered / (1000 - pending)
    return FigureRow({**counts, "unknown": 0, "delivery_rate": rate}, is_complete=is_complete)


def test_the_rate_ends_between_none_and_all_of_those_that_wait_being_delivered() -> None:
    note = with_pending(CARRIERS, _total(950, 30)).note
    assert "30 条" in note
    assert "95.0% 至 98.0%" in note  # 950 and 980 of 1,000; today's rate is 950 of 970


@pytest.mark.parametrize("total", [_total(950, 0), _total(950, 30, is_complete=False)])
def test_where_none_waits_or_the_rate_is_unknown_nothing_is_said(total: FigureRow) -> None:
    assert with_pending(CARRIERS, total).note == CARRIERS.note
