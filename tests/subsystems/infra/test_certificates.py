"""Server certificates of a period that is not over."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import ibis
import pytest

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.subsystems.infra.availability_checks import certificates
from tests.subsystems.made import table_of

KNOWN_UNTIL = dt.datetime(2026, 11, 22, 22, tzinfo=dt.UTC)
PERIOD_ENDS = dt.datetime(2026, 11, 30, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("known_end", "later", "left"),
    [
        (KNOWN_UNTIL, (), 7.0),
        # nothing checked it for seven days: it may have been replaced, and is not told to have expired
        (PERIOD_ENDS, (), 6.0),
        # nobody answers there since: it was checked until the end, an hour before it
        (PERIOD_ENDS, (PERIOD_ENDS - dt.timedelta(hours=1),), -1.0),
    ],
)
def test_days_are_left_from_what_is_known_and_not_from_a_day_to_come(
    known_end: dt.datetime, later: tuple[dt.datetime, ...], left: float
) -> None:
    expires = dt.datetime(2026, 11, 29, 16, tzinfo=dt.UTC)
    seen = [{"target": "门户", "checked_at": KNOWN_UNTIL, "expires_at": expires}]
    seen += [{"target": "门户", "checked_at": at, "expires_at": None} for at in later]
    rows = table_of("infra.checks", seen, subsystem="sso", kind="tls", is_up=True, day=dt.date(2026, 11, 23))
    view = SimpleNamespace(table=ibis.memtable(rows), known_end=known_end)
    context = SimpleNamespace(dataset=lambda name: view, ends_at=PERIOD_ENDS)
    assert certificates(context)["tls_days"].to_pylist() == [left]  # type: ignore[arg-type]


def test_the_days_of_a_certificate_are_a_fact_of_its_last_check_also_where_the_day_has_a_gap() -> None:
    row = FigureRow({"tls_expires_at": KNOWN_UNTIL, "tls_days": 7.0}, is_complete=False)
    assert (row.exact("tls_expires_at"), row.exact("tls_days")) == (KNOWN_UNTIL, 7.0)
