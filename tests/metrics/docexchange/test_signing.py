"""Arrival to signing, with documents whose times are worked out by hand."""

from __future__ import annotations

import datetime as dt

from ntanalytics.metrics.docexchange.signing import arrival_to_signing
from ntanalytics.metrics.rows import rows

BEFORE, BEGIN, END = (dt.datetime(2026, 11, day, tzinfo=dt.UTC) for day in (9, 16, 23))
SENT = dt.datetime(2026, 11, 17, 1, tzinfo=dt.UTC)


def test_deliveries_whose_times_contradict_each_other_tell_no_time_to_the_signing(table):
    """Of waits of 10, 20 and 60 minutes the median is 20; receipts before the sending or the arrival have none."""
    week = dt.timedelta(days=7)
    signed = [
        {"sent_at": SENT, "delivered_at": SENT + _minutes(5), "signed_at": SENT + _minutes(15)},
        {"sent_at": SENT, "signed_at": SENT + _minutes(20)},
        {"sent_at": SENT, "delivered_at": SENT + _minutes(5), "signed_at": SENT + _minutes(65)},
        {"sent_at": SENT, "signed_at": SENT - _minutes(30)},
        {"sent_at": SENT, "delivered_at": SENT + _minutes(5), "signed_at": SENT + _minutes(3)},
        {"sent_at": SENT, "delivered_at": SENT - _minutes(90), "signed_at": SENT + _minutes(3)},
        {"sent_at": SENT},
        {"sent_at": SENT - week, "signed_at": SENT - week + _minutes(40)},
        {"sent_at": SENT - week, "signed_at": SENT - week - _minutes(40)},
    ]
    shared = {"document_id": "d", "receiver_unit": "甲局", "state": "delivered"}
    made = [{**row, "day": row["sent_at"].date(), "delivery_id": str(n)} for n, row in enumerate(signed)]
    deliveries = table("docexchange.deliveries", made, **shared)
    assert rows(arrival_to_signing(deliveries, BEGIN, END, BEFORE)) == [
        {"arrival_to_signing_s": 20 * 60, "arrival_to_signing_s_before": 40 * 60}
    ]


def _minutes(number: int) -> dt.timedelta:
    return dt.timedelta(minutes=number)
