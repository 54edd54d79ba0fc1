"""Backups that the real restic and pgBackRest make, read from the listings that they write."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.catalog import load_product
from ntanalytics.extraction.check import check
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.listing import ListingSource
from tests.servers.process import home, program, user_for

pytestmark = pytest.mark.servers

ZONE = ZoneInfo("Asia/Shanghai")


def loaded(product: str, listing: Path) -> list[dict[str, Any]]:
    """The backups of today that a listing tells of, in the order in which they began; none is rejected."""
    source = ListingSource(
        product,
        SourceSettings(product=product, paths=(str(listing),)),
        load_product(project_dir("queries") / product),
        ZONE,
    )
    mapping = source.mapping("infra.backups")
    today = dt.datetime.now(ZONE).date()
    first, last = today - dt.timedelta(days=1), today
    rows = []
    with source.read(mapping, *local_window(first, last, ZONE)) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=ZONE, days=(first, last), key=b"k")
            assert checked.rejects.num_rows == 0
            rows += checked.rows.to_pylist()
    return sorted(rows, key=lambda row: row["started_at"])


def test_snapshots_of_a_real_restic(tmp_path: Path) -> None:
    saved, listing = tmp_path / "saved", tmp_path / "restic.json"
    saved.mkdir()
    (saved / "a.txt").write_bytes(b"x" * 1000)
    environment = {**os.environ, "RESTIC_PASSWORD": "test", "RESTIC_REPOSITORY": str(tmp_path / "repository")}
    environment["RESTIC_CACHE_DIR"] = str(tmp_path / "cache")

    def restic(*arguments: str) -> bytes:
        return subprocess.run([program("restic"), *arguments], env=environment, check=True, capture_output=True).stdout

    restic("init")
    begun = dt.datetime.now(dt.UTC)
    restic("backup", "--host", "oa-1", str(saved))
    (saved / "b.txt").write_bytes(b"y" * 24)
    restic("backup", "--host", "oa-1", str(saved))
    listing.write_bytes(restic("snapshots", "--json"))
    rows = loaded("restic", listing)
    shown = [(row["plan"], row["level"], row["medium"], row["outcome"], row["size_bytes"]) for row in rows]
    plan = f"oa-1 {saved}"
    assert shown == [(plan, "full", "online", "success", 1000), (plan, "incremental", "online", "success", 1024)]
    assert all(begun <= row["started_at"] <= row["ended_at"] <= dt.datetime.now(dt.UTC) for row in rows)
    assert len({row["backup_id"] for row in rows}) == 2


def test_backups_of_a_real_pgbackrest(tmp_path: Path) -> None:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    initdb, pgbackrest = program("initdb", *map(str, versions)), program("pgbackrest")
    user = user_for("postgres")
    with home(user) as folder:
        data = folder / "data"

        def run(*command: str) -> bytes:
            return subprocess.run(command, user=user, cwd=folder, check=True, capture_output=True).stdout

        run(initdb, "--pgdata", str(data), "--username", "test", "--auth", "trust", "--no-sync")
        options = [f"--repo1-path={folder}/repository", f"--pg1-path={data}", f"--lock-path={folder}/lock"]
        options += [f"--log-path={folder}", "--stanza=oa", f"--config={folder}/none.conf"]
        (folder / "none.conf").touch()
        run(pgbackrest, *options, "--no-online", "stanza-create")
        for level in ("full", "diff", "incr"):
            with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as changed:
                changed.write(f"# {level}\n")  # pgBackRest refuses to save nothing
            run(pgbackrest, *options, "--no-online", f"--type={level}", "backup")
        listing = tmp_path / "offline.json"
        info = [f"--repo1-path={folder}/repository", f"--lock-path={folder}/lock", f"--log-path={folder}"]
        listing.write_bytes(run(pgbackrest, *info, f"--config={folder}/none.conf", "info", "--output=json"))
    rows = loaded("pgbackrest", listing)
    shown = [(row["plan"], row["level"], row["medium"], row["outcome"]) for row in rows]
    assert shown == [("oa", level, "offline", "success") for level in ("full", "differential", "incremental")]
    assert all(row["size_bytes"] > 1_000_000 for row in rows)
    assert all(row["started_at"] <= row["ended_at"] for row in rows)
