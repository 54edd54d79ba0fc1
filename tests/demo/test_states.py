"""Snapshots of earlier mornings: each shows the sources as they stood then, and reports tell what changed."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.demo import Estate, compared_days, plan_reports, take_snapshots, write_estate
from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.periods import Period
from ntanalytics.settings import load
from ntanalytics.workspace import Report, Workspace

UNTIL, SEED, SCALE = dt.date(2026, 11, 22), 20261122, 0.001
STATES = [name for name, dataset in DATASETS.items() if dataset.kind is Kind.STATE]
#: Ends of the periods of a first look, and of those before them, within the estate's days.
ENDS = [dt.date(2026, 11, day) for day in (15, 18, 19, 20)]
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    folder = tmp_path_factory.mktemp("states") / "city"
    estate = write_estate(folder, until=UNTIL, days=12, seed=SEED, scale=SCALE)
    take_snapshots(estate, compared_days(estate, plan_reports(UNTIL, 12, full=False)), seed=SEED, scale=SCALE)
    settings = load(estate.config)
    Extractor(settings, Ledger(settings.ledger), clock=estate.clock).extract(STATES, UNTIL, UNTIL)
    return estate


@pytest.fixture(scope="module")
def workspace(estate: Estate) -> Workspace:
    return Workspace(load(estate.config))


@pytest.fixture
def maxkey(estate: Estate) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(estate.directory / "sources" / "maxkey.sqlite")) as connection:
        yield connection


def test_periods_of_the_reports_and_those_before_them_end_on_the_days(estate: Estate) -> None:
    assert compared_days(estate, plan_reports(UNTIL, 12, full=False)) == ENDS


@pytest.mark.parametrize("dataset", STATES)
def test_each_state_has_a_snapshot_of_each_morning(workspace: Workspace, dataset: str) -> None:
    days = workspace.table(dataset).group_by("source").agg(days=lambda rows: rows.day.nunique()).to_pandas()
    assert set(days["days"]) == {len(ENDS) + 1}
    sources = workspace.table(dataset).select("day").distinct().to_pandas()["day"].dt.date
    assert sorted(sources) == [*(day + DAY for day in ENDS), UNTIL + DAY]


@pytest.mark.parametrize("end", ENDS)
def test_accounts_are_those_of_that_evening_with_their_logins_until_then(
    workspace: Workspace, maxkey: sqlite3.Connection, end: dt.date
) -> None:
    morning = f"{end + DAY} 00:00:00"
    seen = workspace.sql(f"""
        SELECT count(*) AS accounts, max(last_login_at) AT TIME ZONE 'Asia/Shanghai' AS latest
        FROM identity.accounts WHERE day = '{end + DAY}'
    """)
    opened = maxkey.execute("SELECT count(*) FROM mxk_userinfo WHERE CREATEDDATE < ?", [morning]).fetchone()[0]
    latest = maxkey.execute(
        "SELECT max(LOGINTIME) FROM mxk_history_login WHERE SESSIONSTATUS = 1 AND LOGINTIME < ?", [morning]
    ).fetchone()[0]
    assert seen["accounts"][0] == opened
    assert seen["latest"][0] == dt.datetime.fromisoformat(latest)


@pytest.mark.parametrize(
    ("dataset", "moment"),
    [
        ("identity.accounts", "opened_at"),
        ("ca.certificates", "issued_at"),
        ("ca.certificates", "revoked_at"),
        ("seal.seals", "requested_at"),
        ("seal.seals", "tested_at"),
    ],
)
def test_nothing_in_a_snapshot_happened_later(workspace: Workspace, dataset: str, moment: str) -> None:
    later = workspace.sql(
        f"SELECT count(*) later FROM {dataset} WHERE {moment} AT TIME ZONE 'Asia/Shanghai' >= CAST(day AS TIMESTAMP)"
    )
    assert later["later"][0] == 0


def test_reports_compare_the_states_of_two_evenings(workspace: Workspace) -> None:
    for period in (Period.day(dt.date(2026, 11, 19)), Period.week(dt.date(2026, 11, 16))):
        report = Report(workspace, "explore", "", period)
        for dataset in STATES:
            view = report.dataset(dataset)
            assert not view.missing, dataset
            assert not view.missing_before, dataset
    members = report.dataset("oa.members")
    assert members.before.count().execute() < members.table.count().execute()


def test_databases_of_earlier_evenings_are_removed(estate: Estate) -> None:
    assert not list(estate.directory.glob("states*"))


def test_a_day_outside_of_the_estate_is_no_snapshot(estate: Estate) -> None:
    assert compared_days(estate, [("optimization_recommendations", "2026-11")]) == []
    assert Path(estate.directory / "lake").is_dir()
