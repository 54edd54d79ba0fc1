"""Infrastructure 软硬件环境: web requests, counted and not listed."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type

#: Ratio of the upper to the lower bound of a duration bucket. Bucket ``b`` holds the durations in
#: (GROWTH^(b-1), GROWTH^b] ms, so a quantile read from bucket middles is within 5 % of the true one.
DURATION_GROWTH = 1.1

METHODS = MappingProxyType(
    {name: name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER")}
)

REQUESTS = Dataset(
    name="infra.requests",
    label="网络请求",
    kind=Kind.EVENT,
    meaning="Requests of one minute that share service, method, route, status and duration bucket. No client is kept.",
    columns=(
        Column("minute_at", Type.TIMESTAMP, "分钟", "The minute in which the requests ended."),
        Column("service", Type.TEXT, "服务", "The service, by its log file's name or the log's own host field."),
        Column("method", Type.TEXT, "方法", "HTTP method; unusual ones are OTHER.", values=METHODS),
        Column("route", Type.TEXT, "路径", "Path without query; identifiers in it are replaced by {id}."),
        Column("status", Type.INTEGER, "状态码", "HTTP status.", minimum=100, maximum=599),
        Column(
            "duration_bucket",
            Type.INTEGER,
            "时长分段",
            "Logarithmic duration bucket b: (1.1^(b-1), 1.1^b] ms, from -200 to 200; null where the log has no time.",
            nullable=True,
            minimum=-200,
            maximum=200,
        ),
        Column("requests", Type.INTEGER, "请求数", "How many requests.", unit="次", minimum=1),
        Column("size_bytes", Type.INTEGER, "响应字节", "Bytes of all their bodies.", unit="B", minimum=0),
    ),
    key=("minute_at", "service", "method", "route", "status", "duration_bucket"),
    time="minute_at",
    settles_after=1,
)

DATASETS = (REQUESTS,)
