"""Prometheus: PromQL queries by HTTP; a mapping in DuckDB's SQL turns the answers into rows.

source.yml has the queries of each dataset. The mapping reads one view, ``samples(query, labels, sampled_at, value)``:
name of the query, labels of the series (MAP), start of the step (TIMESTAMPTZ) and value (DOUBLE; the mapping has to
exclude NaN and infinity). The queries of a state are evaluated once, for the present.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from ntanalytics.catalog import Mapping, Product
from ntanalytics.errors import SettingsError, SourceError, SourceRefused, SourceUnreachable
from ntanalytics.language import tr
from ntanalytics.redaction import register_secret
from ntanalytics.settings import SourceSettings, read_secret
from ntanalytics.sources.duckdb_tables import query_tables
from ntanalytics.sources.source import SourceBase
from ntanalytics.sources.stall_guard import CONNECT_S

if TYPE_CHECKING:
    import httpx

#: Seconds between two values; a query covers this range: ``rate(x[5m])``.
STEP_S = 300

_SCHEMA = pa.schema(
    [
        ("query", pa.string()),
        ("labels", pa.map_(pa.string(), pa.string())),
        ("sampled_at", pa.timestamp("us", tz="UTC")),
        ("value", pa.float64()),
    ]
)

#: Maximum length of a quoted error message.
_MAX_MESSAGE = 500

#: Errors of parsing an answer that is not one of Prometheus.
_FORMAT_ERRORS = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    pa.ArrowException,
)


class PrometheusSource(SourceBase):
    """A server with the HTTP API of Prometheus (also VictoriaMetrics, Thanos).

    Args:
        name: name of the source in ntanalytics.yml.
        settings: its url (with a user for basic authentication), password reference (without a user: a bearer token)
            and timeout.
        product: the product with its queries.
        zone: not used; all times have a zone.

    Raises:
        SettingsError: the url is not an HTTP address.
    """

    chunk_days = 7  # 2016 steps; Prometheus answers with at most 11,000 per series
    empty_means_absent = True  # days before the installation and beyond the retention have no data

    def __init__(self, name: str, settings: SourceSettings, product: Product, zone: ZoneInfo) -> None:
        import httpx  # of the sources, this kind alone needs it

        super().__init__(name, product, zone)
        self._password = settings.password
        self._timeout_s = settings.timeout_s
        self._url = httpx.URL(settings.url.rstrip("/"))
        if self._url.scheme not in ("http", "https"):
            raise SettingsError(
                tr("{url!r} is not the URL of a Prometheus", url=settings.url or tr("nothing")),
                where=f"sources.{name}.url",
                todo=tr("write e.g. http://prometheus.example:9090"),
            )

    @contextmanager
    def read(self, mapping: Mapping, since: dt.datetime, until: dt.datetime) -> Iterator[Iterator[pa.RecordBatch]]:
        """Yield the rows of the mapping in the window; see :meth:`Source.read`.

        Raises:
            SourceUnreachable: there is no connection, or no answer in time.
            SourceRefused: the server refuses the query or the access.
            SourceError: the server failed, or its answer has another format.
        """
        queries = self.product.queries.get(mapping.dataset.name, {})
        answers: list[pa.Table] = []
        with self._client() as client:
            for query, promql in queries.items():
                try:
                    answers += self._answers(client, query, promql, mapping, since, until)
                except _FORMAT_ERRORS as error:
                    raise SourceError(
                        tr("the answer is none of Prometheus: {name}", name=type(error).__name__),
                        where=f"{self.name}: {query}",
                        todo=tr("is the url right?"),
                    ) from None
        samples = pa.concat_tables([_SCHEMA.empty_table(), *answers])
        with query_tables({"samples": samples}, mapping, since, until, self.zone) as batches:
            yield batches

    def _client(self) -> httpx.Client:
        import httpx

        secret = read_secret(self._password, where=f"sources.{self.name}.password")
        user = self._url.username
        if user:  # the form in the HTTP header
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
            answer = self._query(client, query, "query", {"query": promql, "time": now.timestamp()})
            yield from (_table(query, series["metric"], [series["value"]]) for series in answer)
            return
        # The value at the end of a step stands for the step. Steps in the future are not queried.
        first, last = since + step, min(until, now)
        if first > last:
            return
        parameters = {"query": promql, "start": first.timestamp(), "end": last.timestamp(), "step": STEP_S}
        for series in self._query(client, query, "query_range", parameters):
            yield _table(query, series["metric"], [(at - STEP_S, value) for at, value in series["values"]])

    def _query(self, client: httpx.Client, query: str, path: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the series of an answer: each with ``metric`` and ``values`` (or ``value``), numbers as text."""
        import httpx

        where = f"{self.name}: {query}"
        try:
            response = client.post(f"api/v1/{path}", data={**parameters, "timeout": f"{self._timeout_s}s"})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceUnreachable(
                tr("no answer: {error}", error=error or type(error).__name__),
                where=where,
                todo=tr("is Prometheus up, and the url right?"),
            ) from None
        if response.status_code in (400, 401, 403, 404, 422):
            raise SourceRefused(
                tr(
                    "it refuses the query with {status_code}: {reason}",
                    status_code=response.status_code,
                    reason=_reason(response),
                ),
                where=where,
                todo=self.product.needs,
            )
        if not response.is_success:
            raise SourceError(
                tr(
                    "it failed with {status_code}: {reason}", status_code=response.status_code, reason=_reason(response)
                ),
                where=where,
            )
        series: list[dict[str, Any]] = response.json()["data"]["result"]
        return series


def _table(query: str, labels: dict[str, str], values: list[tuple[float, str]]) -> pa.Table:
    """Return the samples of one series. Python parses "NaN" and "+Inf" of Prometheus."""
    count = len(values)
    columns = [
        pa.array([query] * count, pa.string()),
        pa.array([list(labels.items())] * count, _SCHEMA.field("labels").type),
        pa.array([round(float(at) * 1e6) for at, _ in values], pa.int64()).cast(_SCHEMA.field("sampled_at").type),
        pa.array([float(value) for _, value in values], pa.float64()),
    ]
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _reason(response: httpx.Response) -> str:
    """Return the error message of Prometheus."""
    try:
        return str(response.json()["error"])[:_MAX_MESSAGE]
    except (ValueError, LookupError, TypeError, RecursionError):
        return response.reason_phrase[:_MAX_MESSAGE]
