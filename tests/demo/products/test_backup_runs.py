import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.demo.incidents.planning import plan_incidents
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.products.bacula import write_bacula
from ntanalytics.demo.products.pgbackrest import write_pgbackrest
from ntanalytics.demo.products.restic import write_restic
from ntanalytics.demo.store import PREFIX, Store, servers_of
from ntanalytics.periods import Calendar, days_between
from tests.demo.extracted import Rows, extracted

ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = dt.date(2026, 11, 22)
INCIDENTS = plan_incidents(Calendar(), dt.date(2026, 9, 14), UNTIL)
SOURCES = {
    "pgbackrest": "{product: pgbackrest, paths: ['pgbackrest/*.json']}",
    "restic": "{product: restic, paths: ['restic/*.json']}",
    "bacula": "{product: bacula, url: 'sqlite:///bacula.sqlite'}",
}


def city(days: int, seed: int = 5) -> City:
    return city_of(
        days_between(UNTIL - dt.timedelta(days=days - 1), UNTIL), Calendar(), INCIDENTS, seed=seed, scale=0.001
    )


def taken(folder: Path, place: City) -> dict[str, Rows]:
    write_pgbackrest(place, folder / "pgbackrest")
    write_restic(place, folder / "restic")
    write_bacula(place, Store(folder))
    found = {}
    for name, source in SOURCES.items():
        found[name] = extracted(place, folder, source, "infra.backups")["infra.backups"]
    return found


@pytest.fixture(scope="module")
def backups(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rows]:
    """The backups of three weeks by the product that tells of them."""
    return taken(tmp_path_factory.mktemp("backups"), city(21))


def nights(rows: Rows, plan: str) -> dict[str, dict[str, object]]:
    return {f"{row['started_at'].astimezone(ZONE):%m-%d}": row for row in rows if row["plan"] == plan}


def test_eight_databases_and_three_file_trees_are_saved_each_night(backups: dict[str, Rows]):
    counts = {plan: len(nights(backups["pgbackrest"], plan)) for plan in {row["plan"] for row in backups["pgbackrest"]}}
    assert counts.pop("exchange") == 18
    assert counts == dict.fromkeys(("identity", "sso", "oa", "im", "sms", "ca", "seal"), 21)
    trees = ("oa-files /data/attachments", "exchange-files /data/documents", "seal-files /data/seals")
    assert {plan: len(nights(backups["restic"], plan)) for plan in trees} == dict.fromkeys(trees, 21)
    assert {row["medium"] for row in backups["pgbackrest"] + backups["restic"]} == {"online"}


def test_a_database_is_saved_whole_on_sundays(backups: dict[str, Rows]):
    whole = {day for day, row in nights(backups["pgbackrest"], "oa").items() if row["level"] == "full"}
    assert whole == {"11-08", "11-15", "11-22"}


def test_the_exchange_was_not_saved_for_three_nights(backups: dict[str, Rows]):
    missing = set(nights(backups["pgbackrest"], "oa")) - set(nights(backups["pgbackrest"], "exchange"))
    assert missing == {"11-18", "11-19", "11-20"}


def test_one_snapshot_of_the_attachments_holds_less_than_half_and_no_other_backup_differs(backups: dict[str, Rows]):
    small = []
    for rows in backups.values():
        for name in {row["plan"] for row in rows}:
            sizes = {day: row["size_bytes"] for day, row in nights(rows, name).items()}
            usual = sorted(sizes.values())[len(sizes) // 2]
            small += [(name, day) for day, size in sizes.items() if not 0.9 < size / usual < 1.1]
            assert all(size / usual < 0.5 for day, size in sizes.items() if (name, day) in small)
    assert small == [("oa-files /data/attachments", "11-11")]


def test_everything_goes_to_tape_on_saturdays(backups: dict[str, Rows]):
    tapes = backups["bacula"]
    assert {row["medium"] for row in tapes} == {"offline"}
    assert {row["started_at"].astimezone(ZONE).date() for row in tapes} >= {
        dt.date(2026, 11, day) for day in (7, 14, 21)
    }
    assert {row["started_at"].astimezone(ZONE).weekday() for row in tapes} <= {5, 6}
    assert len(tapes) == 3 * 11
    assert all(row["ended_at"] > row["started_at"] for row in tapes)


def test_a_shorter_estate_has_the_same_nights_and_another_seed_others(tmp_path: Path, backups: dict[str, Rows]):
    short = taken(tmp_path / "short", city(8))
    for name, rows in short.items():
        days = {row["day"] for row in rows}
        keys = ("backup_id", "started_at", "ended_at", "size_bytes")
        longer = [[row[key] for key in keys] for row in backups[name] if row["day"] in days]
        assert [[row[key] for key in keys] for row in rows] == longer
    other = taken(tmp_path / "other", city(8, seed=6))
    assert all(other[name] != short[name] for name in short)


@pytest.mark.servers
def test_postgresql_holds_the_same_catalog(postgres_url: str, tmp_path: Path, backups: dict[str, Rows]):
    server = servers_of([postgres_url])
    write_bacula(city(21), Store(tmp_path, server))
    url = server["postgresql"].set(database=PREFIX + "bacula").render_as_string()
    found = extracted(city(21), tmp_path, f"{{product: bacula, url: '{url}'}}", "infra.backups")["infra.backups"]
    assert found == backups["bacula"]
