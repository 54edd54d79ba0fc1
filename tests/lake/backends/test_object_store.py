"""A lake in an object store: a real S3 server, hosts with folders of their own, and what a lake must stand."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from deltalake import write_deltalake
from pyarrow import parquet
from sqlalchemy.pool import NullPool

from ntanalytics.contract import DATASETS
from ntanalytics.errors import LakeError, LeaseLost, SettingsError
from ntanalytics.extraction import Extractor
from ntanalytics.extraction.pseudonym import KEY_NAME, site_key
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.object_store import Bucket
from ntanalytics.lake.commit import commit_days
from ntanalytics.lake.maintenance import maintain_table
from ntanalytics.lake.parts import PartFiles
from ntanalytics.ledger import Ledger
from ntanalytics.ledger.schedule_tables import leases
from ntanalytics.operations.diagnosis import State
from ntanalytics.operations.doctor import diagnose
from ntanalytics.settings import StoreSettings, load
from tests import warm
from tests.extraction.small_site import SmallSite
from tests.lake.test_lake import DAY, bills, parted, replace, total
from tests.servers.process import PATIENCE_S
from tests.servers.store import ObjectStore
from tests.warm import WarmProcess

pytestmark = pytest.mark.servers
NAME = "sms.bills"
NEXT = DAY + dt.timedelta(days=1)


class Hosts:
    """Hosts of one site: a ledger and a bucket that they share, and a folder of its own for each."""

    def __init__(self, store: ObjectStore, folder: Path) -> None:
        self.bucket = f"lake-{time.time_ns()}"
        (store.folder / self.bucket).mkdir()
        self.store, self.folder = store, folder
        self.ledger = Ledger(f"sqlite:///{folder}/ledger.sqlite")

    def settings(self, cache_gb: float = 20) -> StoreSettings:
        return StoreSettings(
            url=f"s3://{self.bucket}/city",
            endpoint=self.store.endpoint,
            access_key="env:LAKE_KEY",
            secret_key="env:LAKE_SECRET",
            cache_gb=cache_gb,
        )

    def lake(self, host: str) -> DeltaLake:
        return DeltaLake(self.folder / host, Bucket(self.settings()), self.ledger.lease)

    def names(self) -> set[str]:
        """The data files of the table in the store."""
        return {path.name for path in (self.store.folder / self.bucket / "city" / NAME).rglob("*.parquet")}


@pytest.fixture
def hosts(object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    monkeypatch.setenv("LAKE_KEY", object_store.key)
    monkeypatch.setenv("LAKE_SECRET", object_store.secret)
    return Hosts(object_store, tmp_path)


def test_what_one_host_writes_another_reads_also_the_version_that_a_report_recorded(hosts: Hosts):
    one, two = hosts.lake("one"), hosts.lake("two")
    replace(one, bills(DAY, 1), "a", DAY, DAY)
    recorded = one.version(NAME)
    replace(one, bills(DAY, 10), "a", DAY, DAY)
    replace(one, bills(NEXT, 100), "a", NEXT, NEXT)
    assert recorded == 0
    assert [total(two, version) for version in (recorded, two.version(NAME))] == [1, 110]
    assert two.tables() == [NAME]
    assert two.days(NAME, 2) == {DAY, NEXT}
    assert two.size_bytes() > 0


def test_a_table_of_many_commits_is_opened_by_few_requests(hosts: Hosts):
    lake = hosts.lake("one")
    for segments in range(12):
        replace(lake, bills(DAY, segments), "a", DAY, DAY)
    there = {path.name for path in (hosts.store.folder / hosts.bucket / "city" / NAME / "_delta_log").iterdir()}
    assert f"{9:020}.checkpoint.parquet" in there
    assert total(hosts.lake("two"), 11) == 11


def test_what_was_read_is_not_fetched_again(hosts: Hosts):
    lake = hosts.lake("one")
    replace(hosts.lake("other"), bills(DAY, 1), "a", DAY, DAY)
    (file,) = lake.files(NAME, 0)
    (hosts.store.folder / hosts.bucket / "city" / Path(file).relative_to(lake.folder)).unlink()
    assert total(lake, 0) == 1
    with pytest.raises(LakeError, match="cannot read version 0"):
        hosts.lake("new").files(NAME, 0)
    assert not list((hosts.folder / "new").rglob("*.fetching")), "nothing half stays"


_WRITES = """
import datetime as dt, sys
from tests.lake.backends.test_object_store import *
ledger, endpoint, bucket, host, first = sys.argv[1:]
settings = StoreSettings(url=f"s3://{bucket}/city", endpoint=endpoint, access_key="env:LAKE_KEY",
                         secret_key="env:LAKE_SECRET")
lake = DeltaLake(Path(host), Bucket(settings), Ledger(ledger).lease)
for number in range(4):
    day = dt.date.fromisoformat(first) + dt.timedelta(days=number)
    replace(lake, bills(day, 1), "a", day, day)
"""


def _writer(hosts: Hosts, host: str, first: dt.date, program: str = _WRITES) -> WarmProcess:
    told = [f"sqlite:///{hosts.folder}/ledger.sqlite", hosts.store.endpoint, hosts.bucket, str(hosts.folder / host)]
    return WarmProcess("-c", program, *told, first.isoformat())


def test_two_hosts_that_write_different_days_at_once_lose_nothing(hosts: Hosts):
    # this server does not refuse a commit in another one's place: it is the leases that keep them apart
    writers = [_writer(hosts, "one", dt.date(2026, 11, 1)), _writer(hosts, "two", dt.date(2026, 11, 5))]
    assert [writer.wait(PATIENCE_S) for writer in writers] == [0, 0]
    lake = hosts.lake("reader")
    assert lake.version(NAME) == 7
    assert len(lake.days(NAME, 7)) == 8
    assert total(lake, 7) == 8


def test_a_write_that_was_broken_off_leaves_the_last_version(hosts: Hosts):
    lake = hosts.lake("one")
    replace(lake, bills(DAY, 1), "a", DAY, DAY)
    killed = _WRITES.replace(
        "lake = ",
        "import os, signal\nimport ntanalytics.lake.commit as commit\n"
        "commit._append = lambda *given: os.kill(os.getpid(), signal.SIGKILL)\nlake = ",
    )
    assert _writer(hosts, "two", DAY, killed).wait(PATIENCE_S) == -signal.SIGKILL
    assert len(hosts.names()) == 2, "what it had brought is there, and named by no version"
    with sa.create_engine(f"sqlite:///{hosts.folder}/ledger.sqlite", poolclass=NullPool).begin() as connection:
        connection.execute(leases.update().values(expires_at=dt.datetime(2026, 1, 1)))
    assert (lake.version(NAME), total(lake, 0)) == (0, 1)
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    assert total(hosts.lake("three"), 1) == 10
    assert _tend(lake).removed == 2, "the file of version 0, and the one that was left"


def test_a_writer_that_lost_its_turn_commits_nothing(hosts: Hosts):
    lake = hosts.lake("one")
    replace(lake, bills(DAY, 1), "a", DAY, DAY)
    files = parted(bills(DAY, 10), lake.folder)
    with lake.locked_table(NAME) as place:  # as replace() does, stopped in the middle for longer than its lease holds
        parts = PartFiles(place, "a", DAY, DAY)
        parts.add_files(files)
        with sa.create_engine(f"sqlite:///{hosts.folder}/ledger.sqlite", poolclass=NullPool).begin() as connection:
            connection.execute(leases.delete())
        with pytest.raises(LeaseLost):
            commit_days(place, parts, DATASETS[NAME].schema(), name=NAME)
    assert (hosts.lake("two").version(NAME), len(hosts.names())) == (0, 1)


def _tend(lake: DeltaLake, *needed: int):
    now = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    return maintain_table(lake, NAME, needed, now, keep=dt.timedelta(days=7), dry_run=False)


def test_maintenance_compacts_and_removes_in_the_store_and_keeps_what_a_report_names(hosts: Hosts):
    lake = hosts.lake("one")
    for segments in range(4):
        replace(lake, bills(DAY, segments), "a", DAY, DAY)
    table = lake.location(NAME)
    more = bills(DAY, 1000).read_all()
    write_deltalake(table.uri, more, mode="append", partition_by=["day"], storage_options=table.options)
    done = _tend(lake, 1)
    assert (done.compacted, done.removed, done.versions) == (2, 4, 2)
    other = hosts.lake("two")
    assert len(hosts.names()) == 2
    assert [total(other, version) for version in (1, 5)] == [1, 1003]
    assert len(other.files(NAME, 5)) == 1


def test_cases_are_merged_by_a_host_that_has_read_nothing(hosts: Hosts, tmp_path: Path):
    shops = {}
    for host in ("one", "two"):
        (tmp_path / f"shop-{host}").mkdir()
        shops[host] = SmallSite(tmp_path / f"shop-{host}")
        with shops[host].config.open("a", encoding="utf-8") as file:
            file.write(hosts.store.settings(hosts.bucket) + f"ledger: sqlite:///{tmp_path}/shared.sqlite\n")
    day = dt.date(2026, 11, 18)
    insert = "INSERT INTO ticket VALUES ('1', '2026-11-18 09:00:00', ?)"
    for host, closed in (("one", None), ("two", "2026-11-20 10:00:00")):
        shops[host].run("shop", insert, (closed,))
        settings = load(shops[host].config)
        taken = Extractor(settings, Ledger(settings.ledger)).extract(["desk.tickets"], day, dt.date(2026, 11, 20))
        assert {each.error for each in taken} == {""}
    lake = hosts.lake("reader")
    (file,) = lake.files("desk.tickets", lake.version("desk.tickets") or 0)
    assert "day=2026-11-18" in file
    assert parquet.read_table(file)["closed_at"].to_pylist() == [dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)]


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("LAKE_SECRET", "a-wrong-secret-of-mine", ["extract", "sms.messages", "--from", "2026-11-19"]),
        ("LAKE_KEY", "NOBODYS-KEY", ["doctor", "--json"]),
    ],
)
def test_a_wrong_key_is_said_with_an_exit_code_and_never_shown(
    hosts: Hosts, tmp_path: Path, name: str, wrong: str, words: list[str]
):
    shop = SmallSite(tmp_path / "shop")
    with shop.config.open("a", encoding="utf-8") as file:
        file.write(hosts.store.settings(hosts.bucket))
    shop.messages("shop", (1, "2026-11-19 09:00:00", "mobile", 1, None, None))
    environ = {**os.environ, name: wrong}
    ended = warm.command("--config", shop.config, *words, env=environ)
    said = ended.stdout + ended.stderr
    assert ended.returncode == 6, said
    assert "the store refused the key" in " ".join(said.split())
    for secret in (environ["LAKE_SECRET"], environ["LAKE_KEY"], "<Error>"):
        assert secret not in said


def test_the_doctor_says_whether_the_store_would_write_over_a_commit(hosts: Hosts, tmp_path: Path):
    shop = SmallSite(tmp_path / "shop")
    with shop.config.open("a", encoding="utf-8") as file:
        file.write(hosts.store.settings(hosts.bucket))
    now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    found = {each.item: each for each in diagnose(shop.config, now) if each.subject == "store"}
    assert (found["reachable"].state, found["reachable"].exit_code) == (State.OK, 0)
    assert found["writers"].state is State.WARNING, "nanio does not heed If-None-Match"


def test_a_store_that_cannot_be_reached_is_tried_again(hosts: Hosts, tmp_path: Path):
    settings = hosts.settings().model_copy(update={"endpoint": "http://127.0.0.1:9"})
    lake = DeltaLake(tmp_path / "gone", Bucket(settings), hosts.ledger.lease)
    for asked in (lake.tables, lambda: replace(lake, bills(DAY, 1), "a", DAY, DAY)):
        with pytest.raises(LakeError, match="the store cannot be reached") as failed:
            asked()
        assert failed.value.retryable
    assert not list((tmp_path / "gone" / NAME).rglob("*.parquet"))


def test_a_bucket_that_is_not_there_is_said(hosts: Hosts, tmp_path: Path):
    settings = hosts.settings().model_copy(update={"url": "s3://no-such-bucket/city"})
    with pytest.raises(LakeError, match="there is no such bucket"):
        DeltaLake(tmp_path / "gone", Bucket(settings)).version(NAME)


def test_what_is_kept_here_is_bounded_and_what_was_used_lately_stays(hosts: Hosts):
    writer = hosts.lake("writer")
    days = [DAY + dt.timedelta(days=number) for number in range(4)]
    for day in days:
        replace(writer, bills(day, 1), "a", day, day)
    lake = DeltaLake(hosts.folder / "small", Bucket(hosts.settings(cache_gb=1e-9)))
    files = [Path(file) for day in days[:3] for file in lake.files(NAME, 3, day, day)]
    assert all(file.exists() for file in files), "none was unused for two hours"
    long_ago = time.time() - 3 * 3600
    for file in files[:2]:
        os.utime(file, (long_ago, long_ago))
    lake.files(NAME, 3, days[1], days[1])  # it is used again
    lake.files(NAME, 3, days[3], days[3])
    assert [file.exists() for file in files] == [False, True, True]
    assert total(lake, 3) == 4


def test_the_key_of_pseudonyms_is_the_same_on_every_host(hosts: Hosts):
    keys = {hosts.lake(host).shared_file(KEY_NAME, site_key) for host in ("one", "two", "one")}
    assert len(keys) == 1
    assert oct((hosts.folder / "one" / KEY_NAME).stat().st_mode)[-3:] == "600"


def test_a_lake_that_is_an_address_is_told_where_it_belongs(tmp_path: Path):
    config = tmp_path / "ntanalytics.yml"
    config.write_text("lake: s3://bucket/city\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"write `store: \{url: s3://BUCKET/PREFIX"):
        load(config)
