"""A real Prometheus that scrapes a real node_exporter, and what goes wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from ntanalytics.catalog import Product, load_product
from ntanalytics.errors import SettingsError, SourceError, SourceRefused, SourceUnreachable
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.prometheus import STEP_S, PrometheusSource
from tests.servers.answering import answering
from tests.servers.metrics import node_exporter, prometheus
from tests.servers.process import free_port, wait_until

UTC = ZoneInfo("UTC")


def source(url: str, product: Product | None = None) -> PrometheusSource:
    settings = SourceSettings(product="prometheus", url=url)
    return PrometheusSource("metrics", settings, product or load_product(project_dir("queries") / "prometheus"), UTC)


def rows(of: PrometheusSource, dataset: str, since: dt.datetime, until: dt.datetime) -> list[dict[str, Any]]:
    with of.read(of.mapping(dataset), since, until) as batches:
        return [row for batch in batches for row in batch.to_pylist()]


@pytest.fixture(scope="module")
def scraped() -> Iterator[str]:
    """A Prometheus that has scraped a node_exporter, and in vain a second one."""
    with (
        node_exporter() as address,
        prometheus({}, dt.datetime.now(dt.UTC), [address, f"localhost:{free_port()}"]) as url,
    ):

        def has_rates() -> bool:
            asked = {"query": "count(rate(node_cpu_seconds_total[5m] offset 2s)) and count(up) == 2"}
            return bool(httpx.get(f"{url}/api/v1/query", params=asked).json()["data"]["result"])

        wait_until(has_rates, "Prometheus to have scraped twice")
        yield url


@pytest.mark.servers
def test_hosts_that_are_scraped_and_whether_they_answer(scraped: str) -> None:
    now = dt.datetime.now(dt.UTC)
    found = {row["host"]: row["is_available"] for row in rows(source(scraped), "infra.hosts", now, now)}
    assert found == {"127.0.0.1": True, "localhost": False}


@pytest.mark.servers
def test_metrics_of_a_real_machine_are_shares(scraped: str) -> None:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    found = rows(source(scraped), "infra.metrics", now - dt.timedelta(seconds=STEP_S), now + dt.timedelta(hours=1))
    assert {"cpu_rate", "memory_rate", "load"} <= {row["metric"] for row in found}
    assert {row["host"] for row in found} == {"127.0.0.1"}
    assert all(0 <= row["mean"] <= row["peak"] for row in found)
    assert all(row["peak"] <= 1 for row in found if row["metric"] != "load")
    assert {row["samples"] for row in found} == {1}


@pytest.mark.servers
def test_every_name_that_is_asked_for_but_of_disks_is_one_of_a_real_node_exporter(scraped: str) -> None:
    names = set(httpx.get(f"{scraped}/api/v1/label/__name__/values").json()["data"])
    assert {
        "node_cpu_seconds_total",
        "node_load1",
        "node_memory_MemAvailable_bytes",
        "node_memory_MemTotal_bytes",
        "node_memory_SwapFree_bytes",
        "node_memory_SwapTotal_bytes",
        "up",
    } <= names


@pytest.mark.servers
def test_nothing_is_asked_of_the_time_to_come(scraped: str) -> None:
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert rows(source(scraped), "infra.metrics", tomorrow, tomorrow + dt.timedelta(days=1)) == []


@pytest.mark.servers
def test_a_query_that_is_none_is_refused_with_prometheus_words(scraped: str) -> None:
    good = load_product(project_dir("queries") / "prometheus")
    critical = replace(good, queries={"infra.hosts": {"up": "up{"}})
    now = dt.datetime.now(dt.UTC)
    with pytest.raises(SourceRefused, match="parse error"):
        rows(source(scraped, critical), "infra.hosts", now, now)


def test_a_prometheus_that_is_not_there_is_unreachable() -> None:
    now = dt.datetime.now(dt.UTC)
    with pytest.raises(SourceUnreachable, match="no answer"):
        rows(source(f"http://127.0.0.1:{free_port()}"), "infra.hosts", now, now)


def test_a_url_of_another_kind_is_refused_at_once() -> None:
    with pytest.raises(SettingsError, match="not the URL of a Prometheus"):
        source("postgresql://db/x")


SERIES = '{"status": "success", "data": {"resultType": "vector", "result": [%s]}}'


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "null",
        "[]",
        '{"data": {"result": 7}}',
        "[" * 200_000,
        SERIES % "7",
        SERIES % "null",
        SERIES % '{"metric": {"instance": "\\ud800"}, "value": [1795000000, "1"]}',
        SERIES % '{"metric": {"instance": 7}, "value": [1795000000, "1"]}',
        SERIES % '{"metric": [], "value": [1795000000, "1"]}',
        SERIES % '{"metric": {}, "value": [1e999, "1"]}',
        SERIES % '{"metric": {}, "value": [NaN, "1"]}',
        SERIES % '{"metric": {}, "value": ["x", {}]}',
        SERIES % '{"metric": {}, "value": []}',
        SERIES % '{"metric": {}, "value": [1e30, "1"]}',
    ],
)
def test_whatever_answers_instead_of_a_prometheus_fails_as_a_source_does(answer: str) -> None:
    now = dt.datetime.now(dt.UTC)
    with answering(answer) as url, pytest.raises(SourceError, match="the answer is none of Prometheus"):
        rows(source(url), "infra.hosts", now, now)


def test_what_a_server_says_of_its_refusal_is_not_repeated_without_end() -> None:
    now = dt.datetime.now(dt.UTC)
    said = '{"error": "' + "x" * 100_000 + '"}'
    with answering(said, 422) as url, pytest.raises(SourceRefused) as caught:
        rows(source(url), "infra.hosts", now, now)
    assert len(str(caught.value)) < 1000
