"""Questions about a month, each in three ways: our metric, SQL written by hand for DuckDB, and pandas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import pandas as pd

from ntanalytics.metrics.identity import logins
from ntanalytics.metrics.infra import hosts, requests
from ntanalytics.metrics.oa import adoption
from ntanalytics.metrics.sms import volume
from ntanalytics.periods import Calendar, days_between

if TYPE_CHECKING:
    from ntanalytics.workspace import Workspace

FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
_OFFSET_H = 8

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        datasets: the datasets that it reads.
        ours: the tables of the month (and ``days``) → our metric's table.
        sql: SQL over one view per dataset (``sms_messages``).
        pandas: the frames of the month → the answer.
    """

    datasets: tuple[str, ...]
    ours: Callable[[Mapping[str, ir.Table]], ir.Table]
    sql: str
    pandas: Callable[[Frames], pd.DataFrame]


def tables(workspace: Workspace) -> dict[str, ir.Table]:
    """Return the tables of the month by dataset, and its ``days``."""
    span = set(days_between(FIRST, LAST))
    names = {name for question in QUESTIONS.values() for name in question.datasets}
    by_dataset = {name: workspace.table(name, LAST if name in STATES else FIRST, LAST) for name in names}
    return {**by_dataset, "days": workspace.days(FIRST, LAST, span)}


#: Datasets of which only the snapshot of the last day is read.
STATES = ("oa.members",)
_AS_OF = dt.datetime(2026, 11, 22, 22, tzinfo=dt.UTC)
_WORKED = Calendar().working_days(FIRST, LAST)

_VOLUME = """
count(*) AS submitted, coalesce(sum(segments), 0) AS segments, count(*) FILTER (outcome = 'delivered') AS delivered,
count(*) FILTER (outcome = 'failed') AS failed,
count(*) FILTER (outcome IS NULL AND submitted_at <= TIMESTAMPTZ '2026-11-19 22:00:00+00') AS unknown,
count(*) FILTER (outcome IS NULL AND submitted_at > TIMESTAMPTZ '2026-11-19 22:00:00+00') AS pending,
quantile_cont(receipt_latency_s, 0.5) FILTER (outcome = 'delivered') AS p50,
quantile_cont(receipt_latency_s, 0.95) FILTER (outcome = 'delivered') AS p95
"""


def _sms(by: str) -> str:
    return f"SELECT {by}, {_VOLUME}, delivered / nullif(delivered + failed + unknown, 0) AS rate FROM sms_messages GROUP BY 1 ORDER BY submitted DESC, 1"  # noqa: E501, S608 - columns of the contract


def _sms_pandas(by: str) -> Callable[[Frames], pd.DataFrame]:
    def answer(frames: Frames) -> pd.DataFrame:
        rows = frames["sms.messages"]
        is_old = rows["submitted_at"] <= pd.Timestamp(_AS_OF - volume.UNKNOWN_AFTER)
        is_open = rows["outcome"].isna()
        marked = rows.assign(
            delivered=rows["outcome"] == "delivered", failed=rows["outcome"] == "failed", unknown=is_open & is_old,
            pending=is_open & ~is_old,
        )  # fmt: skip
        groups = marked.groupby(by, dropna=False)
        result = groups[["delivered", "failed", "unknown", "pending", "segments"]].sum()
        result.insert(0, "submitted", groups.size())
        latency = marked[marked["delivered"]].groupby(by, dropna=False)["receipt_latency_s"].quantile([0.5, 0.95])
        result[["p50", "p95"]] = latency.unstack()
        settled = result["delivered"] + result["failed"] + result["unknown"]
        result["rate"] = result["delivered"] / settled.where(settled > 0)
        return result.reset_index().sort_values(["submitted", by], ascending=[False, True])

    return answer


_REQUESTS = """
WITH counted AS (
    SELECT {by} AS key, sum(requests) AS requests, sum(requests) FILTER (status >= 500) AS errors,
        sum(requests) FILTER (status BETWEEN 400 AND 499) AS client_errors, sum(size_bytes) AS size_bytes
    FROM infra_requests GROUP BY 1
), buckets AS (
    SELECT {by} AS key, duration_bucket, sum(requests) AS n FROM infra_requests
    WHERE duration_bucket IS NOT NULL GROUP BY 1, 2
), ranked AS (
    SELECT key, duration_bucket, n, sum(n) OVER (PARTITION BY key ORDER BY duration_bucket) AS upto,
        sum(n) OVER (PARTITION BY key) AS total FROM buckets
), quantiles AS (
    SELECT key, sum(n) AS timed, 1.1 ** (min(duration_bucket) FILTER (upto * 100 >= total * 50) - 0.5) AS p50,
        1.1 ** (min(duration_bucket) FILTER (upto * 100 >= total * 95) - 0.5) AS p95 FROM ranked GROUP BY 1
)
SELECT * FROM counted LEFT JOIN quantiles USING (key) ORDER BY key
"""


def _requests_pandas(by: Callable[[pd.DataFrame], pd.Series]) -> Callable[[Frames], pd.DataFrame]:
    def answer(frames: Frames) -> pd.DataFrame:
        rows = frames["infra.requests"]
        rows = rows.assign(
            key=by(rows), errors=rows["requests"].where(rows["status"] >= 500, 0),
            client_errors=rows["requests"].where(rows["status"].between(400, 499), 0),
        )  # fmt: skip
        counted = rows.groupby("key")[["requests", "errors", "client_errors", "size_bytes"]].sum()
        buckets = rows.dropna(subset="duration_bucket").groupby(["key", "duration_bucket"])["requests"].sum()
        upto, total = buckets.groupby("key").cumsum(), buckets.groupby("key").sum()
        counted["timed"] = total
        for name, percent in (("p50", 50), ("p95", 95)):
            reached = upto[upto * 100 >= total.reindex(upto.index, level="key") * percent].reset_index()
            counted[name] = 1.1 ** (reached.groupby("key")["duration_bucket"].min() - 0.5)
        return counted.reset_index().sort_values("key")

    return answer


def _adoption_pandas(frames: Frames) -> pd.DataFrame:
    rows, members = frames["oa.activities"], frames["oa.members"]
    person = ["unit", "source", "account_id"]
    known = rows.assign(
        own=rows["module"].where(rows["module"] != "other"), is_mobile=rows["terminal"] == "mobile",
        is_xinchuang=(rows["platform"] == "xinchuang").where(rows["platform"].notna()).astype("boolean"),
    )  # fmt: skip
    persons = known.groupby(person, dropna=False).agg(
        modules=("own", "nunique"), is_mobile=("is_mobile", "any"), known=("is_xinchuang", "count"),
        is_xinchuang=("is_xinchuang", "max"), actions=("actions", "sum"),
    )  # fmt: skip
    by_unit = persons.groupby("unit", dropna=False)
    result = by_unit.agg(active=("modules", "size"), breadth=("modules", "median"), actions=("actions", "sum"))
    result["mobile_share"] = by_unit["is_mobile"].mean()
    result["xinchuang_share"] = by_unit["is_xinchuang"].sum() / by_unit["known"].agg(lambda counts: (counts > 0).sum())
    worked = set(_WORKED)
    of_days = rows[rows["day"].isin(worked)][["day", *person]].drop_duplicates().groupby("unit", dropna=False).size()
    result["stickiness"] = of_days / len(worked) / result["active"]
    may = members[members["is_pc_enabled"] | members["is_mobile_enabled"]][person].drop_duplicates()
    acted = rows[["source", "account_id"]].drop_duplicates().assign(acted=True)
    may = may.merge(acted, how="left", on=["source", "account_id"])
    able = may.groupby("unit", dropna=False).agg(enabled=("account_id", "size"), activated=("acted", "count"))
    return result.join(able, how="outer").reset_index()


_ADOPTION = f"""
WITH persons AS (
    SELECT unit, source, account_id, count(DISTINCT module) FILTER (module <> 'other') AS modules,
        bool_or(terminal = 'mobile') AS mobile, bool_or(platform = 'xinchuang') AS xinchuang, sum(actions) AS actions
    FROM oa_activities GROUP BY ALL
), counted AS (
    SELECT unit, count(*) AS active, median(modules) AS breadth, sum(actions) AS actions,
        count(*) FILTER (mobile) / count(*) AS mobile_share,
        count(*) FILTER (xinchuang) / nullif(count(xinchuang), 0) AS xinchuang_share
    FROM persons GROUP BY ALL
), daily AS (
    SELECT unit, count(*) AS n FROM (
        SELECT DISTINCT day, unit, source, account_id FROM oa_activities
        WHERE day IN ({", ".join(f"DATE '{day}'" for day in _WORKED)})
    ) GROUP BY ALL
), able AS (
    SELECT unit, count(*) AS enabled, count(acted.account_id) AS activated
    FROM (SELECT DISTINCT unit, source, account_id FROM oa_members WHERE is_pc_enabled OR is_mobile_enabled) AS may
    LEFT JOIN (SELECT DISTINCT source, account_id FROM oa_activities) AS acted USING (source, account_id) GROUP BY ALL
)
SELECT coalesce(counted.unit, able.unit) AS unit, enabled, activated, active, counted.actions, mobile_share,
    xinchuang_share, breadth,
    n / {len(_WORKED)} / active AS stickiness
FROM counted LEFT JOIN daily ON counted.unit IS NOT DISTINCT FROM daily.unit
FULL JOIN able ON counted.unit IS NOT DISTINCT FROM able.unit ORDER BY active DESC
"""  # noqa: S608 - days of ours

QUESTIONS: dict[str, Question] = {
    "sms.volume by carrier": Question(
        ("sms.messages",), lambda t: volume.volume(t["sms.messages"], _AS_OF, ["carrier"]), _sms("carrier"),
        _sms_pandas("carrier"),
    ),
    "sms.volume by unit": Question(
        ("sms.messages",), lambda t: volume.volume(t["sms.messages"], _AS_OF, ["unit"]),
        _sms("unit"), _sms_pandas("unit"),
    ),
    "sms.daily": Question(
        ("sms.messages",), lambda t: volume.daily(t["sms.messages"], t["days"], _AS_OF),
        _sms("day"), _sms_pandas("day"),
    ),
    "sms.failure_codes by carrier": Question(
        ("sms.messages",), lambda t: volume.failure_codes(t["sms.messages"], ["carrier"]),
        "SELECT carrier, failure_code, count(*) AS n, count(*) / sum(count(*)) OVER (PARTITION BY carrier) AS share "
        "FROM sms_messages WHERE outcome = 'failed' GROUP BY 1, 2 ORDER BY n DESC",
        lambda f: f["sms.messages"][f["sms.messages"]["outcome"] == "failed"].groupby(
            ["carrier", "failure_code"], dropna=False
        ).size().rename("n").reset_index(),
    ),
    "requests.volume by service": Question(
        ("infra.requests",), lambda t: requests.volume(t["infra.requests"], ["service"]),
        _REQUESTS.format(by="service"), _requests_pandas(lambda rows: rows["service"]),
    ),
    "requests.hourly": Question(
        ("infra.requests",), lambda t: requests.hourly(t["infra.requests"], _OFFSET_H),
        _REQUESTS.format(by="hour(minute_at + INTERVAL 8 HOUR)"),
        _requests_pandas(lambda rows: (rows["minute_at"] + pd.Timedelta(hours=_OFFSET_H)).dt.hour),
    ),
    "adoption.adoption by unit": Question(
        ("oa.activities", "oa.members"),
        lambda t: adoption.adoption(t["oa.activities"], t["oa.members"], t["oa.activities"], t["days"], ["unit"]),
        _ADOPTION, _adoption_pandas,
    ),
    "adoption.daily by edition": Question(
        ("oa.activities",), lambda t: adoption.daily(t["oa.activities"], t["days"], ["edition"]),
        "SELECT day, edition, count(*) AS active, sum(actions) AS actions FROM (SELECT day, edition, source, "
        "account_id, sum(actions) AS actions FROM oa_activities GROUP BY ALL) GROUP BY ALL ORDER BY 1, 2",
        lambda f: f["oa.activities"].groupby(["day", "edition", "source", "account_id"])["actions"].sum()
        .groupby(["day", "edition"]).agg(["size", "sum"]).reset_index(),
    ),
    "adoption.used by module": Question(
        ("oa.activities",), lambda t: adoption.usage(t["oa.activities"], ["module"]),
        "SELECT module, count(*) AS active, sum(actions) AS actions FROM (SELECT module, source, account_id, "
        "sum(actions) AS actions FROM oa_activities GROUP BY ALL) GROUP BY ALL ORDER BY active DESC",
        lambda f: f["oa.activities"].groupby(["module", "source", "account_id"])["actions"].sum()
        .groupby("module").agg(["size", "sum"]).reset_index(),
    ),
    "identity.logins by method": Question(
        ("identity.logins",), lambda t: logins.logins(t["identity.logins"], ["method"]),
        "SELECT method, count(*) AS logins, count(*) FILTER (outcome = 'failure') AS failures, "
        "count(DISTINCT account_id) FILTER (outcome <> 'failure') AS users FROM identity_logins "
        "GROUP BY ALL ORDER BY logins DESC",
        lambda f: f["identity.logins"].assign(
            failure=f["identity.logins"]["outcome"] == "failure",
            user=f["identity.logins"]["account_id"].where(f["identity.logins"]["outcome"] != "failure"),
        ).groupby("method", dropna=False).agg(
            n=("failure", "size"), failed=("failure", "sum"), users=("user", "nunique")
        ).reset_index(),
    ),
    "hosts.load": Question(
        ("infra.metrics",), lambda t: hosts.load(t["infra.metrics"]),
        "SELECT host, metric, sum(mean * samples) / sum(samples) AS load_mean, quantile_cont(mean, 0.95) AS p95, "
        "max(peak) AS peak, count(DISTINCT hour_at) AS hours FROM infra_metrics GROUP BY ALL ORDER BY peak DESC",
        lambda f: f["infra.metrics"].assign(
            total=f["infra.metrics"]["mean"] * f["infra.metrics"]["samples"]
        ).groupby(["host", "metric"]).agg(
            total=("total", "sum"), samples=("samples", "sum"), p95=("mean", lambda values: values.quantile(0.95)),
            peak=("peak", "max"), hours=("hour_at", "nunique"),
        ).reset_index(),
    ),
}  # fmt: skip
