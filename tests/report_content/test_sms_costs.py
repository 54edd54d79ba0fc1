"""Money of SMS in a month's statistics, where the bill of a carrier has not come."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.periods import Period
from ntanalytics.report_content.sms_volume import SmsStatistics, bills
from ntanalytics.reports import Table
from ntanalytics.subsystems.sms import SUBSYSTEM
from tests.subsystems.made import Row, evaluation

CARRIERS = ("mobile", "telecom", "unicom")


def _costs(month: dt.date, billed: list[Row]) -> Table:
    """Return the table of the costs of a month in which three carriers sent."""
    sent = [
        {"message_id": carrier, "carrier": carrier, "segments": 2, "day": month + dt.timedelta(days=3)}
        for carrier in CARRIERS
    ]
    data = {"sms.messages": sent, "sms.bills": billed}
    made = evaluation(SUBSYSTEM, ["sms.bill"], data, period=Period.month(month))
    made.context.needs = None  # the report reads more than the check
    [_, costs] = bills(SmsStatistics(made, made.context.dataset("sms.messages", 28)))
    return costs


def _bill(month: dt.date, carrier: str) -> Row:
    return {"month_on": month, "day": month, "carrier": carrier, "billed_segments": 2, "billed_yuan": 10.0}


@pytest.mark.parametrize("month", [dt.date(2026, 1, 1), dt.date(2026, 3, 1)])
@pytest.mark.parametrize("lacking", ["", "telecom"])
def test_money_without_the_bill_of_a_carrier_is_a_lower_bound(month: dt.date, lacking: str) -> None:
    months = [dt.date(2026, number, 1) for number in range(1, month.month + 1)]
    billed = [_bill(each, carrier) for each in months for carrier in CARRIERS if (each, carrier) != (month, lacking)]
    table = _costs(month, billed)
    total = table.rows[-1]
    assert (total["month_yuan"], total["year_yuan"]) == ((20.0 if lacking else 30.0), sum(10.0 for _ in billed))
    bound = dict.fromkeys(("month_yuan", "year_yuan"), "lower_bound") if lacking else {}
    assert total.get("certainty", {}) == bound
    assert ("中国电信没有本月账单" in table.note) == bool(lacking)
