"""A site of 0.1.0, made by its own code, is upgraded: old reports are verified and corrected, no event is lost."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from ntanalytics.errors import LakeError
from ntanalytics.ledger import Ledger
from ntanalytics.operations.site_upgrade import plan_site_upgrade, upgrade_site
from ntanalytics.operations.upgrade import record_upgrade, upgrade
from ntanalytics.reports.verification import verify
from ntanalytics.runner.ledger_proof import prove_by_ledger
from tests.faults.town import Town

FIXTURE = Path(__file__).with_name("fixtures") / "site-0.1.0.tar.gz"
DAY = dt.date(2026, 11, 24)
EIGHT = dt.datetime(2026, 11, 26, 0, tzinfo=dt.UTC)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    with tarfile.open(FIXTURE) as archive:
        archive.extractall(tmp_path, filter="data")
    (tmp_path / "duty").mkdir(exist_ok=True)
    return Town(tmp_path)


def test_the_site_goes_on_where_it_was(town: Town):
    settings = town.settings
    with closing(sqlite3.connect(town.home / "ledger.sqlite")) as ledger:
        events = ledger.execute("SELECT id, at, kind, subject FROM events ORDER BY id").fetchall()
    assert len(events) >= 2
    with pytest.raises(LakeError, match="older"):
        Ledger(settings.ledger)
    assert [found.present for file in plan_site_upgrade(settings).files for found in file.replacements] == [
        "warning",
        "critical",
    ]

    done = upgrade(settings.ledger, EIGHT)
    site = upgrade_site(settings, EIGHT)

    assert site.problems == []
    assert done.plan.rows.items() <= done.rows.items()
    after = {(event.id, event.kind, event.subject) for event in town.ledger.audit.events()}
    assert after == {(number, kind, subject) for number, _at, kind, subject in events}
    assert town.ledger.chain.verify() == (len(events), [])
    verdict = verify(town.folder(f"{DAY}"))
    assert verdict.proven
    prove_by_ledger(town.ledger, town.folder(f"{DAY}"))
    assert town.counted(f"{DAY}") == 3
    # the old report is corrected, and the next one is issued and sent once
    town.fill([DAY], 1, since=3)
    assert town.by_hand(f"{DAY}", EIGHT).version == 2
    assert town.counted(f"{DAY}") == 4
    town.fill([DAY + dt.timedelta(days=1)], 2)
    assert [each.status for each in town.due(EIGHT)] == ["issued"]
    town.is_whole()
    sent = {
        (each.request.period, each.request.version) for each in town.ledger.deliveries.for_subject("report", "probe")
    }
    assert sent == {(f"{DAY}", 1), (f"{DAY}", 2), ("2026-11-25", 1)}


def test_the_audit_trail_has_what_an_upgrade_changed_and_nothing_of_one_that_changed_nothing(town: Town):
    for expected in (1, 1):
        done, site = upgrade(town.settings.ledger, EIGHT), upgrade_site(town.settings, EIGHT)
        record_upgrade(Ledger(town.settings.ledger), "nantong", done, site, [])
        events = town.ledger.audit.events(["upgrade"])
        assert len(events) == expected
    assert events[0].subject == "nantong"
    assert events[0].details["ledger"].startswith("0.1.0 → ")
    assert events[0].details["files"] == ["ntanalytics.yml"]
    assert town.ledger.chain.verify()[1] == []
