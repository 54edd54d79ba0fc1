"""Prometheus: its HTTP API answers PromQL, and a mapping in DuckDB's SQL makes rows of the answers.

source.yml names the queries of each dataset. The mapping sees one view, ``samples(query, labels,
sampled_at, value)``: the name of the query, the labels of the series (a MAP), the beginning of the step
that the value stands for (TIMESTAMPTZ) and the value (DOUBLE; NaN and infinity are values of
Prometheus, and the mapping's to leave out). A state's queries are asked once, as of now.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pyarrow as pa

from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SettingsError, SourceError, SourceRefused, SourceUnreachable
from ntanalytics.redaction import register_secret
from ntanalytics.settings import SourceSettings, read_secret
from ntanalytics.sources.duckdb_tables import over_tables
from ntanalytics.sources.stall_guard import CONNECT_S

#: Seconds between two values. An expression looks back over this span: ``rate(x[5m])``.
STEP_S = 300

_SCHEMA = pa.schema(
    [
        ("query", pa.string()),
        ("labels", pa.map_(pa.string(), pa.string())),
        ("sampled_at", pa.timestamp("us", tz="UTC")),
        ("value", pa.float64()),
    ]
)


#: Characters of its words that are repeated.
_LONGEST = 500

#: What reading an answer raises that has another shape, or text that is no UTF-8: whoever answers may say anything.
_NONE_OF_ITS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, pa.ArrowException)


class PrometheusSource:
    """A Prometheus, or what speaks its API (VictoriaMetrics, Thanos), reached by HTTP.

    Args:
        name: the source's name in ntanalytics.yml.
        settings: its url (with a user for basic authentication), password reference (without a user: a bearer token)
            and timeout.
        product: what it is, and what it is asked.
        zone: the zone of naive times, of which it has none.

    Raises:
        SettingsError: the url is none of HTTP.
    """

    chunk_days = 7  # 2016 steps: Prometheus answers with at most 11,000 a series
    silence_is_absence = True  # it forgets what is older than its retention, and knows nothing of before it was set up

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        self.name = name
        self.product = product
        self.zone = zone
        self._password = settings.password
        self._timeout_s = settings.timeout_s
        self._url = httpx.URL(settings.url.rstrip("/"))
        if self._url.scheme not in ("http", "https"):
            raise SettingsError(
                f"{settings.url or 'nothing'!r} is not the URL of a Prometheus",
                where=f"sources.{name}.url",
                todo="write e.g. http://prometheus.example:9090",
            )

    def mapping(self, dataset: str) -> Mapping:
        """The mapping for a dataset."""
        return self.product.mapping(dataset)

    def absent_days(self, mapping: Mapping, days: list[dt.date]) -> set[dt.date]:
        """None is known before it is asked; see ``silence_is_absence``."""
        return set()

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """The mapping's rows in the window; see :class:`ntanalytics.sources.source.Source`.

        Raises:
            SourceUnreachable: there is no connection, or no answer in time.
            SourceRefused: it does not understand the query, or does not let us ask.
            SourceError: it failed, or its answer is none of Prometheus.
        """
        queries = self.product.queries.get(mapping.dataset.name, {})
        answers: list[pa.Table] = []
        with self._client() as client:
            for query, promql in queries.items():
                try:
                    answers += self._answers(client, query, promql, mapping, since, until)
                except _NONE_OF_ITS as error:
                    raise SourceError(
                        f"the answer is none of Prometheus: {type(error).__name__}",
                        where=f"{self.name}: {query}",
                        todo="is the url right?",
                    ) from None
        samples = pa.concat_tables([_SCHEMA.empty_table(), *answers])
        with over_tables({"samples": samples}, mapping, since, until, self.zone) as batches:
            yield batches

    def _client(self) -> httpx.Client:
        secret = read_secret(self._password, where=f"sources.{self.name}.password")
        user = self._url.username
        if user:  # as the header has it
            register_secret(base64.b64encode(f"{user}:{secret}".encode()).decode())
        return httpx.Client(
            base_url=self._url.copy_with(username="", password=""),
            auth=(user, secret) if user else None,
            headers={"Authorization": f"Bearer {secret}"} if secret and not user else {},
            timeout=httpx.Timeout(self._timeout_s, connect=CONNECT_S),
        )

    def _answers(
        self, client: httpx.Client, query: str, promql: str, mapping: Mapping, since: dt.datetime, until: dt.datetime
    ) -> Iterator[pa.Table]:
        now = dt.datetime.now(dt.UTC)
        step = dt.timedelta(seconds=STEP_S)
        if not mapping.dataset.window:
            found = self._ask(client, query, "query", {"query": promql, "time": now.timestamp()})
            yield from (_table(query, series["metric"], [series["value"]]) for series in found)
            return
        # A value at the end of a step stands for the step; of the time to come, none is asked.
        first, last = since + step, min(until, now)
        if first > last:
            return
        asked = {"query": promql, "start": first.timestamp(), "end": last.timestamp(), "step": STEP_S}
        for series in self._ask(client, query, "query_range", asked):
            yield _table(query, series["metric"], [(at - STEP_S, value) for at, value in series["values"]])

    def _ask(self, client: httpx.Client, query: str, path: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """The series of an answer: each with ``metric`` and ``values`` (or ``value``), numbers as text."""
        where = f"{self.name}: {query}"
        try:
            response = client.post(f"api/v1/{path}", data={**asked, "timeout": f"{self._timeout_s}s"})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceUnreachable(
                f"no answer: {error or type(error).__name__}", where=where, todo="is Prometheus up, and the url right?"
            ) from None
        if response.status_code in (400, 401, 403, 404, 422):
            raise SourceRefused(
                f"it refuses the query with {response.status_code}: {_reason(response)}",
                where=where,
                todo=self.product.needs,
            )
        if not response.is_success:
            raise SourceError(f"it failed with {response.status_code}: {_reason(response)}", where=where)
        found: list[dict[str, Any]] = response.json()["data"]["result"]
        return found


def _table(query: str, labels: dict[str, str], values: list[tuple[float, str]]) -> pa.Table:
    """The samples of one series. Python reads "NaN" and "+Inf" as Prometheus writes them."""
    count = len(values)
    columns = [
        pa.array([query] * count, pa.string()),
        pa.array([list(labels.items())] * count, _SCHEMA.field("labels").type),
        pa.array([round(float(at) * 1e6) for at, _ in values], pa.int64()).cast(_SCHEMA.field("sampled_at").type),
        pa.array([float(value) for _, value in values], pa.float64()),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _reason(response: httpx.Response) -> str:
    """Why Prometheus refused, in its words."""
    try:
        return str(response.json()["error"])[:_LONGEST]
    except (ValueError, LookupError, TypeError, RecursionError):
        return response.reason_phrase[:_LONGEST]
