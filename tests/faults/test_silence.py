"""A source that accepts a connection and never answers, or stops in the middle, ends in time, whatever its kind."""

from __future__ import annotations

import datetime as dt
import gc
import importlib.util
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.catalog.loading import load_product
from ntanalytics.errors import SourceError, SourceUnreachable
from ntanalytics.settings import SourceSettings, Target, project_dir
from ntanalytics.sources import SOURCES, stall_guard, target_check
from ntanalytics.sources.source import Source
from tests.faults.silent import silent_after
from tests.faults.town import MESSAGES, SOURCE

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds of patience, where the program has a quarter of a minute."""
    monkeypatch.setattr(stall_guard, "CONNECT_S", 1)
    monkeypatch.setattr("ntanalytics.sources.arrow_drivers.CONNECT_S", 2)
    monkeypatch.setattr("ntanalytics.sources.prometheus.CONNECT_S", 1)
    monkeypatch.setattr(stall_guard, "GRACE_S", 0)
    monkeypatch.setattr(target_check, "TIMEOUT_S", 1)


def _shop(folder: Path, url: str) -> Source:
    home = folder / "queries" / "shop"
    home.mkdir(parents=True)
    (home / "source.yml").write_text(SOURCE, encoding="utf-8")
    (home / "sms.messages.sql").write_text(MESSAGES, encoding="utf-8")
    product = load_product(home)
    return SOURCES["database"]("shop", SourceSettings(product="shop", url=url, timeout_s=1), product, ZONE)


def _read(source: Source, dataset: str = "sms.messages") -> list[pa.RecordBatch]:
    with source.read(source.mapping(dataset), DAY, DAY + dt.timedelta(days=1)) as batches:
        return list(batches)


@pytest.mark.parametrize("scheme", ["mysql+pymysql", "postgresql+psycopg"])
def test_a_database_that_never_answers_is_unreachable(tmp_path: Path, scheme: str):
    with silent_after(0, 0) as port:
        source = _shop(tmp_path, f"{scheme}://reader@127.0.0.1:{port}/city")
        with pytest.raises(SourceUnreachable, match="is the server up"):
            _read(source)


@pytest.fixture(params=["mariadb_url", "postgres_url"])
def filled(request: pytest.FixtureRequest) -> Iterator[sa.URL]:
    """A table of 200,000 messages, some megabytes."""
    url = sa.make_url(request.getfixturevalue(request.param))
    numbers = {
        "mysql": "SELECT seq, TIMESTAMP '2026-11-24 10:00:00' FROM seq_1_to_200000",
        "postgresql": "SELECT n, TIMESTAMP '2026-11-24 10:00:00' FROM generate_series(1, 200000) AS s(n)",
    }[url.get_backend_name()]
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE message (id INTEGER, at TIMESTAMP)")
        connection.exec_driver_sql(f"INSERT INTO message {numbers}")
    yield url
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE message")


@pytest.mark.servers
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # PyMySQL says so when it is collected
@pytest.mark.parametrize("is_fast", [True, False])
def test_a_database_that_stops_in_mid_stream_is_given_up(
    tmp_path: Path, filled: sa.URL, is_fast: bool, monkeypatch: pytest.MonkeyPatch
):
    if not is_fast:
        monkeypatch.setattr("ntanalytics.sources.arrow_drivers.supports", lambda url: False)
    elif filled.get_backend_name() == "mysql" and not importlib.util.find_spec("connectorx"):
        pytest.skip("connectorx is not installed")
    with ExitStack() as stack:
        port = stack.enter_context(silent_after(filled.port or 0, 1_000_000))
        source = _shop(tmp_path, filled.set(port=port).render_as_string())
        with pytest.raises(SourceError):
            _read(source)
        gc.collect()


def test_a_prometheus_that_never_answers_is_unreachable():
    product = load_product(project_dir("queries") / "prometheus")
    with silent_after(0, 0) as port:
        settings = SourceSettings(product="prometheus", url=f"http://127.0.0.1:{port}", timeout_s=1)
        with pytest.raises(SourceUnreachable, match="no answer"):
            _read(SOURCES["prometheus"]("p", settings, product, ZONE), "infra.metrics")


@pytest.mark.parametrize("scheme", ["http", "tls", "postgresql+psycopg", "mysql+pymysql"])
def test_a_target_of_a_probe_that_never_answers_is_down_in_time(scheme: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        target_check,
        "_CONNECT_ARGS",
        {"postgresql": {"connect_timeout": 2}, "mysql": {"connect_timeout": 1, "read_timeout": 1}},
    )
    with silent_after(0, 0) as port:
        found = target_check.check_target(
            Target(subsystem="oa", url=f"{scheme}://reader@127.0.0.1:{port}/x"), where="probe"
        )
    assert found.failure == "timeout"
