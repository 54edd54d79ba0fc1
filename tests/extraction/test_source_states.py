"""Days of a file that has not changed are not read again; whatever could make another row has them read."""

import datetime as dt
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ntanalytics.extraction import Extractor
from ntanalytics.extraction.source_states import FILE
from ntanalytics.lake import DeltaLake
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load
from tests.extraction.small_site import SmallSite
from tests.servers.process import free_port

D18, D19 = (dt.date(2026, 11, day) for day in (18, 19))
#: The morning after the 19th: messages settle after three days.
MORNING = dt.datetime(2026, 11, 20, 6, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
MESSAGES = {"sms.messages": 1}


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    """The site with one rejected message among four, and databases that were changed an hour ago."""
    site = SmallSite(tmp_path)
    site.messages("shop", (1, "2026-11-18 09:00:00", "mobile", 1, None, None))
    site.messages("shop", (2, "2026-11-19 09:00:00", "mobile", 1, None, None))
    site.messages("shop", (3, "2026-11-19 09:00:00", None, 1, None, None))
    site.messages("twin", (4, "2026-11-19 09:00:00", "unicom", 1, None, None))
    rest(site)
    return site


def rest(site: SmallSite, ago_s: int = 3600) -> None:
    """Have the databases as if they had been changed some time ago."""
    for name in ("shop", "twin"):
        file = site.folder / f"{name}.sqlite"
        at = file.stat().st_mtime - ago_s
        os.utime(file, (at, at))


def take(site: SmallSite, at: dt.datetime = MORNING, last: dt.date = D19) -> list[tuple[str, dt.date, dt.date]]:
    """Have the days to the last one, and return the windows that were read."""
    extractor = Extractor(site.settings, site.ledger, clock=lambda: at)
    results = extractor.ensure_coverage(MESSAGES, last, last)
    assert not any(result.error for result in results)
    return [(result.source, result.first, result.last) for result in results]


def covered(site: SmallSite) -> list[tuple[str, dt.date, int, int]]:
    days = site.ledger.coverage.days("sms.messages", D18, D19)
    return sorted((day.source, day.day, day.rows, day.rejected) for day in days)


BOTH = [("shop", D18, D19), ("twin", D18, D19)]


def test_an_unchanged_file_is_not_read_again(site: SmallSite):
    assert take(site) == BOTH
    before = covered(site)
    assert before == [("shop", D18, 1, 0), ("shop", D19, 1, 1), ("twin", D18, 0, 0), ("twin", D19, 1, 0)]
    assert take(site, MORNING + dt.timedelta(hours=3)) == []
    assert covered(site) == before
    assert site.ledger.coverage.rejected("sms.messages", D18, D19) == [("shop", "运营商（carrier）缺失", 1)]


def test_the_source_whose_file_changed_is_read_again(site: SmallSite):
    take(site)
    site.messages("twin", (5, "2026-11-19 10:00:00", "unicom", 1, None, None))
    assert take(site) == [("twin", D18, D19)]
    assert ("twin", D19, 2, 0) in covered(site)


def test_a_file_that_keeps_its_time_and_size_over_a_change_is_read_again(site: SmallSite):
    take(site)
    file = site.folder / "shop.sqlite"
    before = file.stat()
    site.run("shop", "UPDATE message SET carrier = 'unicom' WHERE carrier = 'mobile'")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_ino, file.stat().st_size, file.stat().st_mtime_ns) == (
        before.st_ino,
        before.st_size,
        before.st_mtime_ns,
    )
    assert take(site) == [("shop", D18, D19)]


def test_a_row_that_is_only_in_the_journal_ahead_of_the_database_has_it_read_again(site: SmallSite):
    site.run("shop", "PRAGMA journal_mode=WAL")
    rest(site)
    take(site)
    with closing(sqlite3.connect(site.folder / "shop.sqlite")) as db:
        state = (site.folder / "shop.sqlite").stat()
        with db:
            db.execute("INSERT INTO message VALUES (6, '2026-11-19 11:00:00', 'mobile', 1, NULL, NULL)")
        assert (site.folder / "shop.sqlite").stat().st_mtime_ns == state.st_mtime_ns  # the case that is tried
        assert take(site) == [("shop", D18, D19)]
    assert ("shop", D19, 2, 1) in covered(site)


def test_a_file_that_was_changed_within_the_last_moments_is_not_trusted(site: SmallSite):
    site.messages("shop", (7, "2026-11-19 11:00:00", "mobile", 1, None, None))
    assert take(site) == BOTH
    assert take(site) == [("shop", D18, D19)]


def test_a_day_that_was_not_over_is_read_again(site: SmallSite):
    evening = MORNING - dt.timedelta(hours=12)
    assert take(site, evening) == BOTH
    assert take(site) == [("shop", D19, D19), ("twin", D19, D19)]


def test_a_day_that_the_lake_lost_is_read_again(site: SmallSite):
    take(site)
    DeltaLake(site.settings.lake).location("sms.messages").open().delete("day = '2026-11-18'")
    assert take(site) == [("shop", D18, D18)]


def other_mapping(site: SmallSite) -> None:
    file = site.folder / "queries" / "shop" / "sms.messages.sql"
    file.write_text(file.read_text(encoding="utf-8").replace("'OA' AS", "'IM' AS"), encoding="utf-8")


def other_setting(site: SmallSite) -> None:
    text = site.config.read_text(encoding="utf-8")
    site.config.write_text(f"{text}site:\n  timezone: Asia/Urumqi\n", encoding="utf-8")
    site.settings = load(site.config)


def lost_states(site: SmallSite) -> None:
    (site.settings.lake / FILE).unlink()


@pytest.mark.parametrize("change", [other_mapping, other_setting, lost_states])
def test_other_rows_may_come_of_another_mapping_and_other_settings(
    site: SmallSite, change: Callable[[SmallSite], None]
):
    take(site)
    change(site)
    assert {source for source, *_ in take(site)} == {"shop", "twin"}


def test_who_failed_last_is_asked_again(site: SmallSite):
    take(site)
    hidden = (site.folder / "shop.sqlite").rename(site.folder / "hidden")
    (failed,) = Extractor(site.settings, site.ledger, clock=lambda: MORNING).ensure_coverage(MESSAGES, D19, D19)
    assert failed.error
    hidden.rename(site.folder / "shop.sqlite")
    assert take(site) == [("shop", D18, D19)]
    assert site.ledger.coverage.failed_sources() == {}


def test_a_file_that_cannot_be_looked_at_fails_its_source_alone(site: SmallSite):
    take(site)
    impossible = site.settings.sources["shop"].model_copy(update={"url": f"sqlite:///{site.folder}/{'x' * 300}.sqlite"})
    site.settings = site.settings.model_copy(update={"sources": {**site.settings.sources, "shop": impossible}})
    results = Extractor(site.settings, site.ledger, clock=lambda: MORNING).ensure_coverage(MESSAGES, D19, D19)
    assert {result.source: bool(result.error) for result in results} == {"shop": True, "twin": False}


def test_whoever_asks_for_days_by_name_has_them_read(site: SmallSite):
    take(site)
    results = Extractor(site.settings, site.ledger, clock=lambda: MORNING).extract(["sms.messages"], D19, D19)
    assert [result.source for result in results] == ["shop", "twin"]


def test_a_state_is_not_of_an_extraction_of_the_same_number_in_a_new_ledger(site: SmallSite, tmp_path: Path):
    take(site)
    new = SmallSite(tmp_path / "new")
    site.ledger = new.ledger
    assert take(site) == BOTH
    assert take(site, MORNING + dt.timedelta(hours=1)) == []


def test_cases_of_an_unchanged_file_are_not_asked_for_later_changes(site: SmallSite):
    site.run("shop", "INSERT INTO ticket VALUES ('T1', '2026-11-18 09:00:00', NULL)")
    rest(site)
    needs = {"desk.tickets": 0}
    extractor = Extractor(site.settings, site.ledger, clock=lambda: MORNING)
    assert {result.source for result in extractor.ensure_coverage(needs, D18, D18)} == {"shop", "twin"}
    assert extractor.ensure_coverage(needs, D18, D18) == []
    # whoever asks for a period that is not over is told what happened until now
    today = MORNING.date()
    assert {(result.first, result.last) for result in extractor.ensure_coverage(needs, today, today)} == {
        (today, today)
    }
    site.run("shop", "UPDATE ticket SET closed = '2026-11-20 05:00:00'")
    (result, *others) = extractor.ensure_coverage(needs, D18, D18)
    assert (result.source, result.last, others) == ("shop", today, [])
    assert extractor.unsettled(needs, D18, D18) == {"shop", "twin"}


def test_a_day_of_a_probe_is_read_again_when_its_journal_has_changed_and_today_is_always_asked(tmp_path: Path):
    journal = tmp_path / "probes[1].jsonl"  # a name is no pattern
    line = (
        '{"checked_at": "2026-11-19T%s:00+00:00", "subsystem": "oa", "target": "oa", "kind": "tcp", "is_up": true, '
        '"duration_ms": 2.0, "failure": null, "expires_at": null}\n'
    )
    journal.write_text(line % "04:00", encoding="utf-8")
    hour_ago = journal.stat().st_mtime - 3600
    os.utime(journal, (hour_ago, hour_ago))
    config = tmp_path / "ntanalytics.yml"
    config.write_text(
        f"sources:\n  live:\n    product: probe\n    path: '{journal}'\n"
        f"    targets: [{{subsystem: oa, name: oa, url: 'tcp://127.0.0.1:{free_port()}'}}]\n",
        encoding="utf-8",
    )
    settings = load(config)
    ledger = Ledger(settings.ledger)

    def rows_read(day: dt.date, at: dt.datetime = MORNING) -> list[int]:
        results = Extractor(settings, ledger, clock=lambda: at).ensure_coverage({"infra.checks": 0}, day, day)
        return [result.rows.total() for result in results]

    assert [rows_read(D19), rows_read(D19)] == [[1], []]
    with journal.open("a", encoding="utf-8") as file:
        file.write(line % "05:00")
    assert rows_read(D19) == [2]
    now = dt.datetime.now(settings.zone)
    assert [rows_read(now.date(), now), rows_read(now.date(), now)] == [[1], [2]]
