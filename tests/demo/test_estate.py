import datetime as dt
import hashlib
import json
from pathlib import Path

import openpyxl
import pyarrow.compute as pc
import pytest

from ntanalytics import settings
from ntanalytics.catalog import Catalog
from ntanalytics.contract import DATASETS, Kind
from ntanalytics.demo import Destinations, Estate, plan_reports, write_estate
from ntanalytics.errors import CalendarMissing, UsageError
from ntanalytics.ledger import Ledger
from ntanalytics.sources import open_sources
from tests.demo.taken import Lake, differing

FRIDAY, SUNDAY = dt.date(2026, 11, 20), dt.date(2026, 11, 22)
SOURCES = """
bacula ca ca_gateway desk exchange identity im oa_general oa_government oa_party oa_wecom pgbackrest probe restic seals
sms web zabbix
"""


def written(folder: Path, seed: int) -> dict[str, str]:
    write_estate(folder, until=SUNDAY, days=3, seed=seed, scale=0.0005)
    prints = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".xlsx"
    }
    # a workbook carries the time of its writing, so its cells are compared
    for path in folder.rglob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        cells = [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]
        prints[path.name] = hashlib.sha256(repr(cells).encode()).hexdigest()
    return prints


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path):
    first, again, other = (written(tmp_path / str(n), seed) for n, seed in enumerate((7, 7, 8)))
    assert first == again
    same = {name for name in first if first[name] == other[name]}
    words = {
        "queries/maxkey/methods.csv",
        "queries/xinhu/modules.csv",
        "queries/xinhu/platforms.csv",
        "unit-aliases.csv",
        "scheduled/jobs.yml",
        "scheduled/scoring.example.yml",
    }
    # on three days there may be nothing that only looks like an incident
    assert same - {"harmless.json"} == {"ntanalytics.yml", *words}


def test_its_settings_are_valid_and_every_source_is_there(estate: Estate):
    loaded = settings.load(estate.config)
    assert sorted(open_sources(loaded, Catalog([settings.project_dir("queries")]))) == SOURCES.split()
    assert loaded.outputs == estate.directory.resolve() / "outputs"


def test_reports_can_be_sent_elsewhere(tmp_path: Path):
    outputs = Destinations(outputs=tmp_path / "out: of 'it'")
    estate = write_estate(tmp_path / "city", until=FRIDAY, days=1, scale=0.00025, destinations=outputs)
    assert settings.load(estate.config).outputs.resolve() == tmp_path / "out: of 'it'"


def test_the_last_five_working_days_are_inspected_in_order_before_the_week_is_told():
    reports = plan_reports(dt.date(2026, 10, 11), 11, full=True)
    # 8 and 9 October follow the holiday, and 10 October is a Saturday that is worked
    days = ["2026-10-08", "2026-10-09", "2026-10-10"]
    assert reports[1:5] == [*(("daily_inspection", day) for day in days), ("weekly_service_report", "last-week")]
    whole = plan_reports(dt.date(2026, 11, 22), 70, full=True)
    days = [f"2026-11-{day}" for day in range(16, 21)]
    assert [period for report, period in whole if report == "daily_inspection"] == days


def test_a_first_look_begins_with_the_report_that_is_there_soonest_and_has_every_kind():
    reports = plan_reports(dt.date(2026, 11, 22), 35, full=False)
    assert reports[0] == ("sms_volume", "last-week")
    assert [period for report, period in reports if report == "daily_inspection"] == [
        f"2026-11-{day}" for day in (19, 20)
    ]
    assert reports[-1] == ("optimization_recommendations", "last-week")
    assert {report for report, _ in reports} == {
        report for report, _ in plan_reports(dt.date(2026, 11, 22), 70, full=True)
    }


def test_incidents_are_written_down_with_their_zone(estate: Estate):
    records = json.loads((estate.directory / "incidents.json").read_text(encoding="utf-8"))
    outage = next(record for record in records if record["id"] == "outage-unicom")
    assert (outage["start"], outage["end"]) == ("2026-11-18T09:12:00+08:00", "2026-11-18T12:42:00+08:00")
    assert {record["severity"] for record in records} == {"关注", "异常"}
    assert (outage["size"], outage["shape"]) == (0.3, "sharp")
    assert json.loads((estate.directory / "harmless.json").read_text(encoding="utf-8")) == []


def test_what_only_looks_like_an_incident_is_written_down_beside_them(tmp_path: Path):
    made = write_estate(tmp_path / "city", until=dt.date(2026, 10, 31), days=4, seed=7, scale=0.0005)
    records = json.loads((made.directory / "harmless.json").read_text(encoding="utf-8"))
    assert [each["id"] for each in records] == [each.id for each in made.benign_events]
    assert {"month-end-2026-10-oa", "month-end-2026-10-docexchange"} <= {each["id"] for each in records}
    assert {each["severity"] for each in records} == {"无"}


def test_all_of_it_is_extracted_and_what_is_rejected_are_the_broken_lines(estate: Estate, lake: Lake):
    assert [each.error for each in lake.taken if each.error] == []
    assert lake.table("sms.messages").num_rows == estate.messages
    requests = [each for each in lake.taken if each.dataset == "infra.requests"]
    assert sum(each.rows_read for each in requests) == estate.log_lines
    assert {day for each in requests for day in each.rows} == {estate.first + dt.timedelta(days=n) for n in range(12)}
    assert {each.dataset for each in lake.taken if each.rejected} == {"infra.requests"}
    # one line a day of each service lost its end
    assert sum(each.rejected.total() for each in requests) == 3 * 12


def test_states_are_as_on_the_morning_after_the_last_day_whenever_they_are_taken(lake: Lake):
    states = [name for name, each in DATASETS.items() if each.kind is Kind.STATE]
    assert {day for name in states for day in lake.table(name)["day"].to_pylist()} == {"2026-11-23"}


def test_a_shorter_estate_has_the_same_days(lake: Lake, tmp_path: Path):
    first = SUNDAY - dt.timedelta(days=2)
    shorter = Lake(write_estate(tmp_path / "city", until=SUNDAY, days=3, scale=0.0075), tmp_path / "taken")
    events = [name for name, each in DATASETS.items() if each.kind is Kind.EVENT and shorter.table(name).num_rows]
    assert len(events) > 15
    for name in events:
        longer = lake.table(name)
        assert differing(longer.filter(pc.field("day") >= first.isoformat()), shorter.table(name)) == 0, name
    opened = [
        {row["account_id"]: row["opened_at"].date() for row in each.rows("identity.accounts")}
        for each in (lake, shorter)
    ]
    assert opened[0] == opened[1]


def test_an_estate_is_written_anew_without_the_older_ones_logs_and_lake(tmp_path: Path):
    write_estate(tmp_path / "city", until=FRIDAY, days=3, scale=0.00025)
    (tmp_path / "city/lake/sms.messages").mkdir(parents=True)
    write_estate(tmp_path / "city", until=FRIDAY, days=1, scale=0.00025)
    assert not (tmp_path / "city/lake").exists()
    assert sorted(path.name for path in (tmp_path / "city/sources/nginx").iterdir()) == [
        "exchange-access.json.log",
        "oa-access.json.log",
        "portal-access.log",
    ]


def test_an_estate_is_written_anew_without_what_the_older_one_knew_and_issued(tmp_path: Path):
    city, where = tmp_path / "city", Destinations(outputs=tmp_path / "outputs")
    write_estate(city, until=FRIDAY, days=1, scale=0.00025, destinations=where)
    ledger = Ledger(settings.load(city / "ntanalytics.yml").ledger)
    own, replaced, elsewhere = folders = [
        tmp_path / name for name in ("outputs/sms/2026-W47", "outputs/sms/2026-W46", "other/2026-W47")
    ]
    for folder in folders:
        run_id = ledger.runs.start("sms_volume", folder.name, {})
        ledger.runs.finish(run_id, "published", version=1, path=str(folder))
        folder.mkdir(parents=True)
        issued = "of another site" if folder == replaced else run_id
        (folder / "manifest.json").write_text(json.dumps({"run_id": issued}), encoding="utf-8")
    write_estate(city, until=FRIDAY, days=1, scale=0.00025, destinations=where)
    assert [folder.exists() for folder in (own, replaced, elsewhere)] == [False, True, True]
    assert list(city.glob("ledger.sqlite*")) == []


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "ntanalytics.yml").write_text("site: {}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not empty"):
        write_estate(tmp_path, days=1)
    assert [path.name for path in tmp_path.iterdir()] == ["ntanalytics.yml"]


@pytest.mark.parametrize(("days", "scale", "seed"), [(0, 1.0, 1), (3, 0.0, 1), (3, float("nan"), 1), (3, 1.0, -1)])
def test_no_days_no_volume_and_a_negative_seed_are_refused(days: int, scale: float, seed: int, tmp_path: Path):
    with pytest.raises(UsageError):
        write_estate(tmp_path / "city", days=days, scale=scale, seed=seed)


def test_a_year_without_a_calendar_is_refused_before_anything_is_written(tmp_path: Path):
    with pytest.raises(CalendarMissing):
        write_estate(tmp_path / "city", until=dt.date(2033, 5, 4), days=3)
    assert not (tmp_path / "city").exists()
