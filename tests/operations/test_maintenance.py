"""`ntanalytics maintain` as it is called: what reports need stays, and what was done is on record."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntanalytics.cli import app
from ntanalytics.errors import LakeError
from ntanalytics.extraction.pseudonym import site_key
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.delta import DeltaLake
from ntanalytics.ledger import Ledger
from ntanalytics.operations.maintenance import maintain
from ntanalytics.runner import RunContext
from tests.extraction.small_site import SmallSite
from tests.lake.test_lake import BILLS, DAY, bills, replace

LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)


@pytest.fixture
def shop(tmp_path: Path) -> SmallSite:
    shop = SmallSite(tmp_path)
    site_key(shop.settings.lake)  # every lake that was filled has one
    for segments in range(4):
        replace(lake_of(shop), bills(DAY, segments), "a", DAY, DAY)
    return shop


def later(shop: SmallSite) -> RunContext:
    return RunContext(settings=shop.settings, clock=lambda: LATER)


def lake_of(shop: SmallSite) -> DeltaLake:
    return DeltaLake(shop.settings.lake)


def report(shop: SmallSite, text: str) -> Path:
    folder = shop.settings.outputs / "sms_volume" / "2026-W47"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder / "manifest.json"


def test_the_version_of_a_published_report_stays_and_the_trail_tells_what_went(shop: SmallSite):
    report(shop, json.dumps({"tables": {"sms.bills": 1}}))
    left = shop.settings.lake / ".spool" / "sms.bills.0123"
    left.mkdir()
    (done,) = maintain(later(shop))
    assert (done.table, done.removed, done.versions) == ("sms.bills", 2, 2)
    rows = DuckReader(lake_of(shop)).table(BILLS, 1).to_pyarrow().to_pylist()
    assert [row["billed_segments"] for row in rows] == [1]
    assert not left.exists()
    (event,) = Ledger(shop.settings.ledger).audit.events(["maintain"])
    assert (event.details["removed"], event.details["tables"]) == (2, 1)


def test_a_manifest_that_cannot_be_read_stops_it(shop: SmallSite):
    path = report(shop, "{")
    with pytest.raises(LakeError, match="nothing was removed") as failed:
        maintain(later(shop))
    assert str(path) in str(failed.value)
    assert len(list(shop.settings.lake.rglob("part-*.parquet"))) == 4


def test_two_do_not_maintain_one_lake_at_once(shop: SmallSite):
    held = shop.ledger.lease(f"maintain {shop.settings.lake}"[:200])
    with held, pytest.raises(LakeError, match="another process"):
        maintain(later(shop))
    assert len(maintain(later(shop))) == 1


def test_the_command_says_what_would_be_done_and_does_it(shop: SmallSite):
    for path in (shop.settings.lake / "sms.bills").rglob("*.*"):
        os.utime(path, (path.stat().st_mtime - 30 * 86_400,) * 2)
    command = ["--config", str(shop.config), "maintain", "--json"]
    for options, files in ((["--dry-run"], 4), ([], 1)):
        result = CliRunner().invoke(app, [*command, *options])
        assert result.exit_code == 0, result.output
        told = json.loads(result.stdout)
        assert (told["dry_run"], told["removed"], told["by_table"][0]["table"]) == (bool(options), 3, "sms.bills")
        assert len(list(shop.settings.lake.rglob("part-*.parquet"))) == files
    result = CliRunner().invoke(app, command[:-1])
    assert "maintained 1 tables" in result.stdout


def test_unfinished_files_of_killed_commits_are_removed_a_day_later(shop: SmallSite):
    table = shop.settings.lake / "sms.bills"
    left = [
        table / "_delta_log" / "_commit_0b1c.json.tmp",
        table / "_delta_log" / "_last_checkpoint#1",
        table / "part-1.parquet#1",
    ]
    for path in left:
        path.write_bytes(b"half")
    maintain(RunContext(settings=shop.settings))
    assert all(path.exists() for path in left)
    maintain(later(shop))
    assert not any(path.exists() for path in left)
    assert lake_of(shop).rows("sms.bills", 3) == 1
