"""Both reports, issued from the demo city by the real runner, against figures counted another way."""

import datetime as dt
import hashlib
import json
import os
import sqlite3
from pathlib import Path

import pytest
import yaml

from ntanalytics.reports.verification import verify
from ntanalytics.runner import RunContext, run_report
from ntanalytics.settings import load
from ntanalytics.workspace import open_workspace
from tests.city import City, blocks
from tests.servers.store import ObjectStore

GOLDEN = Path(__file__).parent / "golden"
#: What differs from run to run though the figures are the same; ``hazards`` tells of inspections that other tests made.
VOLATILE = {"generated_at", "taken_at", "as_of", "origin", "versions", "hazards"}


@pytest.fixture(scope="module")
def week(city: City):
    return city.run("sms_volume", "2026-W47")


@pytest.fixture(scope="module")
def inspection(city: City):
    return city.run("daily_inspection", "last-working-day")


def settled(value: object) -> object:
    """A block without what is volatile."""
    if isinstance(value, dict):
        return {key: settled(each) for key, each in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [settled(each) for each in value]
    return round(value, 9) if isinstance(value, float) else value


@pytest.fixture(scope="module")
def weekly(city: City):
    return city.run("weekly_service_report", "2026-W47")


@pytest.fixture(scope="module")
def adoption(city: City):
    return city.run("oa_adoption", "2026-W47")


@pytest.mark.parametrize("name", ["week", "inspection", "weekly", "adoption"])
def test_the_figures_are_those_of_the_golden_file(request: pytest.FixtureRequest, name: str):
    result = request.getfixturevalue(name)
    now = json.dumps(settled(blocks(result.directory)), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    file = GOLDEN / f"{result.report}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(now, encoding="utf-8")
    assert now.splitlines() == file.read_text(encoding="utf-8").splitlines()


def test_the_weeks_messages_are_those_of_the_platforms_tables(city: City, week):
    database = sqlite3.connect(city.estate.directory / "sources" / "sms_platform.sqlite")
    messages, segments = 0, 0
    for offset in range(7):
        table = f"submit_{dt.date(2026, 11, 16) + dt.timedelta(days=offset):%Y%m%d}"
        where = f"FROM {table} WHERE COALESCE(Data_Status_Code, '0') <> '2'"
        messages += database.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT Msg_Batch_No, Phone_No {where})"
        ).fetchone()[0]
        segments += database.execute(f"SELECT count(*) {where}").fetchone()[0]
    database.close()
    figures = {item["name"]: item["value"] for item in blocks(week.directory)["kpis"]["items"]}
    assert (figures["submitted"], figures["segments"]) == (messages, segments)


def test_the_adoption_of_units_adds_up_to_the_citys_and_to_the_lakes(city: City, adoption):
    found = blocks(adoption.directory)
    lake = open_workspace(city.estate.config)
    acted = lake.sql(
        "SELECT unit, count(DISTINCT source || '/' || account_id) AS active FROM oa_activities "
        "WHERE day BETWEEN '2026-11-16' AND '2026-11-22' GROUP BY unit"
    )
    figures = {item["name"]: item["value"] for item in found["headlines"]["items"]}
    assert figures["active"] == sum(row["active"] for row in found["units"]["rows"]) == acted["active"].sum()
    assert figures["active"] == sum(row["active"] for row in found["by-edition"]["rows"])
    [flow] = found["flow"]["rows"]
    assert flow["active"] == flow["new"] + flow["returning"] + flow["resurrected"] == figures["active"]
    assert flow["was_active"] == flow["returning"] + flow["lapsed"]


def test_a_units_page_says_what_the_citys_says_of_it_and_names_no_other(city: City, adoption):
    units = blocks(adoption.directory)["units"]["rows"]
    own = next(row for row in units if row["place"] == 2)
    page = city.run("oa_adoption", "2026-W47", unit=own["unit"])
    verify(page.directory)
    found = blocks(page.directory)
    figures = {item["name"]: item["value"] for item in found["headlines"]["items"]}
    for name in ("active", "active_rate", "daily_active", "mobile_share"):
        assert figures[name] == pytest.approx(own[name])
    # the head's remark on the site's list of units is of all of them
    said = json.dumps({name: block for name, block in found.items() if name != "head"}, ensure_ascii=False)
    others = [row["unit"] for row in units if row["unit"] not in own["unit"] and own["unit"] not in row["unit"]]
    assert own["unit"] in said
    assert not [name for name in others if name in said]


def test_carriers_applications_and_units_add_up_to_the_same(week):
    found = blocks(week.directory)
    totals = {
        name: sum(row["submitted"] for row in found[name]["rows"])
        for name in ("by-carrier", "by-application", "by-unit")
    }
    assert len(set(totals.values())) == 1
    for row in found["by-carrier"]["rows"]:
        assert row["submitted"] == row["delivered"] + row["failed"] + row["unknown"] + row["pending"]


def test_the_outage_of_the_week_is_the_first_thing_said(week):
    board = blocks(week.directory)["board"]["rows"]
    assert (board[0]["subject"], board[0]["state"]) == ("中国联通", "critical")
    first = blocks(week.directory)["sentences"]["items"][0]["text"]
    assert first.startswith("中国联通单日最低送达率")
    assert "（11月18日），低于异常阈值 90.0%" in first


def test_the_inspection_finds_what_was_planted_on_its_day(inspection):
    rows = blocks(inspection.directory)["board"]["rows"]
    wrong = {(row["code"], row["state"]) for row in rows if row["state"] in ("critical", "warning")}
    assert ("infra.error_burst", "critical") in wrong
    assert ("desk.overdue_tickets", "warning") in wrong
    assert ("desk.checks", "warning") in wrong


def test_what_is_published_is_whole_small_and_proven(week, inspection):
    for result in (week, inspection):
        verify(result.directory)
        manifest = json.loads((result.directory / "manifest.json").read_text(encoding="utf-8"))
        for name, about in manifest["artefacts"].items():
            assert hashlib.sha256((result.directory / name).read_bytes()).hexdigest() == about["sha256"]
        assert (result.directory / "report.html").stat().st_size <= 2.2e6
        assert manifest["tables"].keys() >= {"sms.messages"}


def test_a_second_run_says_the_same_and_is_version_two(city: City, week):
    before = settled(blocks(week.directory))
    again = city.run("sms_volume", "2026-W47")
    assert again.version == week.version + 1
    assert settled(blocks(again.directory)) == before


def test_a_source_that_is_gone_is_a_hole_and_not_a_zero(city: City, tmp_path: Path):
    # the same site with a lake of its own, into which no other test has taken the messages
    there = city.estate.directory
    text = city.estate.config.read_text(encoding="utf-8").replace("sms_platform.sqlite", "gone.sqlite")
    for before, name in (("", "sources/"), ("", "unit-aliases.csv"), ("queries: ", "queries")):
        text = text.replace(before + name, f"{before}{there}/{name}")
    config = tmp_path / "ntanalytics.yml"
    config.write_text(text.replace('outputs: "../outputs"', "outputs: outputs"), encoding="utf-8")
    context = RunContext(settings=load(config), clock=city.clock)
    result = run_report(context, "daily_inspection", "2026-10-09", {})
    assert result.failed_sources
    found = blocks(result.directory)
    assert any("短信" in gap for gap in found["head"]["gaps"])
    states = {row["code"]: row["state"] for row in found["board"]["rows"] if row["code"].startswith("sms.")}
    assert set(states.values()) == {"unknown"}
    assert found["sms-by-carrier"]["rows"] == [] or found["sms-by-carrier"]["note"]


@pytest.mark.servers
def test_a_lake_in_an_object_store_gives_the_same_figures(
    city: City, tmp_path: Path, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LAKE_KEY", object_store.key)
    monkeypatch.setenv("LAKE_SECRET", object_store.secret)
    (object_store.folder / "issued").mkdir()
    config = city.settings.file.with_name("stored.yml")
    told = yaml.safe_load(city.settings.file.read_text(encoding="utf-8"))
    told |= {"lake": str(tmp_path / "kept"), "ledger": f"sqlite:///{tmp_path}/ledger.sqlite"}
    told |= {"outputs": str(tmp_path / "outputs")} | yaml.safe_load(object_store.settings("issued"))
    config.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    result = run_report(RunContext(settings=load(config), clock=city.clock), "sms_volume", "2026-W47", {})
    now = json.dumps(settled(blocks(result.directory)), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert now.splitlines() == (GOLDEN / "sms_volume.json").read_text(encoding="utf-8").splitlines()
    # its notebook read the store by the key that it was left; what is kept here is a part of what is there
    manifest = (result.directory / "manifest.json").read_text(encoding="utf-8")
    assert object_store.secret not in manifest + (result.directory / "report.ipynb").read_text(encoding="utf-8")
    assert json.loads(manifest)["tables"]["sms.messages"] >= 0
