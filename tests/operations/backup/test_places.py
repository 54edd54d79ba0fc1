"""A backup goes from any database and lake into a folder or an object store, and from there into any other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.errors import BackupError, LakeError
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.copying import copy_ledger, is_empty, load_ledger
from ntanalytics.ledger.upgrading import plan_upgrade
from ntanalytics.operations.backup.restoring import RestoreRequest, restore
from tests.faults.town import Town
from tests.operations.backup.conftest import DAY, EIGHT, backed_up
from tests.servers.store import ObjectStore


def _database(request: pytest.FixtureRequest, server: str, name: str) -> str:
    """Make an empty database, and return its URL."""
    url = sa.make_url(request.getfixturevalue(f"{server}_url"))
    with sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.mark.servers
@pytest.mark.parametrize("server", ["postgres", "mariadb"])
def test_the_ledger_of_a_server_is_copied_at_one_moment_and_loaded_into_another(
    request: pytest.FixtureRequest, tmp_path: Path, server: str
):
    url = _database(request, server, "lost")
    ledger = Ledger(url)
    run = ledger.runs.start("probe", f"{DAY}", {"unit": "市财政局"})
    ledger.publications.append(run, "0" * 64)
    for number in range(3):
        ledger.audit.record("maintain", f"table {number}", {"rows": number})
    copy = tmp_path / "ledger.sqlite"
    copy_ledger(url, copy)
    assert Ledger(f"sqlite:///{copy}").chain.verify() == (4, [])
    elsewhere = _database(request, server, "found")
    assert is_empty(elsewhere)
    load_ledger(copy, elsewhere)
    assert plan_upgrade(elsewhere).rows == plan_upgrade(url).rows
    found = Ledger(elsewhere)
    assert found.runs.get(run) == ledger.runs.get(run)
    found.audit.record("maintain", "the next number is free", {})
    assert found.chain.verify() == (5, [])
    with pytest.raises(LakeError, match="ledger already"):
        load_ledger(copy, elsewhere)


def test_a_lake_in_a_store_is_backed_up_into_a_store_and_restored_into_another(
    town: Town, object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for bucket in ("lake", "safe", "new"):
        shutil.rmtree(object_store.folder / bucket, ignore_errors=True)
        (object_store.folder / bucket).mkdir()
    for name, value in {
        "LAKE_KEY": object_store.key,
        "LAKE_SECRET": object_store.secret,
        "AWS_ACCESS_KEY_ID": object_store.key,
        "AWS_SECRET_ACCESS_KEY": object_store.secret,
        "AWS_ENDPOINT_URL": object_store.endpoint,
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    with town.config.open("a", encoding="utf-8") as file:
        file.write(object_store.settings("lake"))
    town.fill([DAY], 1, since=3)
    assert town.by_hand(f"{DAY}", EIGHT).version == 2  # its lake is in the store
    # a report of the lake that was on the disk names versions that the store never had
    result = backed_up(town, "s3://safe/nantong")
    assert {name: version for name, (version, _rows) in result.snapshot.tables.items()} == {"sms.messages": 0}
    home = tmp_path / "elsewhere"
    home.mkdir()
    text = town.config.read_text(encoding="utf-8").replace("s3://lake/", "s3://new/")
    (home / "ntanalytics.yml").write_text(text, encoding="utf-8")
    wish = RestoreRequest(address="s3://safe/nantong", home=home, keys=town.home.parent / "keys")
    restore(wish, EIGHT)
    shutil.rmtree(object_store.folder / "lake")
    shutil.copytree(town.notebooks, home / "notebooks")
    shutil.copy(town.home / "shop.sqlite", home / "shop.sqlite")
    site = Town(home)
    assert (site.by_hand(f"{DAY}", EIGHT).version, site.counted(f"{DAY}")) == (3, 4)


def test_a_store_that_refuses_the_key_is_said(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch):
    (object_store.folder / "safe").mkdir(exist_ok=True)
    for name, value in {
        "AWS_ACCESS_KEY_ID": object_store.key,
        "AWS_SECRET_ACCESS_KEY": "a-wrong-secret-of-somebody",
        "AWS_ENDPOINT_URL": object_store.endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BackupError) as refused:
        restore(RestoreRequest(address="s3://safe/nantong", home=Path("/nonexistent/site")), EIGHT)
    assert "a-wrong-secret-of-somebody" not in str(refused.value)
