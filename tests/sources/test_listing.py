"""A listing tells of every day up to the moment when it was written."""

from __future__ import annotations

import datetime as dt
import gzip
import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.catalog import load_product
from ntanalytics.errors import SourceError, SourceUnreachable
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.listing import ListingSource

ZONE = ZoneInfo("Asia/Shanghai")


def days_ago(count: int) -> dt.date:
    # now, and not when the module was read: a run of the tests may begin before midnight
    return dt.datetime.now(ZONE).date() - dt.timedelta(days=count)


def listing(folder: Path) -> ListingSource:
    settings = SourceSettings(product="restic", paths=(f"{folder}/*.json*",))
    return ListingSource("vault", settings, load_product(project_dir("queries") / "restic"), ZONE)


def test_a_day_after_the_oldest_listing_was_written_is_absent_and_that_day_too_once_it_is_past(tmp_path: Path) -> None:
    for name, age in (("old.json", 2), ("new.json", 0)):
        (tmp_path / name).write_text("[]", encoding="utf-8")
        written = dt.datetime.combine(days_ago(age), dt.time(12), ZONE).timestamp()
        os.utime(tmp_path / name, (written, written))
    source = listing(tmp_path)
    days = [days_ago(count) for count in (3, 2, 1, 0)]
    assert source.absent_days(source.mapping("infra.backups"), days) == {days_ago(2), days_ago(1), days_ago(0)}
    (tmp_path / "old.json").unlink()
    assert source.absent_days(source.mapping("infra.backups"), days) == set()


def test_a_day_without_a_backup_is_a_day_without_a_backup() -> None:
    assert not ListingSource.empty_means_absent


def test_a_listing_that_is_missing_or_damaged_is_said_to_be(tmp_path: Path) -> None:
    source = listing(tmp_path)
    now = dt.datetime.now(dt.UTC)
    with (
        pytest.raises(SourceUnreachable, match="no file matches"),
        source.read(source.mapping("infra.backups"), now, now),
    ):
        pass
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(b"[]" * 100)[:-4])
    with pytest.raises(SourceError, match="damaged"), source.read(source.mapping("infra.backups"), now, now):
        pass
