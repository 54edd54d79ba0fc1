"""Infrastructure 软硬件环境: requests (counted, not listed), hosts, checks, problems, backups, patches."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.contract.dataset import Column, Dataset, Kind, Type
from ntanalytics.contract.enumerations import OUTCOMES, SUBSYSTEMS

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

HOSTS = Dataset(
    name="infra.hosts",
    label="主机",
    kind=Kind.STATE,
    meaning="One host that is watched.",
    columns=(
        Column("host", Type.TEXT, "主机", "The host's name."),
        Column("is_monitored", Type.BOOLEAN, "监控中", "Whether it is watched at present."),
        Column(
            "is_available",
            Type.BOOLEAN,
            "可达",
            "Whether its agent answers; null where that is not known.",
            nullable=True,
        ),
    ),
    key=("host",),
)

#: What is measured of a host; all are shares of the whole, 0–1, but the load, which is runnable processes a core.
HOST_METRICS = MappingProxyType({
    "cpu_rate": "CPU 使用率", "memory_rate": "内存使用率", "disk_rate": "磁盘使用率",
    "swap_rate": "交换区使用率", "load": "每核负载",
})  # fmt: skip

METRICS = Dataset(
    name="infra.metrics",
    label="主机指标",
    kind=Kind.EVENT,
    meaning="One metric of one host within one hour.",
    columns=(
        Column("hour_at", Type.TIMESTAMP, "小时", "The hour."),
        Column("host", Type.TEXT, "主机", "The host."),
        Column("metric", Type.TEXT, "指标", "What was measured.", values=HOST_METRICS),
        Column("part", Type.TEXT, "部位", "The file system measured; empty for the whole host."),
        Column("mean", Type.NUMBER, "均值", "Mean of the hour.", minimum=0),
        Column("peak", Type.NUMBER, "峰值", "Largest value of the hour.", minimum=0),
        Column("samples", Type.INTEGER, "采样数", "How many measurements.", minimum=1),
    ),
    key=("hour_at", "host", "metric", "part"),
    time="hour_at",
    settles_after=1,
)

CHECKS = Dataset(
    name="infra.checks",
    label="可用性检查",
    kind=Kind.EVENT,
    meaning="One check of whether something answers. A gap between checks is unknown, not up and not down.",
    columns=(
        Column("checked_at", Type.TIMESTAMP, "检查时间", "When it was checked."),
        Column("subsystem", Type.TEXT, "系统", "The subsystem it belongs to.", values=SUBSYSTEMS),
        Column("target", Type.TEXT, "对象", "What was checked."),
        Column(
            "kind",
            Type.TEXT,
            "方式",
            "How it was checked.",
            values=MappingProxyType(
                {
                    "http": "网页",
                    "tcp": "端口",
                    "tls": "证书",
                    "database": "数据库",
                    "ping": "连通",
                    "agent": "监控代理",
                }
            ),
        ),
        Column("is_up", Type.BOOLEAN, "可用", "Whether it answered as it should."),
        Column("duration_ms", Type.NUMBER, "耗时", "How long it took.", unit="ms", nullable=True, minimum=0),
        Column("failure", Type.TEXT, "失败原因", "A short code of what went wrong.", nullable=True),
        Column(
            "expires_at", Type.TIMESTAMP, "证书到期", "For a TLS check, when the certificate expires.", nullable=True
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
    meaning="One problem that monitoring raised, from its beginning to its end.",
    columns=(
        Column("problem_id", Type.TEXT, "告警编号", "Identifies the problem within its source."),
        Column("started_at", Type.TIMESTAMP, "开始时间", "When it began."),
        Column("ended_at", Type.TIMESTAMP, "结束时间", "When it ended; null while it lasts.", nullable=True),
        Column("host", Type.TEXT, "主机", "The host it concerns.", nullable=True),
        Column("problem", Type.TEXT, "告警", "Its name."),
        Column(
            "severity",
            Type.TEXT,
            "级别",
            "How grave it is.",
            values=MappingProxyType(
                {"information": "信息", "warning": "警告", "average": "一般", "high": "严重", "disaster": "灾难"}
            ),
        ),
        Column("changed_at", Type.TIMESTAMP, "更新时间", "When the record last changed."),
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
    settles_after=2,
)

BACKUPS = Dataset(
    name="infra.backups",
    label="备份",
    kind=Kind.EVENT,
    meaning="One run of a backup plan. A plan that did not run leaves no row: its absence is the failure.",
    columns=(
        Column("backup_id", Type.TEXT, "备份编号", "Identifies the run within its source."),
        Column("started_at", Type.TIMESTAMP, "开始时间", "When it began."),
        Column("ended_at", Type.TIMESTAMP, "结束时间", "When it ended; null where that is not known.", nullable=True),
        Column("plan", Type.TEXT, "备份计划", "Which plan: host and paths, stanza, or job."),
        Column(
            "level",
            Type.TEXT,
            "类型",
            "How much was saved.",
            values=MappingProxyType({"full": "全量", "differential": "差异", "incremental": "增量"}),
        ),
        Column(
            "medium",
            Type.TEXT,
            "方式",
            "Kept where it can be reached, or apart.",
            values=MappingProxyType({"online": "在线", "offline": "离线"}),
        ),
        Column("outcome", Type.TEXT, "结果", "Whether it succeeded.", values=OUTCOMES),
        Column(
            "size_bytes", Type.INTEGER, "数据量", "Bytes that the backup holds.", unit="B", nullable=True, minimum=0
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
    meaning="One patch or hardening measure applied to one host, with the security contractor.",
    columns=(
        Column("patched_on", Type.DATE, "日期", "The day."),
        Column("host", Type.TEXT, "主机", "The host."),
        Column("patch", Type.TEXT, "补丁", "What was applied."),
        Column("outcome", Type.TEXT, "结果", "Whether it succeeded.", values=OUTCOMES),
    ),
    key=("patched_on", "host", "patch"),
    time="patched_on",
    settles_after=14,
)

DATASETS = (REQUESTS, HOSTS, METRICS, CHECKS, PROBLEMS, BACKUPS, PATCHES)
