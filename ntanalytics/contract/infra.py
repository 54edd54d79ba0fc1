"""Infrastructure 软硬件环境: requests (counts only), hosts, checks, problems, backups, patches."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
from ntanalytics.contract.enumerations import OUTCOMES, SUBSYSTEMS

#: Ratio of the upper to the lower bound of a duration bucket. Bucket ``b`` has the durations in
#: (GROWTH^(b-1), GROWTH^b] ms, so that a quantile from bucket middles has an error below 5 %.
DURATION_GROWTH = 1.1

METHODS = MappingProxyType(
    {name: name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER")}
)

REQUESTS = Dataset(
    name="infra.requests",
    label="网络请求",
    kind=Kind.EVENT,
    meaning="Requests in one minute with equal service, method, route, status and duration bucket. No client is kept.",
    columns=(
        Column("minute_at", Type.TIMESTAMP, "分钟", "Minute of the requests' end.", grain="minute"),
        Column("service", Type.TEXT, "服务", "Service, from the name of the log file or the host field of the log."),
        Column("method", Type.TEXT, "方法", "HTTP method; unusual ones are OTHER.", values=METHODS),
        Column("route", Type.TEXT, "路径", "Path without query; identifiers are replaced by {id}."),
        Column("status", Type.INTEGER, "状态码", "HTTP status.", minimum=100, maximum=599),
        Column(
            "duration_bucket",
            Type.INTEGER,
            "时长分段",
            "Logarithmic duration bucket b: (1.1^(b-1), 1.1^b] ms, from -200 to 200; null if the log has no duration.",
            nullable=True,
            minimum=-200,
            maximum=200,
        ),
        Column("requests", Type.INTEGER, "请求数", "Number of requests.", unit="次", minimum=1),
        Column("size_bytes", Type.INTEGER, "响应字节", "Size of all response bodies.", unit="B", minimum=0),
    ),
    key=("minute_at", "service", "method", "route", "status", "duration_bucket"),
    time="minute_at",
    part="service",
    settles_after=1,
)

HOSTS = Dataset(
    name="infra.hosts",
    label="主机",
    kind=Kind.STATE,
    meaning="One monitored host.",
    columns=(
        Column("host", Type.TEXT, "主机", "Name of the host."),
        Column("is_monitored", Type.BOOLEAN, "监控中", "True if the host is monitored at present."),
        Column(
            "is_available",
            Type.BOOLEAN,
            "可达",
            "True if the agent of the host answers; null if unknown.",
            nullable=True,
        ),
    ),
    key=("host",),
)

#: Metrics of a host: fractions from 0 to 1, except the load in runnable processes per core.
HOST_METRICS = MappingProxyType(
    {
        "cpu_rate": "处理器使用率",
        "memory_rate": "内存使用率",
        "disk_rate": "磁盘使用率",
        "swap_rate": "交换区使用率",
        "load": "每核负载",
    }
)

#: Metrics that are shares of the whole, and the largest valid share: sources round, and measure at several moments.
SHARES = tuple(name for name in HOST_METRICS if name.endswith("_rate"))
_MOST = 1.005

METRICS = Dataset(
    name="infra.metrics",
    label="主机指标",
    kind=Kind.EVENT,
    meaning="One metric of one host within one hour.",
    columns=(
        Column("hour_at", Type.TIMESTAMP, "小时", "Hour.", grain="hour"),
        Column("host", Type.TEXT, "主机", "Host."),
        Column("metric", Type.TEXT, "指标", "Measured quantity.", values=HOST_METRICS),
        Column("part", Type.TEXT, "部位", "Measured file system; empty for the whole host."),
        Column(
            "mean", Type.NUMBER, "均值", "Mean of the hour.", minimum=0, maximum=_MOST, maximum_of=("metric", SHARES)
        ),
        Column(
            "peak", Type.NUMBER, "峰值", "Maximum of the hour.", minimum=0, maximum=_MOST, maximum_of=("metric", SHARES)
        ),
        Column("samples", Type.INTEGER, "采样数", "Number of measurements.", minimum=1),
    ),
    key=("hour_at", "host", "metric", "part"),
    time="hour_at",
    settles_after=1,
)

CHECKS = Dataset(
    name="infra.checks",
    label="可用性检查",
    kind=Kind.EVENT,
    meaning="One availability check. The state between two checks is unknown, neither up nor down.",
    columns=(
        Column("checked_at", Type.TIMESTAMP, "检查时间", "Time of the check."),
        Column("subsystem", Type.TEXT, "系统", "Subsystem of the target.", values=SUBSYSTEMS),
        Column("target", Type.TEXT, "对象", "Checked target."),
        Column(
            "kind",
            Type.TEXT,
            "方式",
            "Kind of check.",
            values={
                "http": "网页",
                "tcp": "端口",
                "tls": "证书",
                "database": "数据库",
                "ping": "连通",
                "agent": "监控代理",
            },
        ),
        Column("is_up", Type.BOOLEAN, "可用", "True for a correct answer."),
        Column("duration_ms", Type.NUMBER, "耗时", "Duration of the answer.", unit="ms", nullable=True, minimum=0),
        Column("failure", Type.TEXT, "失败原因", "Code of the failure.", nullable=True),
        Column(
            "expires_at",
            Type.TIMESTAMP,
            "证书到期",
            "Expiry of the certificate, for a TLS check.",
            nullable=True,
            is_planned=True,
        ),
    ),
    key=("checked_at", "target", "kind"),
    time="checked_at",
    settles_after=1,
)

PROBLEMS = Dataset(
    name="infra.problems",
    label="监控告警",
    kind=Kind.CASE,
    meaning="One problem reported by the monitoring system, from start to end.",
    columns=(
        Column("problem_id", Type.TEXT, "告警编号", "Id of the problem, unique in its source."),
        Column("started_at", Type.TIMESTAMP, "开始时间", "Start time."),
        Column("ended_at", Type.TIMESTAMP, "结束时间", "End time; null while it lasts.", nullable=True),
        Column("host", Type.TEXT, "主机", "Affected host.", nullable=True),
        Column("problem", Type.TEXT, "告警", "Name of the problem."),
        Column(
            "severity",
            Type.TEXT,
            "级别",
            "Severity.",
            values={"information": "信息", "warning": "警告", "average": "一般", "high": "严重", "disaster": "灾难"},
        ),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "Time of the last change of the record."),
        Column(
            "lasting_s",
            Type.NUMBER,
            "持续时间",
            "ended_at − started_at.",
            unit="秒",
            nullable=True,
            minimum=0,
            elapsed=("started_at", "ended_at"),
        ),
    ),
    key=("problem_id",),
    time="started_at",
    changed="changed_at",
    ended=("ended_at",),
    settles_after=2,
)

BACKUPS = Dataset(
    name="infra.backups",
    label="备份",
    kind=Kind.EVENT,
    meaning="One run of a backup plan. A plan without a run has no row: the missing row is the failure.",
    columns=(
        Column("backup_id", Type.TEXT, "备份编号", "Id of the run, unique in its source."),
        Column("started_at", Type.TIMESTAMP, "开始时间", "Start time."),
        Column("ended_at", Type.TIMESTAMP, "结束时间", "End time; null if unknown.", nullable=True),
        Column("plan", Type.TEXT, "备份计划", "Backup plan: host and paths, stanza, or job."),
        Column(
            "level",
            Type.TEXT,
            "类型",
            "Kind of backup.",
            values={"full": "全量", "differential": "差异", "incremental": "增量"},
        ),
        Column("medium", Type.TEXT, "方式", "Online or offline storage.", values={"online": "在线", "offline": "离线"}),
        Column("outcome", Type.TEXT, "结果", "Success or failure.", values=OUTCOMES),
        Column("size_bytes", Type.INTEGER, "数据量", "Size of the backup.", unit="B", nullable=True, minimum=0),
        Column(
            "running_s",
            Type.NUMBER,
            "运行用时",
            "ended_at − started_at.",
            unit="秒",
            nullable=True,
            minimum=0,
            elapsed=("started_at", "ended_at"),
        ),
    ),
    key=("backup_id",),
    time="started_at",
    settles_after=2,
)

PATCHES = Dataset(
    name="infra.patches",
    label="安全补丁",
    kind=Kind.EVENT,
    meaning="One patch or hardening measure on one host, by the security contractor.",
    columns=(
        Column("patched_on", Type.DATE, "日期", "Day."),
        Column("host", Type.TEXT, "主机", "Host."),
        Column("patch", Type.TEXT, "补丁", "Patch or measure."),
        Column("outcome", Type.TEXT, "结果", "Success or failure.", values=OUTCOMES),
    ),
    key=("patched_on", "host", "patch"),
    time="patched_on",
    settles_after=14,
)

DATASETS = (REQUESTS, HOSTS, METRICS, CHECKS, PROBLEMS, BACKUPS, PATCHES)
