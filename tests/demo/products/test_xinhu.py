"""The demo's OA as its datasets are extracted by the real mapping: three weeks, a tenth of the accounts."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa

from ntanalytics.catalog import Product, load_product
from ntanalytics.contract import DATASETS
from ntanalytics.contract.enumerations import MODULES
from ntanalytics.demo.incidents.incident import Incident
from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.population.people import EDITIONS
from ntanalytics.demo.population.units import ALIASES, EDITION_OF
from ntanalytics.demo.products.xinhu.bills import first_id
from ntanalytics.demo.products.xinhu.database import write_xinhu
from ntanalytics.demo.products.xinhu.schema import INSTALLATIONS, OWN_NAMES, OWN_SPELLING, TEAM, site_files
from ntanalytics.demo.store import PREFIX, Store
from ntanalytics.extraction.check import check
from ntanalytics.periods import Calendar, days_between, local_window
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources import SOURCES

UNTIL = dt.date(2026, 11, 22)
ZONE = ZoneInfo("Asia/Shanghai")
Query = Callable[[str], list[tuple[Any, ...]]]


def city(first: dt.date, until: dt.date = UNTIL, *, seed: int = 1, scale: float = 0.002) -> City:
    days, calendar = days_between(first, until), Calendar()
    return city_of(days, calendar, plan_incidents(calendar, first, until), seed=seed, scale=scale)


def extracted(product: Product, url: str, dataset: str, first: dt.date, last: dt.date) -> pa.Table:
    """What one installation gives of a dataset; nothing may be rejected."""
    source = SOURCES[product.kind]("oa", SourceSettings(product=product.name, url=url), product, ZONE)
    mapping, (since, until) = source.mapping(dataset), local_window(first, last, ZONE)
    tables = [DATASETS[dataset].schema().empty_table()]
    with source.read(mapping, since, until) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=ZONE, days=(first, last), key=b"k")
            assert checked.rejects.num_rows == 0
            tables.append(checked.rows)
    return pa.concat_tables(tables)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """信呼 with the demo site's own tables of words."""
    home = tmp_path_factory.mktemp("site")
    for name, content in site_files().items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(content, encoding="utf-8")
    return load_product(project_dir("queries") / "xinhu", home / "xinhu")


@pytest.fixture(scope="module")
def whole() -> City:
    return city(dt.date(2026, 11, 2))


@pytest.fixture(scope="module")
def ask(whole: City, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Asks SQL of ``activities``, ``tasks`` and ``members``: all four installations, in local time."""
    folder = tmp_path_factory.mktemp("oa")
    write_xinhu(whole, Store(folder))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Shanghai'")
        for dataset in ("oa.activities", "oa.tasks", "oa.members"):
            rows = [
                extracted(product, f"sqlite:///{folder / name}.sqlite", dataset, whole.days[0], UNTIL)
                for name in INSTALLATIONS
            ]
            connection.register(dataset.removeprefix("oa."), pa.concat_tables(rows))
        yield lambda sql: connection.execute(sql).fetchall()


def planted(whole: City, kind: str) -> Incident:
    (incident,) = whole.incidents_of(kind)
    return incident


def test_members_are_the_accounts_of_each_edition(whole: City, ask: Query):
    people = whole.people
    found = dict(ask("SELECT edition, count(*) FROM members GROUP BY 1"))
    assert found == {name: int((people.edition == index).sum()) for index, name in enumerate(EDITIONS)}
    disabled = {str(people.id[each]) for each in np.flatnonzero((people.edition >= 0) & ~people.is_enabled)}
    assert {account for (account,) in ask("SELECT account_id FROM members WHERE NOT is_pc_enabled")} == disabled


def test_units_are_called_as_identity_calls_them_but_for_aliases_a_blank_and_one_that_nobody_knows(ask: Query):
    found = {unit for (unit,) in ask("SELECT DISTINCT unit FROM members")}
    unknown = found - set(EDITION_OF)
    assert unknown == {*OWN_NAMES, *OWN_SPELLING.values(), TEAM}
    meant = {ALIASES.get(unit, unit.replace("\u3000", "")) for unit in found - {TEAM}}
    assert meant == set(EDITION_OF)
    assert {EDITION_OF[ALIASES[name]] for name in OWN_NAMES} == {"government", "general", "wecom"}


def test_only_who_is_at_work_acts_and_most_of_them_do(whole: City, ask: Query):
    for day in whole.days:
        person = whole.present(day).person
        present = set(whole.people.id[person[whole.people.edition[person] >= 0]].astype(str).tolist())
        acted = {account for (account,) in ask(f"SELECT account_id FROM activities WHERE day = '{day}'")}
        assert acted <= present
        assert 0.7 * len(present) < len(acted) < 0.97 * len(present)


def test_a_working_day_has_a_few_actions_a_person_and_a_sunday_few_at_all(ask: Query):
    days = dict(ask("SELECT day, sum(actions) FROM activities GROUP BY 1"))
    people = dict(ask("SELECT day, count(DISTINCT account_id) FROM activities GROUP BY 1"))
    assert all(3 < days[day] / people[day] < 7 for day in days)
    assert days[dt.date(2026, 11, 18)] > 4 * days[UNTIL]


def test_a_larger_city_acts_more_and_logs_in_as_often(product: Product, tmp_path: Path):
    day = dt.date(2026, 11, 18)
    counts = {}
    for scale in (0.02, 0.04):
        write_xinhu(city(day, day, scale=scale), Store(tmp_path / str(scale)))
        url = f"sqlite:///{tmp_path / str(scale) / 'oa_party'}.sqlite"
        rows = extracted(product, url, "oa.activities", day, day).to_pylist()
        counts[scale] = [
            sum(row["actions"] for row in rows if (row["module"] == "other") == is_login) for is_login in (True, False)
        ]
    assert counts[0.04][0] == counts[0.02][0]
    assert 1.7 < counts[0.04][1] / counts[0.02][1] < 2.3


def test_all_modules_are_used_and_breadth_differs_by_person(ask: Query):
    assert {module for (module,) in ask("SELECT DISTINCT module FROM activities")} == set(MODULES)
    least, most = ask(
        "SELECT quantile_cont(n, 0.1), quantile_cont(n, 0.9) FROM "
        "(SELECT count(DISTINCT module) AS n FROM activities GROUP BY account_id)"
    )[0]
    assert least <= 4
    assert most >= 9


def test_the_partys_papers_and_the_general_editions_notices(ask: Query):
    share = {
        (edition, module): part
        for edition, module, part in ask(
            "SELECT edition, module, sum(actions) / sum(sum(actions)) OVER (PARTITION BY edition) FROM activities "
            "WHERE module <> 'other' GROUP BY 1, 2"
        )
    }
    assert share["party", "committee_papers"] > 5 * share["general", "committee_papers"]
    assert share["wecom", "notices"] > 1.5 * share["party", "notices"]


def test_wecom_works_mostly_by_telephone_and_the_others_mostly_at_a_desk(ask: Query):
    share = dict(
        ask("SELECT edition, sum(actions) FILTER (terminal = 'mobile') / sum(actions) FROM activities GROUP BY 1")
    )
    assert share["wecom"] > 0.5
    assert max(share[edition] for edition in EDITIONS if edition != "wecom") < 0.25


def test_the_platform_of_a_desk_is_the_persons_own_and_telephones_are_traditional(whole: City, ask: Query):
    people = whole.people
    xinchuang = set(people.id[people.is_xinchuang].astype(str).tolist())
    rows = ask("SELECT DISTINCT account_id, terminal, platform FROM activities")
    assert {platform for _, terminal, platform in rows if terminal == "mobile"} == {"traditional"}
    at_desks = [
        (account in xinchuang, platform == "xinchuang") for account, terminal, platform in rows if terminal == "pc"
    ]
    assert all(is_his == is_said for is_his, is_said in at_desks)
    assert {is_said for _, is_said in at_desks} == {True, False}


def test_a_module_of_one_edition_stands_still(whole: City, ask: Query):
    day = planted(whole, "module_stopped").day
    found = dict(
        ask(
            "SELECT day, sum(actions) FROM activities WHERE edition = 'general' AND module = 'meeting_rooms' GROUP BY 1"
        )
    )
    worked = [each for each in whole.calendar.working_days(whole.days[0], UNTIL) if each != day]
    assert day not in found
    assert min(found[each] for each in worked) > 30


def test_wecom_does_nothing_by_telephone_while_it_is_down(whole: City, ask: Query):
    down = planted(whole, "edition_down")
    hours = dict(
        ask(
            "SELECT hour(hour_at), sum(actions) FROM activities WHERE edition = 'wecom' AND terminal = 'mobile' "
            f"AND day = '{down.day}' GROUP BY 1"
        )
    )
    assert not {14, 15, 16} & set(hours)
    assert min(hours[hour] for hour in (9, 10, 11, 13)) > 5
    ((at_desks,),) = ask(
        "SELECT sum(actions) FROM activities WHERE edition = 'wecom' AND terminal = 'pc' AND hour(hour_at) = 15 "
        f"AND day = '{down.day}'"
    )
    assert at_desks > 3


def test_no_task_of_a_module_is_finished_and_the_next_morning_has_them(whole: City, ask: Query):
    stuck = planted(whole, "tasks_stuck").day
    found = dict(
        ask(
            "SELECT finished_at::DATE, count(*) FROM tasks WHERE edition = 'government' AND module = 'countersign' "
            "AND finished_at IS NOT NULL GROUP BY 1"
        )
    )
    before, after = stuck - dt.timedelta(days=1), stuck + dt.timedelta(days=1)
    assert stuck not in found
    assert found[after] > found[before] > 3
    assert ask(f"SELECT count(*) FROM tasks WHERE started_at::DATE = '{stuck}' AND module = 'countersign'")[0][0] > 5


def test_three_of_four_of_a_unit_stay_away(whole: City, ask: Query):
    drop = planted(whole, "adoption_drop")
    found = dict(
        ask(f"SELECT day, count(DISTINCT account_id) FROM activities WHERE unit = '{drop.subject}' GROUP BY 1")
    )
    assert found.get(drop.day, 0) < 0.5 * found[dt.date(2026, 11, 6)]


def test_tasks_are_done_in_working_hours_and_units_differ(whole: City, ask: Query):
    done = ask(
        "SELECT finished_at::DATE, finished_at::TIMESTAMP::TIME, handling_s FROM tasks WHERE finished_at IS NOT NULL"
    )
    worked = set(whole.calendar.working_days(whole.days[0], UNTIL))
    morning, evening = (dt.time(8, 30), dt.time(12)), (dt.time(14), dt.time(18))
    assert {day for day, _, _ in done} <= worked
    assert all(morning[0] <= at <= morning[1] or evening[0] <= at <= evening[1] for _, at, _ in done)
    assert min(seconds for _, _, seconds in done) > 0
    assert sum(seconds > 86_400 for _, _, seconds in done) > 0.2 * len(done)
    quick, slow = (
        ask(f"SELECT median(handling_s) FROM tasks WHERE module = '{module}'")[0][0]
        for module in ("meeting_rooms", "countersign")
    )
    assert slow > 5 * quick


def test_some_tasks_are_open_some_void_and_nothing_is_later_than_the_estate(ask: Query):
    ((count, finished, cancelled, latest),) = ask(
        "SELECT count(*), count(finished_at), count(*) FILTER (is_cancelled), max(changed_at)::DATE FROM tasks"
    )
    assert 0.005 < cancelled / count < 0.05
    assert 0 < count - finished - cancelled < 0.5 * count
    assert latest <= UNTIL


def test_there_are_drafts_and_failed_logins_and_a_first_view_is_one(whole: City, tmp_path: Path):
    write_xinhu(whole, Store(tmp_path))
    with closing(sqlite3.connect(tmp_path / "oa_government.sqlite")) as database:
        asked = (
            "SELECT SUM(isturn = 0) > 0, SUM(updt < createdt) FROM xinhu_flow_bill",
            "SELECT SUM(level = 3) > 0, SUM(level = 3 AND optid > 0) FROM xinhu_log",
            """SELECT COUNT(*) > 0, COUNT(*) - COUNT(DISTINCT "table" || mid || '/' || optid) FROM xinhu_reads""",
        )
        assert [database.execute(sql).fetchone() for sql in asked] == [(1, 0)] * 3


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(product: Product, tmp_path: Path):
    day = dt.date(2026, 11, 19)
    given = []
    for number, made in enumerate((city(day), city(day), city(day, seed=2))):
        write_xinhu(made, Store(tmp_path / str(number)))
        url = f"sqlite:///{tmp_path / str(number) / 'oa_government'}.sqlite"
        given.append(extracted(product, url, "oa.tasks", day, UNTIL).sort_by("task_id"))
    assert given[0].equals(given[1])
    assert not given[0].equals(given[2])


def test_the_ids_of_a_days_tasks_depend_on_no_other_day(ask: Query):
    days = ask("SELECT day, min(task_id::BIGINT), max(task_id::BIGINT) FROM tasks WHERE source = 'oa' GROUP BY 1")
    assert all(first_id(day) <= least <= most < first_id(day + dt.timedelta(days=1)) for day, least, most in days)


@pytest.mark.servers
def test_mariadb_gives_the_same_rows_as_sqlite(product: Product, tmp_path: Path, mariadb_url: str):
    first, last = dt.date(2026, 11, 18), dt.date(2026, 11, 20)
    made, server = city(first, last, scale=0.001), sa.make_url(mariadb_url)
    write_xinhu(made, Store(tmp_path))
    write_xinhu(made, Store(tmp_path, {"mysql": server.set(database=None)}))
    for name in INSTALLATIONS:
        remote = server.set(database=PREFIX + name).render_as_string()
        for dataset in ("oa.members", "oa.activities", "oa.tasks"):
            key = [(column, "ascending") for column in DATASETS[dataset].schema().names]
            here, there = (
                extracted(product, url, dataset, first, last).sort_by(key)
                for url in (f"sqlite:///{tmp_path / name}.sqlite", remote)
            )
            assert here.num_rows > 0
            assert here.equals(there)
