"""Old snapshots go, and their contents with them; what a snapshot that stays holds is never removed."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from pathlib import Path

import pytest

from ntanalytics.errors import BackupError
from ntanalytics.operations.backup.pruning import old_snapshots, prune
from ntanalytics.operations.backup.repository import Repository
from ntanalytics.operations.backup.snapshot import BackedUpFile, Snapshot

LAST = dt.date(2026, 11, 24)
LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)


def _name(day: dt.date) -> str:
    return f"{day:%Y%m%d}T010000.000000Z"


def _nightly(days: int) -> list[str]:
    return [_name(LAST - dt.timedelta(days=back)) for back in range(days - 1, -1, -1)]


def _save(repository: Repository, name: str, *contents: str) -> None:
    digests = [hashlib.sha256(content.encode()).hexdigest() for content in contents]
    for digest, content in zip(digests, contents, strict=True):
        repository.put(digest, io.BytesIO(content.encode()))
    repository.save(
        Snapshot(
            name=name,
            created_at="",
            code_version="",
            host="",
            outputs="",
            ledger_rows={},
            ledger_entries=0,
            tables={},
            site_files={},
            keys={},
            files=[BackedUpFile("outputs/x", 1, 0, digest) for digest in digests],
        )
    )


def test_the_last_of_each_month_and_the_latest_stay() -> None:
    names = _nightly(120)  # from 28 July on
    kept = [name for name in names if name not in old_snapshots(names, LAST - dt.timedelta(days=30))]
    ends = [dt.date(2026, 7, 31), dt.date(2026, 8, 31), dt.date(2026, 9, 30)]
    assert kept == [*map(_name, ends), *_nightly(31)]


def test_a_clock_that_jumps_ahead_costs_none_of_the_latest() -> None:
    names = _nightly(20)
    assert old_snapshots(names, LAST + dt.timedelta(days=3650)) == names[:6]


def test_contents_go_with_their_last_snapshot_and_young_ones_stay(tmp_path: Path) -> None:
    repository = Repository(str(tmp_path), is_new=True)
    for number, name in enumerate(_nightly(60)):
        _save(repository, name, "in all", f"of {number}")
    now = dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC)
    assert len(repository.contents()) == 61
    assert len(prune(repository, 20, now).snapshots) == 37  # 26 September to 3 November, without two ends
    assert len(repository.contents()) == 61  # they were written just now: a backup may go on
    done = prune(repository, 20, LATER)
    assert repository.check_all(sorted(repository.contents())) == []
    kept = {file.sha256 for name in repository.snapshots() for file in repository.load(name).files}
    assert set(repository.contents()) == kept
    assert done.contents == 61 - len(kept)


def test_a_damaged_snapshot_stops_it_before_anything_is_removed(tmp_path: Path) -> None:
    repository = Repository(str(tmp_path), is_new=True)
    for name in _nightly(30):
        _save(repository, name, name)
    (tmp_path / "snapshots" / f"{_name(LAST)}.json").write_text("{", encoding="utf-8")
    with pytest.raises(BackupError, match="damaged"):
        prune(repository, 1, LATER)
    assert (len(repository.snapshots()), len(repository.contents())) == (30, 30)
