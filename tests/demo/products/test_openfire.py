import datetime as dt
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.openfire.database import write_openfire
from ntanalytics.demo.store import Store
from tests.demo.extracted import Rows, extracted, local, small_city, url_of

FIRST = dt.date(2026, 11, 9)
STOPPED, FALLEN = dt.date(2026, 11, 12), dt.date(2026, 11, 13)


@pytest.fixture(scope="module")
def city() -> City:
    return small_city(FIRST)


@pytest.fixture(scope="module")
def home(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(tmp_path_factory.mktemp("city"))
    write_openfire(city, Store(folder))
    return folder


def taken(city: City, folder: Path, dataset: str, server: str = "") -> Rows:
    source = f"{{product: openfire, url: '{url_of('openfire', folder, server)}'}}"
    return extracted(city, folder, source, dataset)[dataset]


@pytest.fixture(scope="module")
def messages(city: City, home: Path) -> Rows:
    return taken(city, home, "im.messages")


@pytest.fixture(scope="module")
def sessions(city: City, home: Path) -> Rows:
    return taken(city, home, "im.sessions")


def one(home: Path, statement: str) -> Any:
    with closing(sqlite3.connect(home / "openfire.sqlite")) as database:
        (found,) = database.execute(statement).fetchone()
    return found


def moment(day: dt.date, clock: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(clock))


def test_who_talks_is_present_on_the_day_and_has_come(messages: Rows, city: City):
    came = {}
    for day in city.days:
        present = city.present(day)
        for person, at_ms in zip(city.people.id[present.person].tolist(), present.at_ms.tolist(), strict=True):
            came[day, f"{person}@im.nantong.example"] = at_ms
    for row in messages:
        hour = local(row["hour_at"])
        assert came[hour.date(), row["account_id"]] < (hour.hour + 1) * 3_600_000


def test_a_message_that_was_archived_twice_is_counted_once(messages: Rows, home: Path, city: City):
    written = one(home, "SELECT COUNT(*) FROM ofMessageArchive")
    distinct = one(home, "SELECT COUNT(DISTINCT messageID) FROM ofMessageArchive")
    doubles = written - distinct
    assert 0 < doubles < 0.01 * written
    # the server's own notice, one a day, has no sender
    assert sum(row["messages"] for row in messages) == distinct - len(city.days)
    assert one(home, "SELECT SUM(messageCount) FROM ofConversation") == distinct - len(city.days)


def test_there_are_texts_and_files_to_one_and_to_rooms(messages: Rows):
    by_kind: Counter[str] = Counter()
    by_reach: Counter[str] = Counter()
    for row in messages:
        by_kind[row["kind"]] += row["messages"]
        by_reach[row["reach"]] += row["messages"]
    total = by_kind.total()
    assert 0.05 < by_kind["file"] / total < 0.09
    assert 0 < by_kind["other"] / total < 0.03
    assert 0.15 < by_reach["group"] / total < 0.35


def test_working_days_have_messages_and_sundays_few(messages: Rows):
    by_day: Counter[dt.date] = Counter()
    for row in messages:
        by_day[local(row["hour_at"]).date()] += row["messages"]
    assert by_day[dt.date(2026, 11, 11)] > 4 * by_day[dt.date(2026, 11, 15)] > 0


def test_no_message_is_sent_while_the_service_or_its_server_is_down(home: Path, messages: Rows):
    midnight = int(dt.datetime(2026, 11, 12, tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp() * 1000)
    sent = "SELECT COUNT(*) FROM ofMessageArchive WHERE sentDate - {} BETWEEN {} AND {}"
    assert one(home, sent.format(midnight, (14 * 60 + 52) * 60_000, (16 * 60 + 44) * 60_000 - 1)) == 0
    assert one(home, sent.format(midnight, 14 * 3_600_000, (14 * 60 + 52) * 60_000 - 1)) > 0
    per_hour: Counter[dt.datetime] = Counter()
    for row in messages:
        per_hour[local(row["hour_at"])] += row["messages"]
    assert per_hour[moment(STOPPED, "15:00")] == 0
    assert per_hour[moment(STOPPED, "17:00")] > 0
    assert per_hour[moment(STOPPED - dt.timedelta(days=1), "15:00")] > 50


def test_a_batch_of_desks_falls_back_to_the_old_client_from_its_day_on(sessions: Rows):
    users: dict[bool, set[str]] = {True: set(), False: set()}
    old: dict[bool, set[str]] = {True: set(), False: set()}
    for row in sessions:
        fallen = local(row["hour_at"]).date() >= FALLEN
        users[fallen].add(row["account_id"])
        if row["client"] == "Spark 2.8.3":
            old[fallen].add(row["account_id"])
            assert row["terminal"] == "pc"
    assert old[False] == set()
    assert 0.05 < len(old[True]) / len(users[True]) < 0.25


def test_clients_are_desks_domestic_ones_and_telephones(sessions: Rows, city: City):
    domestic = {
        f"{number}@im.nantong.example"
        for number, is_domestic in zip(city.people.id.tolist(), city.people.is_xinchuang.tolist(), strict=True)
        if is_domestic
    }
    seen = Counter((row["terminal"], row["platform"]) for row in sessions)
    assert min(seen[key] for key in (("pc", "traditional"), ("pc", "xinchuang"), ("mobile", "traditional"))) > 20
    assert {row["account_id"] for row in sessions if row["platform"] == "xinchuang"} <= domestic
    hostile = [row for row in sessions if "<img" in row["client"]]
    assert len({row["account_id"] for row in hostile}) == 1
    assert 0 < len(hostile) < 0.01 * len(sessions)


def test_nothing_is_later_than_the_estate(home: Path):
    end = int(dt.datetime(2026, 11, 23, tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp() * 1000)
    assert one(home, "SELECT MAX(leftDate) FROM ofConParticipant") < end
    assert one(home, "SELECT MAX(sentDate) FROM ofMessageArchive") < end


def test_the_same_seed_gives_the_same_rows_and_a_larger_city_talks_more(tmp_path: Path):
    rows = []
    for number, (seed, scale) in enumerate(((1, 0.001), (1, 0.001), (2, 0.001), (1, 0.02), (1, 0.2))):
        made, home = small_city(dt.date(2026, 11, 20), scale=scale, seed=seed), tmp_path / str(number)
        write_openfire(made, Store(home))
        rows.append(taken(made, home, "im.messages"))
    assert rows[0] == rows[1] != rows[2]
    assert len(rows[4]) > len(rows[3]) > len(rows[0])


@pytest.mark.servers
def test_a_real_postgresql_gives_the_same_rows(tmp_path: Path, postgres_url: str):
    made = small_city(dt.date(2026, 11, 10), scale=0.001)
    embedded, served = Store(tmp_path), Store(tmp_path, {"postgresql": sa.make_url(postgres_url)})
    assert write_openfire(made, embedded) == write_openfire(made, served)
    for dataset in ("im.messages", "im.sessions"):
        here, there = (taken(made, tmp_path, dataset, server) for server in ("", postgres_url))
        assert len(here) > 100
        assert here == there
