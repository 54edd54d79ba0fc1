from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.errors import SettingsError
from ntanalytics.operations.diagnosis import Diagnosis, State, by_cause, critical, exit_code, verdict
from ntanalytics.operations.doctor import diagnose
from ntanalytics.operations.machine_checks import check_machine
from ntanalytics.settings import load
from ntanalytics.workspace import Workspace
from tests.extraction.small_site import SmallSite
from tests.test_cli import nta
from tests.workspace.oa_site import SETTINGS, OaSite

#: 10:30 in Shanghai; the hour before it is tried.
NOW = dt.datetime(2026, 11, 19, 2, 30, tzinfo=dt.UTC)


@pytest.fixture
def shop(tmp_path: Path) -> SmallSite:
    shop = SmallSite(tmp_path)
    shop.messages("shop", (1, "2026-11-19 09:45:00", "mobile", 1, None, None))
    shop.messages("twin", (2, "2026-11-19 09:45:00", "satellite", 1, None, None))
    return shop


def examined(config: Path) -> dict[tuple[str, str], Diagnosis]:
    return {(each.subject, each.item): each for each in diagnose(config, NOW)}


def test_each_mapping_is_tried_on_the_hour_before(shop: SmallSite):
    shop.messages("shop", (3, "2026-11-19 09:15:00", "mobile", 1, None, None))
    found = examined(shop.config)
    fine, odd = found["sources.shop", "sms.messages"], found["sources.twin", "sms.messages"]
    assert (fine.state, fine.message.startswith("1 row(s) fit, ")) == (State.OK, True)
    assert odd.state is State.WARNING
    assert "1 row(s) fit, unknown values in carrier 1" in odd.message
    assert exit_code(list(found.values())) == 0


def test_what_is_bad_sets_the_exit_code_and_leaves_the_rest_examined(shop: SmallSite):
    (shop.folder / "shop.sqlite").unlink()
    shop.run("twin", "DROP TABLE ticket")
    found = examined(shop.config)
    assert found["sources.shop", "reachable"].state is State.CRITICAL
    assert ("sources.shop", "sms.messages") not in found
    assert found["sources.twin", "desk.tickets"].state is State.CRITICAL
    assert found["sources.twin", "sms.messages"].state is State.WARNING
    assert exit_code(list(found.values())) == 5


def test_settings_that_cannot_be_read_are_all_that_is_told(tmp_path: Path):
    (tmp_path / "ntanalytics.yml").write_text("lak: lake\n", encoding="utf-8")
    (only,) = diagnose(tmp_path / "ntanalytics.yml", NOW)
    assert (only.subject, only.state, only.exit_code) == ("settings", State.CRITICAL, 3)
    assert "lake" in only.message


def test_a_site_without_a_source_is_not_ready(tmp_path: Path):
    config = tmp_path / "ntanalytics.yml"
    config.write_text("# nothing yet\n", encoding="utf-8")
    found = examined(config)
    assert found["settings", "sources"].state is State.CRITICAL
    assert "no source is configured" in found["settings", "sources"].message
    assert exit_code(list(found.values())) == SettingsError.exit_code
    assert verdict(by_cause(found.values())).startswith("not ready")


def test_a_secret_that_is_not_there_and_an_unknown_product_are_told(tmp_path: Path):
    config = tmp_path / "ntanalytics.yml"
    config.write_text(
        "sources:\n"
        '  a: {product: sms_platform, url: "mysql+pymysql://r@127.0.0.1:1/x", password: "env:NOT_THERE_AT_ALL"}\n'
        "  b: {product: sms_platfrom}\n"
        "  c: {product: nginx, paths: [none/*.log]}\n",
        encoding="utf-8",
    )
    found = examined(config)
    assert "NOT_THERE_AT_ALL" in found["sources.a", "secret"].message
    assert "did you mean 'sms_platform'" in found["sources.b", "settings"].message
    assert found["sources.c", "reachable"].state is State.CRITICAL
    assert exit_code(list(found.values())) == 3


def test_the_calendar_of_this_year_must_be_known_and_that_of_the_next_should(shop: SmallSite):
    found = examined(shop.config)
    assert (found["calendar", "2026"].state, found["calendar", "2027"].state) == (State.OK, State.WARNING)
    later = list(diagnose(shop.config, NOW.replace(year=2030)))
    missing = next(each for each in later if each.item == "2030")
    assert (missing.state, missing.exit_code) == (State.CRITICAL, 10)


def test_disk_and_fonts_are_looked_at(shop: SmallSite):
    found = examined(shop.config)
    assert "GiB are free" in found["disk", "lake"].message
    assert found["fonts", "Chinese"].state in (State.OK, State.WARNING)


@pytest.mark.servers
@pytest.mark.parametrize(
    ("java", "said"),
    [
        (None, "Java is not installed"),
        ('openjdk version "11.0.2" 2019-01-15', "is version 11, and Spark needs 17 or newer"),
    ],
)
def test_an_engine_that_cannot_be_started_is_told(
    shop: SmallSite, monkeypatch: pytest.MonkeyPatch, java: str | None, said: str
):
    pytest.importorskip("pyspark", reason="make spark installs it")
    home = shop.folder / "jdk"
    if java:
        (home / "bin").mkdir(parents=True)
        (home / "bin" / "java").write_text(f"#!/bin/sh\necho '{java}' >&2\n", encoding="utf-8")
        (home / "bin" / "java").chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert ("engine", "spark") not in examined(shop.config)
    shop.config.write_text("engine: spark\n" + shop.config.read_text(encoding="utf-8"), encoding="utf-8")
    found = examined(shop.config)["engine", "spark"]
    assert (found.state, found.exit_code) == (State.CRITICAL, 3)
    assert said in found.message
    with pytest.raises(SettingsError, match=said):
        Workspace(load(shop.config))


def test_an_engine_that_is_not_installed_says_how_it_is(shop: SmallSite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)  # as if it were not there
    shop.config.write_text("engine: spark\n" + shop.config.read_text(encoding="utf-8"), encoding="utf-8")
    found = examined(shop.config)["engine", "spark"]
    assert (found.state, found.exit_code) == (State.CRITICAL, 3)
    assert "make spark" in found.message


def test_a_reader_is_found_to_be_one_and_an_owner_is_warned_of(tmp_path: Path, postgres_url: str):
    engine = sa.create_engine(postgres_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    tables = sa.make_url(postgres_url)
    config = tmp_path / "ntanalytics.yml"
    home = tmp_path / "queries" / "shop"
    home.mkdir(parents=True)
    (home / "source.yml").write_text("title: A shop\nkind: database\nneeds: SELECT on bill\n", encoding="utf-8")
    (home / "sms.bills.sql").write_text(
        "/*\nwindow: month_on\ntimes: {month_on: date}\ndialects: [postgres]\n*/\n"
        "SELECT m AS month_on, c AS carrier, s AS billed_segments, y AS billed_yuan FROM doctored "
        "WHERE m >= :since AND m < :until",
        encoding="utf-8",
    )
    config.write_text(
        "queries: queries\nsources:\n"
        f"  owner: {{product: shop, url: '{postgres_url}'}}\n"
        f"  reader: {{product: shop, url: '{tables.set(username='doctored_reader').render_as_string()}'}}\n",
        encoding="utf-8",
    )
    with engine.connect() as connection:
        for statement in (
            "CREATE TABLE doctored (m date, c text, s integer, y float)",
            "INSERT INTO doctored VALUES ('2026-11-01', 'mobile', 1, 1)",
            "CREATE ROLE doctored_reader LOGIN",
            "GRANT SELECT ON doctored TO doctored_reader",
        ):
            connection.exec_driver_sql(statement)
        try:
            found = examined(config)
        finally:
            connection.exec_driver_sql("DROP TABLE doctored")
            connection.exec_driver_sql("DROP ROLE doctored_reader")
    engine.dispose()
    assert found["sources.reader", "read-only"].state is State.OK
    assert found["sources.owner", "read-only"].state is State.WARNING
    assert "SELECT on bill" in found["sources.owner", "read-only"].message
    # NOW is another day than the server's
    assert found["sources.reader", "clock"].message.endswith("s against this machine's")
    assert found["sources.reader", "sms.bills"].state is State.OK


def test_the_program_shows_a_table_or_json(shop: SmallSite):
    done = nta("--config", str(shop.config), "doctor")
    assert done.returncode == 0, done.stderr
    assert "sources.shop" in done.stdout
    told = json.loads(nta("--config", str(shop.config), "doctor", "--json").stdout)
    assert {"subject": "calendar", "state": "ok"}.items() <= next(e for e in told if e["subject"] == "calendar").items()
    assert nta("--config", str(shop.folder / "none.yml"), "doctor").returncode == 3


def test_the_table_of_unit_names_is_read(tmp_path: Path):
    file = tmp_path / "aliases.csv"
    file.write_text("theirs,ours\n市财局,市财政局\n港务局,南通港集团\n", encoding="utf-8")
    site = OaSite(tmp_path, SETTINGS + "site: {unit_aliases: aliases.csv}\n")
    site.add_units("club", ("1", "市财政局", None))
    site.take("2026-11-19 06:30", "identity.units")
    found = examined(site.config)["site", "unit_aliases"]
    assert found.state is State.WARNING
    assert "2 name(s); 1 of a unit that the list of units does not have: 港务局 → 南通港集团" in found.message
    file.write_text("theirs,ours\n市财局,市财政局\n市财局,市教育局\n", encoding="utf-8")
    broken = examined(site.config)["site", "unit_aliases"]
    assert (broken.state, broken.exit_code) == (State.CRITICAL, 3)
    assert "line 3: '市财局' stands there twice, for two different units" in broken.message
    file.write_text("theirs,ours\n市财局,市财政局\n", encoding="utf-8")
    assert examined(site.config)["site", "unit_aliases"].state is State.OK


def test_a_source_without_a_row_is_not_in_order_and_older_rows_are_found(shop: SmallSite):
    shop.run("twin", "DELETE FROM message")
    shop.run("twin", "INSERT INTO ticket VALUES ('1', '2026-11-01 09:00:00', NULL)")
    found = examined(shop.config)
    empty, old = found["sources.twin", "sms.messages"], found["sources.twin", "desk.tickets"]
    assert empty.state is State.WARNING
    assert "no row in the last 35 day(s)" in empty.message
    assert (old.state, old.message.endswith("of the last 35 day(s)")) == (State.OK, True), old.message


def test_a_cause_is_told_once_with_every_item(tmp_path: Path):
    config = tmp_path / "ntanalytics.yml"
    sources = (
        f'  {name}: {{product: sms_platform, url: "mysql+pymysql://r@127.0.0.1:1/{name}", password: "env:NOT_THERE"}}\n'
        for name in "ab"
    )
    config.write_text("sources:\n" + "".join(sources), encoding="utf-8")
    causes = by_cause(diagnose(config, NOW))
    (missing,) = [cause for cause in causes if cause.state is State.CRITICAL]
    assert missing.items == (("sources.a", "secret"), ("sources.b", "secret"))


def test_the_verdict_counts_causes_and_names_the_first():
    fine = Diagnosis("calendar", "2026", State.OK, "known")
    doubt = Diagnosis("fonts", "Chinese", State.WARNING, "none")
    broken = critical("sources.a", "secret", SettingsError("no such variable"))
    assert verdict(by_cause([fine])) == "ready: everything is in order"
    assert verdict(by_cause([fine, doubt])).startswith("ready, with 1 warning(s)")
    assert verdict(by_cause([doubt, broken, replace(broken, subject="sources.b")])) == (
        "not ready: 1 problem(s) to solve, begin with sources.a secret, and look at 1 warning(s)"
    )


@pytest.mark.parametrize(
    ("program", "state"), [("/bin/true", State.OK), ("/bin/false", State.WARNING), ("", State.WARNING)]
)
def test_the_browser_that_prints_is_started(
    monkeypatch: pytest.MonkeyPatch, shop: SmallSite, program: str, state: State
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", program)
    found = {(each.subject, each.item): each for each in check_machine(load(shop.config))}
    assert found["printing", "Chromium"].state is state
    assert ("fonts", "OFD") in found
