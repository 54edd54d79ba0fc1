"""Reports issued from the demo city by the real runner, against golden files and figures counted another way."""

import datetime as dt
import hashlib
import json
import re
import shutil
import sqlite3
from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from ntanalytics.findings.headline import MAX_LENGTH
from ntanalytics.periods import Period
from ntanalytics.reports.record import RecordedBlock, load_record
from ntanalytics.reports.schemas import schema
from ntanalytics.reports.verification import verify
from ntanalytics.runner import RunContext
from ntanalytics.runner.reproducing import reproduce
from ntanalytics.settings import load
from ntanalytics.workspace import open_workspace
from tests.banned_words import banned_in, heard_before_party
from tests.city import FIRST, UNTIL, City, Issued, IssuedReports, blocks, copy_city, in_one_pass, settled
from tests.gaps.site import GapSite
from tests.golden_figures import compare
from tests.servers.store import ObjectStore

WEEK = Period.week(UNTIL)


@pytest.fixture(scope="module")
def week(issued: IssuedReports) -> Issued:
    return issued("sms_volume", "2026-W47")


@pytest.fixture(scope="module")
def inspection(issued: IssuedReports) -> Issued:
    return issued("daily_inspection", "last-working-day")


@pytest.fixture(scope="module")
def weekly(issued: IssuedReports) -> Issued:
    return issued("weekly_service_report", "2026-W47")


@pytest.fixture(scope="module")
def adoption(issued: IssuedReports) -> Issued:
    return issued("oa_adoption", "2026-W47")


@pytest.mark.parametrize("name", ["week", "inspection", "weekly", "adoption"])
def test_the_figures_are_those_of_the_golden_file(request: pytest.FixtureRequest, name: str):
    result = request.getfixturevalue(name)
    compare(result.report, result.directory)


@pytest.mark.parametrize("name", ["week", "inspection", "weekly", "adoption"])
def test_no_block_says_a_word_that_reports_do_not_use(request: pytest.FixtureRequest, name: str):
    assert list(banned_in(request.getfixturevalue(name).directory)) == []


@pytest.mark.parametrize(("name", "block"), [("weekly", "summary"), ("inspection", "sentences")])
def test_a_listener_knows_within_ten_seconds_who_sees_to_it(request: pytest.FixtureRequest, name: str, block: str):
    items = blocks(request.getfixturevalue(name).directory)[block]["items"]
    lengths = [heard_before_party(item["subject"] + item["text"]) for item in items]
    known = [length for length in lengths if length is not None]
    assert lengths[0] == known[0] <= MAX_LENGTH
    assert max(known) <= 1.1 * MAX_LENGTH


@pytest.mark.parametrize("name", ["inspection", "weekly"])
def test_each_row_that_is_not_in_order_leads_to_a_block_of_the_record(request: pytest.FixtureRequest, name: str):
    shown = blocks(request.getfixturevalue(name).directory)
    led = [row for row in shown["open-items"]["rows"] if row["detail"] in shown]
    assert led == shown["open-items"]["rows"] != []
    worse = [row for row in shown["systems"]["rows"] if row["state"] in ("critical", "warning")]
    assert worse
    assert all(row["detail"] in shown for row in worse)


@pytest.mark.parametrize("name", ["inspection", "weekly"])
def test_one_incident_has_one_party_and_one_deadline(request: pytest.FixtureRequest, name: str):
    shown = blocks(request.getfixturevalue(name).directory)
    duties = defaultdict[str, set[tuple[str, str]]](set)
    for row in shown["open-items"]["rows"]:
        if row["handling"].startswith("SJ"):
            duties[row["handling"]].add((row["owner"], row["due"]))
    assert duties
    assert [len(told) for told in duties.values()] == [1] * len(duties)


def test_each_message_of_the_day_is_in_one_column(inspection: Issued):
    rows = blocks(inspection.directory)["sms-by-carrier"]["rows"]
    outcomes = ("delivered", "failed", "unknown", "pending")
    assert [sum(row[name] for name in outcomes) for row in rows] == [row["submitted"] for row in rows] != []


def test_the_plan_of_the_coming_week_names_the_parties_of_the_open_items(weekly: Issued):
    shown = blocks(weekly.directory)
    owners = {row["item"]: row["owner"] for row in shown["open-items"]["rows"]}
    planned = [row for row in shown["planned"]["rows"] if row["kind"] == "待办"]
    named = [(re.split("等[0-9]+项|：", row["item"])[0], row["owner"]) for row in planned]
    assert len(named) > 3
    assert [owners[item] for item, _ in named] == [owner for _, owner in named]


def test_what_the_last_inspection_left_open_is_an_open_item_of_the_week_or_explained_by_an_incident(weekly: Issued):
    shown = blocks(weekly.directory)
    left = [row["subject"] for row in shown["hazards"]["rows"] if row["how"].endswith(("未消除", "是否再现未知"))]
    recorded = [row for row in shown["open-items"]["rows"] if row["detail"] == "hazards"]
    assert recorded
    assert all(any(row["item"].startswith(subject) for subject in left) for row in recorded)
    assert all(row["owner"] and row["due"] for row in recorded)


def test_an_incident_of_a_carrier_does_not_hide_that_its_bill_differs(weekly: Issued):
    items = {row["item"]: row["handling"] for row in blocks(weekly.directory)["open-items"]["rows"]}
    assert items["中国联通送达率"].startswith("SJ")  # of the same carrier
    assert not items["中国联通账单差异"].startswith("SJ")


def test_nothing_of_the_plan_of_the_coming_week_lies_behind(weekly: Issued):
    days = [row["on"] for row in blocks(weekly.directory)["planned"]["rows"]]
    assert min(days) > f"{UNTIL}"


def test_the_messages_of_the_week_are_those_in_the_tables_of_the_platform(issued: IssuedReports, week):
    database = sqlite3.connect(issued.city.estate.directory / "sources" / "sms_platform.sqlite")
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


def test_the_adoption_of_the_units_adds_up_to_that_of_the_city_and_of_the_lake(issued: IssuedReports, adoption):
    content = blocks(adoption.directory)
    active = open_workspace(issued.city.estate.config).sql(
        "SELECT unit, count(DISTINCT source || '/' || account_id) AS active FROM oa_activities "
        "WHERE day BETWEEN '2026-11-16' AND '2026-11-22' GROUP BY unit"
    )
    figures = {item["name"]: item["value"] for item in content["headlines"]["items"]}
    assert figures["active"] == sum(row["active"] for row in content["units"]["rows"]) == active["active"].sum()
    *editions, total = content["by-edition"]["rows"]
    assert figures["active"] == sum(row["active"] for row in editions) == total["active"]
    assert total["units_onboarded"] == sum(row["units_onboarded"] for row in editions)
    [flow] = content["flow"]["rows"]
    assert flow["active"] == flow["new"] + flow["returning"] + flow["resurrected"] == figures["active"]
    assert flow["was_active"] == flow["returning"] + flow["lapsed"]


def test_the_page_of_a_unit_has_its_figures_and_names_no_other_unit(issued: IssuedReports, adoption):
    units = blocks(adoption.directory)["units"]["rows"]
    own = next(row for row in units if row["unit"] == "市财政局")
    page = issued("oa_adoption", "2026-W47", unit=own["unit"])
    verify(page.directory)
    content = blocks(page.directory)
    figures = {item["name"]: item["value"] for item in content["headlines"]["items"]}
    for name in ("active", "active_rate", "daily_active", "mobile_share"):
        assert figures[name] == pytest.approx(own[name])
    # the head has a remark on the whole list of units
    page_text = json.dumps({name: block for name, block in content.items() if name != "head"}, ensure_ascii=False)
    others = [row["unit"] for row in units if row["unit"] not in own["unit"] and own["unit"] not in row["unit"]]
    assert own["unit"] in page_text
    assert not [name for name in others if name in page_text]


def test_carriers_applications_and_units_have_the_same_total(week):
    content = blocks(week.directory)
    tables = ("by-carrier", "by-application", "by-unit")
    for name in tables:
        *groups, total = content[name]["rows"]
        assert sum(row["submitted"] for row in groups) == total["submitted"]
    assert len({content[name]["rows"][-1]["submitted"] for name in tables}) == 1
    for row in content["by-carrier"]["rows"]:
        assert row["submitted"] == row["delivered"] + row["failed"] + row["unknown"] + row["pending"]


def test_the_carrier_outage_of_the_week_ranks_first(week):
    content = blocks(week.directory)
    first = content["board"]["rows"][0]
    assert (first["code"], first["subject"], first["state"]) == ("sms.delivery_rate", "中国联通", "critical")
    assert first["value"] == pytest.approx(0.856, abs=0.001)
    told = [item for item in content["sentences"]["items"] if first["subject"] in item["subject"] + item["text"]]
    assert any("85.6%" in item["text"] for item in told)


def test_the_inspection_finds_the_planted_incidents_of_its_day(inspection):
    rows = blocks(inspection.directory)["board"]["rows"]
    assert {(row["code"], row["state"]) for row in rows} >= {
        ("infra.error_burst", "critical"),
        ("desk.overdue_tickets", "warning"),
        ("desk.checks", "warning"),
    }


def test_a_published_report_is_complete_small_and_verified(week, inspection):
    for result in (week, inspection):
        verify(result.directory)
        manifest = json.loads((result.directory / "manifest.json").read_text(encoding="utf-8"))
        for name, artefact in manifest["artefacts"].items():
            assert hashlib.sha256((result.directory / name).read_bytes()).hexdigest() == artefact["sha256"]
        assert (result.directory / "report.html").stat().st_size <= 2.2e6
        assert manifest["tables"].keys() >= {"sms.messages"}


def test_a_second_run_has_the_same_figures_and_the_next_version(
    issued: IssuedReports, week, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    before = settled(blocks(week.directory))
    second = issued.copy(tmp_path).run("sms_volume", "2026-W47")
    assert second.version == 2
    assert settled(blocks(second.directory)) == before


@pytest.mark.parametrize("name", ["week", "inspection", "weekly", "adoption"])
def test_the_head_names_the_table_of_every_block(request: pytest.FixtureRequest, name: str):
    report: Issued = request.getfixturevalue(name)
    record = load_record(report.directory / "report.ipynb")
    versions = record.head.body["versions"]
    shown = (item for item in record.items if isinstance(item, RecordedBlock))
    named = {dataset for block in shown for dataset in block.origin.get("datasets", ())}
    assert named
    assert named <= set(versions)
    if name == "weekly":
        assert "desk.dispositions" in versions


@pytest.mark.parametrize("name", ["adoption", "weekly"])
def test_a_report_comes_out_again_with_what_stands_below_its_head(
    issued: IssuedReports, request: pytest.FixtureRequest, name: str
):
    report: Issued = request.getfixturevalue(name)
    context = RunContext(settings=load(issued.city.estate.config))
    assert reproduce(context, report.directory).blocks > 10


def test_a_missing_source_is_a_gap_and_not_a_zero(written_city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    city = copy_city(written_city, tmp_path)
    GapSite(city.estate.directory).forget("sms.messages", FIRST, UNTIL)
    text = city.estate.config.read_text(encoding="utf-8").replace("sms_platform.sqlite", "gone.sqlite")
    city.estate.config.write_text(text, encoding="utf-8")
    with in_one_pass():
        result = City(tmp_path).run("sms_volume", "2026-W41")
    assert result.failed_sources
    content = blocks(result.directory)
    assert any("短信" in gap for gap in content["head"]["gaps"])
    assert {row["state"] for row in content["board"]["rows"] if row["code"].startswith("sms.")} == {"unknown"}
    assert {item["value"] for item in content["kpis"]["items"]} == {None}
    assert content["by-carrier"]["rows"] == [] or content["by-carrier"]["note"]


@pytest.mark.servers
def test_a_lake_in_an_object_store_gives_the_same_figures(
    written_city: Path, tmp_path: Path, object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    monkeypatch.setenv("LAKE_KEY", object_store.key)
    monkeypatch.setenv("LAKE_SECRET", object_store.secret)
    city = copy_city(written_city, tmp_path)
    # the week is taken into the store, and what was before lies there
    site = GapSite(city.estate.directory)
    site.forget("sms.messages", WEEK.first, WEEK.last)
    before = site.table("sms.messages").version()
    for table in (path for path in city.settings.lake.iterdir() if path.is_dir() and not path.name.startswith(".")):
        shutil.copytree(table, object_store.folder / "issued" / "city" / table.name)
        shutil.rmtree(table)
    settings = yaml.safe_load(city.settings.file.read_text(encoding="utf-8"))
    settings |= yaml.safe_load(object_store.settings("issued"))
    city.settings.file.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    result = City(tmp_path).run("sms_volume", "2026-W47")
    compare("sms_volume", result.directory)
    # the notebook read the store with the key from the environment, which stands in no file of the report
    manifest = (result.directory / "manifest.json").read_text(encoding="utf-8")
    assert object_store.secret not in manifest + (result.directory / "report.ipynb").read_text(encoding="utf-8")
    assert json.loads(manifest)["tables"]["sms.messages"] > before


@pytest.mark.parametrize("name", ["week", "inspection", "weekly", "adoption"])
def test_what_machines_read_of_a_report_fits_the_published_schemas(request: pytest.FixtureRequest, name: str):
    folder = request.getfixturevalue(name).directory
    for kind, file in (("record", "report.ipynb"), ("manifest", "manifest.json"), ("findings", "findings.json")):
        if (folder / file).is_file():
            content = json.loads((folder / file).read_text(encoding="utf-8"))
            errors = Draft202012Validator(schema(kind)).iter_errors(content)
            assert [(error.json_path, error.message) for error in errors] == []
