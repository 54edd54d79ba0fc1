"""Bills of the carriers: reconciliation with what was sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.periods import Period
from ntanalytics.subsystems.sms import SUBSYSTEM
from tests.subsystems.made import Row, judge

MONTH_ON = dt.date(2026, 10, 1)
OCTOBER = Period.month(MONTH_ON)
SENT = {"carrier": "unicom", "application": "oa", "outcome": "delivered", "day": MONTH_ON, "segments": 24_263}
BILL = {"carrier": "unicom", "month_on": MONTH_ON, "day": MONTH_ON, "billed_segments": 24_700, "billed_yuan": 889.2}


def _judge(sent: list[Row], bills: list[Row], **more: Any) -> list[Finding]:
    data = {"sms.messages": sent, "sms.bills": bills}
    return judge(SUBSYSTEM, ["sms.bill"], data, **{"period": OCTOBER, **more})


def test_a_bill_is_judged_by_its_difference_and_tells_segments_and_yuan() -> None:
    mobile = {"carrier": "mobile"}
    less, more = _judge(
        [SENT, {**SENT, **mobile, "segments": 2000}],
        [BILL, {**BILL, **mobile, "billed_segments": 1998, "billed_yuan": 79.92}],
    )
    assert (more.entity.identity, more.status) == ("carrier/unicom", "critical")
    assert more.value == pytest.approx(0.0177, abs=1e-4)
    assert more.figures == {"segments": 437, "yuan": pytest.approx(15.73, abs=0.005)}
    assert (less.entity.identity, less.status, less.figures["segments"]) == ("carrier/mobile", "ok", -2)
    assert less.value == pytest.approx(-0.001, abs=1e-4)


@pytest.mark.parametrize(
    ("sent", "status"), [(996, "ok"), (995, "ok"), (994, "critical"), (1005, "ok"), (1006, "critical")]
)
def test_a_bill_is_judged_on_either_side_by_the_sites_limit(sent: int, status: str) -> None:
    [finding] = _judge([{**SENT, "segments": sent}], [{**BILL, "billed_segments": 1000}])
    assert finding.status == status


def test_without_a_bill_or_with_a_gap_the_difference_is_unknown() -> None:
    for findings in (_judge([SENT], []), _judge([SENT], [BILL], gaps=(dt.date(2026, 10, 5),))):
        assert [(finding.entity.key, finding.status, finding.unknown, finding.value) for finding in findings] == [
            ("unicom", "unknown", "incomplete", None)
        ]


def test_on_a_day_the_bills_of_the_month_before_are_judged_once_they_are_there() -> None:
    day = Period.day(dt.date(2026, 11, 20))
    [finding] = _judge([SENT], [BILL], period=day)
    assert (finding.entity.key, finding.status) == ("unicom", "critical")
    assert _judge([SENT], [], period=day) == []
    for gap in (dt.date(2026, 10, 5), MONTH_ON):
        [unknown] = _judge([SENT], [], period=day, gaps=(gap,))
        assert (unknown.status, unknown.unknown) == ("unknown", "incomplete")
