"""The rules over hosts, services, backups and logs."""

from __future__ import annotations

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules.rule import Rule

RULES = (
    Rule(
        "infra.availability", "availability", Threshold(0.999, 0.99, "up"), "查看中断时段的主机、服务与网络告警",
        "Ten minutes a week, and an hour and forty minutes.",
    ),
    Rule(
        "infra.error_rate", "error_rate", Threshold(0.005, 0.02, "down"), "查看该服务出错的路径与应用日志",
        "A web service answers all but some thousandths of its requests.", of="requests", fewest=200,
    ),
    Rule(
        "infra.disk_used", "disk_used", Threshold(0.85, 0.93, "down"), "清理归档或扩容",
        "Databases stop writing when a disk is full.", check="磁盘使用率",
    ),
    Rule(
        "infra.days_until_full", "days_until_full", Threshold(30, 7, "up"), "按趋势安排扩容或归档",
        "Buying and fitting a disk takes a month.", check="磁盘预计写满",
    ),
    Rule(
        "infra.cpu", "load_p95", Threshold(0.85, 0.95, "down"), "查看进程与慢请求，必要时扩容",
        "Queues grow without bound near saturation.", of="load_hours", fewest=12, check="CPU 使用率 P95",
    ),
    Rule(
        "infra.memory", "load_p95", Threshold(0.92, 0.97, "down"), "查看占用内存的进程，必要时扩容",
        "A database takes what it is given; beyond this the system begins to kill processes.", of="load_hours",
        fewest=12, check="内存使用率 P95",
    ),
    Rule(
        "infra.swap", "load_p95", Threshold(0.5, 0.8, "down"), "查看内存压力，减少换页",
        "A host that swaps half of its space works from disk.", of="load_hours", fewest=12, check="交换区使用率 P95",
    ),
    Rule(
        "infra.backup_lateness", "backup_lateness", Threshold(1.5, 2.5, "down"), "检查备份任务与存储，补做备份",
        "A plan that was kept runs once in its interval (domain.md, O13).", check="备份逾期（倍于计划间隔）",
    ),
    Rule(
        "infra.size_drop", "size_drop", Threshold(0.3, 0.5, "down"), "核对备份内容是否完整并做恢复演练",
        "A drop over 50 % against the median of the last seven (domain.md, Infra).", check="备份数据量下降",
    ),
    Rule(
        "infra.tls_days", "tls_days", Threshold(30, 7, "up"), "更新服务器证书",
        "An expired TLS certificate closes a service to everyone.", check="TLS 证书剩余",
    ),
    Rule(
        "infra.slow_service", "duration_p95_ms", Threshold(1000, 3000, "down"), "优化慢路径",
        "A second is when a reader begins to wait.", of="timed_requests", fewest=1000,
        check="季度响应时间 P95", is_of_quarter=True,
    ),
    Rule(
        "infra.failed_backups", "failed_backups", Threshold(0, 2, "down"), "排查备份失败原因",
        "A plan that fails once may fail when it is needed.", check="季度备份失败次数", is_of_quarter=True,
    ),
    Rule(
        "infra.duration_p95_ms", "duration_p95_ms", Threshold(1000, 3000, "down"), "查看慢路径与数据库负载",
        "A second is when a reader begins to wait.", of="requests", fewest=20, check="响应时间 P95",
    ),
    Rule(
        "infra.requests_fall", "requests_against_usual", Threshold(-0.5, -0.8, "up"), "核实是否停机",
        "From one day to the next like it the requests of a service do not halve.", kind="usual", check="请求量",
    ),
    Rule(
        "infra.requests_rise", "requests_against_usual", Threshold(1.0, 3.0, "down"), "核实活动或异常访问",
        "Twice as many requests as usual are an event, or an attack.", kind="usual", check="请求量",
    ),
)  # fmt: skip
