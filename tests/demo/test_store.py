from pathlib import Path

import pytest

from ntanalytics.demo import Destinations, write_estate
from ntanalytics.demo.store import FROM_ENVIRONMENT, Store, parse_tables, servers_of
from ntanalytics.errors import SourceUnreachable, UsageError

MARIADB = "mysql+pymysql://root@127.0.0.1:3306/"


@pytest.mark.parametrize(
    "urls",
    [["no url"], ["sqlite:///x.db"], [MARIADB, "mariadb+pymysql://root@10.0.0.1/"], ["oracle://scott@127.0.0.1/"]],
)
def test_what_is_no_server_of_ours_or_named_twice_is_refused(urls: list[str]):
    with pytest.raises(UsageError, match="--servers"):
        servers_of(urls)


def test_a_password_in_the_url_is_refused_and_not_repeated():
    with pytest.raises(UsageError) as refused:
        servers_of(["mysql+pymysql://root:hunter2@127.0.0.1/"])
    assert "hunter2" not in str(refused.value)
    assert FROM_ENVIRONMENT in str(refused.value)


def test_the_settings_refer_to_the_password_and_do_not_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(FROM_ENVIRONMENT, "hunter2")
    lines = Store(tmp_path, servers_of([MARIADB])).settings_lines("maxkey", "mysql")
    assert lines == [
        "url: mysql+pymysql://root@127.0.0.1:3306/ntanalytics_demo_maxkey",
        "password: env:NTANALYTICS_DEMO_PASSWORD",
    ]
    assert Store(tmp_path, servers_of([MARIADB])).settings_lines("ejbca", "postgresql") == [
        "url: sqlite:///sources/ejbca.sqlite"
    ]


def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(FROM_ENVIRONMENT, "hunter2")
    destinations = Destinations(servers=["mysql+pymysql://root@127.0.0.1:1/"])
    with pytest.raises(SourceUnreachable) as failed:
        write_estate(tmp_path / "city", days=1, scale=0.00025, destinations=destinations)
    assert "hunter2" not in str(failed.value)
    assert FROM_ENVIRONMENT in str(failed.value)


def test_a_database_that_was_written_is_only_read_from_then_on(tmp_path: Path):
    store = Store(tmp_path)
    for _ in range(2):  # an older one is replaced all the same
        with store.database("city", "mysql") as database:
            database.create(*parse_tables("t: id* int"))
    assert (tmp_path / "city.sqlite").stat().st_mode & 0o222 == 0
