"""A listing of backups knows nothing of the days before its first backup."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Period
from ntanalytics.settings import load
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.report import Report

FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 20)


def test_days_before_the_first_backup_of_a_listing_are_a_gap_and_quiet_days_after_it_are_not(tmp_path: Path) -> None:
    snapshots = [
        {"id": f"s{day}", "time": f"2026-11-{day}T02:00:00+08:00", "hostname": "oa-db-1", "paths": ["/data"]}
        for day in range(10, 21)
        if day != 14
    ]
    listing = tmp_path / "oa.json"
    listing.write_text(json.dumps(snapshots), encoding="utf-8")
    written = dt.datetime(2026, 11, 25, tzinfo=dt.UTC).timestamp()
    os.utime(listing, (written, written))
    config = tmp_path / "ntanalytics.yml"
    config.write_text("sources:\n  restic: {product: restic, paths: ['oa.json']}\n", encoding="utf-8")
    settings = load(config)
    [taken] = Extractor(settings, Ledger(settings.ledger)).extract(["infra.backups"], FIRST, LAST)
    assert not taken.error

    def missing(day: int) -> bool:
        period = Period.day(dt.date(2026, 11, day))
        view = Report(Workspace(settings), "daily_inspection", "日常巡检", period).dataset("infra.backups")
        return not view.is_complete

    assert [day for day in (1, 5, 9, 10, 14, 20) if missing(day)] == [1, 5, 9]
