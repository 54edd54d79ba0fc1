"""The lake as of a day: what came later is not there, and what ended later had not ended."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.errors import BadPeriod
from ntanalytics.workspace import open_report
from tests.extraction.small_site import SmallSite

FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 22)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    site = SmallSite(tmp_path)
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(site.config))
    for source in ("shop", "twin"):
        site.run(
            source,
            "INSERT INTO ticket VALUES (?, ?, ?)",
            ("DONE", "2026-11-03 09:00:00", "2026-11-05 09:00:00"),
            ("LATE", "2026-11-04 09:00:00", "2026-11-19 09:00:00"),
            ("NEW", "2026-11-18 09:00:00", None),
        )
    site.extractor().extract(["desk.tickets"], FIRST, LAST)
    return site


def test_what_came_later_is_not_known(site: SmallSite):
    report = open_report("acceptance", "2026-11-03_2026-11-17", as_of="2026-11-17")
    tickets = report.dataset("desk.tickets")
    rows = [row for row in tickets.cases.to_pyarrow().to_pylist() if row["source"] == "shop"]
    assert {row["ticket_no"]: row["closed_at"] is not None for row in rows} == {"DONE": True, "LATE": False}
    assert tickets.is_complete
    assert report.known_until == dt.datetime(2026, 11, 17, 16, tzinfo=dt.UTC)
    later = open_report("acceptance", "2026-11-03_2026-11-17").dataset("desk.tickets")
    closed = [row["closed_at"] is not None for row in later.cases.to_pyarrow().to_pylist()]
    assert closed == [True] * 4


def test_a_day_after_the_known_one_is_a_gap(site: SmallSite):
    with pytest.raises(BadPeriod, match="ends after 2026-11-17"):
        open_report("acceptance", "2026-11-03_2026-11-18", as_of="2026-11-17")
    with pytest.raises(BadPeriod, match="no day"):
        open_report("acceptance", "2026-11-03_2026-11-17", as_of="yesterday")


def test_a_rejected_row_of_a_day_is_known_to_whoever_misses_a_row_of_it(site: SmallSite):
    good = ("2026-11-19 09:00:00", "mobile", 1, None, None)
    site.messages("shop", (1, *good), (2, "2026-11-19 10:00:00", "mobile", 0, None, None))
    day = dt.date(2026, 11, 19)
    site.extractor().extract(["sms.messages"], day, day + dt.timedelta(days=1))
    messages = open_report("acceptance", "2026-11-19_2026-11-20").dataset("sms.messages")
    rejected = [messages.rejected_rows(on, on) for on in (day, day + dt.timedelta(days=1))]
    assert rejected == [1, 0]
