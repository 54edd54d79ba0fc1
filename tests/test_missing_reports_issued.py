"""Issued statistics of weeks with lost delivery reports, or with many rejected rows: a real lake and real kernels."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.metrics.sms.volume import compare_volume
from ntanalytics.reports.record import load_record
from ntanalytics.runner import RunContext, run_report
from ntanalytics.workspace import open_report
from tests.city import share_caches
from tests.extraction.small_site import SmallSite

FIRST, SUNDAY, TUESDAY = dt.date(2026, 10, 19), dt.date(2026, 11, 22), dt.date(2026, 11, 17)
ISSUED_AT = dt.datetime(2026, 11, 30, 6, tzinfo=dt.UTC)


def _messages(lost: dt.date | None = None, broken: dt.date | None = None) -> Iterator[tuple[object, ...]]:
    """Yield 10 messages of each of two carriers a day, 9 of them delivered; of a broken day three cannot be read."""
    number = 0
    for place in range((SUNDAY - FIRST).days + 1):
        day = FIRST + dt.timedelta(days=place)
        for carrier in ("mobile", "telecom"):
            for turn in range(10):
                number += 1
                at = f"{day} {9 + turn}:00:00"
                outcome = None if day == lost else "failed" if turn == 0 else "delivered"
                segments = 0 if day == broken and carrier == "mobile" and turn < 3 else 1
                yield number, at, carrier, segments, outcome, None if outcome is None else f"{day} {9 + turn}:00:08"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    site = SmallSite(tmp_path)
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(site.config))
    return site


def _take(site: SmallSite, **damage: dt.date) -> None:
    site.messages("shop", *_messages(**damage))
    site.messages("twin", *_messages())
    site.extractor().extract(["sms.messages"], FIRST, SUNDAY)


def _figures(view: Any, table: Any) -> dict[str, tuple[str, Any]]:
    row = view.figures(compare_volume(table, view.before, view.as_of, **view.wholeness)).total
    names = ("submitted", "segments", "delivery_rate", "unknown", "receipt_latency_p95_s", "delivered")
    return {name: (row.quantity(name).certainty, row.quantity(name).value) for name in names}


def test_an_issued_week_without_the_reports_of_a_day_knows_the_volume_and_no_rate(
    site: SmallSite, caches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    _take(site, lost=TUESDAY)
    share_caches(caches, site.folder)
    folder = run_report(
        RunContext(settings=site.settings, clock=lambda: ISSUED_AT), "sms_volume", "2026-W47", {}
    ).directory
    record = load_record(folder / "report.ipynb")
    items = {item["name"]: item for block in record.blocks if block.kind == "kpis" for item in block.body["items"]}
    assert [(items[name]["value"], items[name].get("certainty")) for name in ("submitted", "segments")] == [
        (280, None),
        (280, None),
    ]
    for name in ("delivery_rate", "receipt_latency_p95_s"):
        assert items[name]["certainty"] == {"value": "unknown"}
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    judged = {finding["code"]: finding["status"] for finding in findings if finding["code"].startswith("sms.")}
    assert judged["sms.delivery_rate"] == "unknown"
    assert not set(judged.values()) & {"warning", "critical"}


def test_a_week_without_the_reports_of_a_day_tells_the_day_and_the_day_alone(site: SmallSite) -> None:
    """140 of each source, of which 9 in 10 are delivered on 13 of the 14 source days; the week before is exact."""
    _take(site, lost=TUESDAY)
    view = open_report("sms_volume", "2026-W47").dataset("sms.messages", history=28)
    known = _figures(view, view.table)
    assert (known["submitted"], known["segments"]) == (("exact", 280), ("exact", 280))
    assert {known[name][0] for name in ("delivery_rate", "unknown", "receipt_latency_p95_s")} == {"unknown"}
    assert known["delivered"] == ("lower_bound", 234)  # 13 times 18
    assert view.unreported.days == {TUESDAY}
    assert len(view.gaps()) == 1
    before = open_report("sms_volume", "2026-W46").dataset("sms.messages", history=28)
    assert _figures(before, before.table)["delivery_rate"] == ("exact", 0.9)


def test_the_week_after_has_its_own_rate_and_no_change(site: SmallSite) -> None:
    _take(site, lost=dt.date(2026, 11, 10))
    view = open_report("sms_volume", "2026-W47").dataset("sms.messages", history=28)
    row = view.figures(compare_volume(view.table, view.before, view.as_of, **view.wholeness)).total
    assert (row.quantity("delivery_rate").certainty, row.quantity("delivery_rate").value) == ("exact", 0.9)
    assert row.quantity("delivery_rate_change").value is None
    assert row.quantity("submitted_change_rate").value == 0.0


def test_a_day_of_which_many_rows_were_rejected_makes_bounds_and_no_rate(site: SmallSite) -> None:
    """Three of 20 rows of one source cannot be read: 277 of 280 are left."""
    _take(site, broken=TUESDAY)
    view = open_report("sms_volume", "2026-W47").dataset("sms.messages", history=28)
    known = _figures(view, view.table)
    assert known["submitted"] == ("lower_bound", 277)
    assert known["delivery_rate"] == ("unknown", None)
    assert view.missing == [TUESDAY]
    assert view.gap_sources == {"shop"}
    assert len(view.gaps()) == 1
