"""Rules of hosts, services and backups."""

from __future__ import annotations

from ntanalytics.contract.legal import LOG_RETENTION_DAYS
from ntanalytics.findings.rule import Rule, mass_change_rule, source_rule
from ntanalytics.findings.threshold import Threshold

#: Share that a backup is smaller by, from which it is worth a look whatever those before differ by; times by which a
#: smaller one is beyond their largest difference.
LARGE_DROP, BEYOND_SPREAD = 0.25, 2.0

RULES: tuple[Rule, ...] = (
    Rule(
        "infra.availability", "availability", Threshold(0.999, 0.99, "up"), "查看中断时段的主机、服务与网络告警",
        "Ten minutes a week, and an hour and forty minutes.", cause="outages",
    ),
    Rule(
        "infra.error_rate", "error_rate", Threshold(0.005, 0.02, "down"), "查看该服务出错的路径与应用日志",
        "A web service answers all but some thousandths of its requests.", count_measure="requests", min_count=200,
        cause="web",
    ),
    Rule(
        "infra.error_burst", "errors", Threshold(0.01, 0.15, "down"), "查看该时段的上游服务、发布记录与应用日志",
        "Errors that come together are a failure of something, however few of the day's requests they are.",
        kind="burst", scale="points of hours", count_measure="requests", min_count=8, label="集中出错", cause="web",
    ),
    Rule(
        "infra.slow_hours", "slow_ratio", Threshold(1.5, 10.0, "down"), "查看慢路径、数据库负载与主机资源",
        "Twice as long as usual is felt by everybody; ten times as long is a service that cannot be worked with.",
        kind="usual", scale="multiple", count_measure="answered", min_count=50, label="响应变慢", cause="slow_services",
    ),
    Rule(
        "infra.slow_probes", "slow_ratio", Threshold(1.6, 10.0, "down"), "查看该系统的慢路径、数据库负载与主机资源",
        "Where a log has no times, the probes still tell how long an answer takes.", kind="usual", scale="multiple",
        count_measure="probed", min_count=6, label="探测变慢", cause="slow_services",
    ),
    Rule(
        "infra.requests_silent", "requests", Threshold(900, 3600, "down"), "核实服务、网络与日志采集",
        "Where there are always requests, a quarter of an hour without any is an outage or a lost log.", kind="absence",
        scale="silence",
        label="请求中断", cause="outages",
    ),
    Rule(
        "infra.tls_days", "tls_days", Threshold(30, 7, "up"), "更新服务器证书",
        "An expired TLS certificate closes a service to everyone.", kind="deadline", label="服务器证书剩余",
        cause="tls",
    ),
    Rule(
        "infra.slow_service", "duration_p95_ms", Threshold(1000, 3000, "down"), "优化慢路径",
        "A second is when a reader begins to wait.", count_measure="timed_requests", min_count=1000,
        label="季度响应时间（95%以内）", cause="slow_services",
    ),
    Rule(
        "infra.checks_gap", "gap_s", Threshold(900, 4 * 3600, "down"), "检查监控平台与探测程序，核实该时段各系统状态",
        "Checks come every five minutes; while they do not, nothing is known to be well.", kind="absence",
        cause="watching",
    ),
    Rule(
        "infra.reachable", "down_s", Threshold(600, 1800, "down"), "检查主机、网络与监控代理",
        "Two checks in a row that an agent does not answer; half an hour is more than a restart.", label="主机可达",
        cause="outages",
    ),
    Rule(
        "infra.problems", "grave_problems", Threshold(0, 0, "down"), "按告警内容处置并确认恢复",
        "What monitoring raised is somebody's to see to until it is over; the grave ones also when they are.",
        label="告警", cause="alarms",
    ),
    Rule(
        "infra.repeated_problems", "repeats", Threshold(2, 9, "down"), "消除告警根因，或调整不合理的阈值",
        "Three times within a week has a cause that was not removed.", kind="hygiene", cause="alarms",
    ),
    Rule(
        "infra.disk_used", "disk_used", Threshold(0.85, 0.93, "down"), "清理归档或扩容",
        "Databases stop writing when a disk is full.", label="磁盘使用率", cause="capacity",
    ),
    Rule(
        "infra.days_until_full", "days_until_full", Threshold(30, 7, "up"), "按趋势安排扩容或归档",
        "Buying and fitting a disk takes a month.", kind="deadline", label="磁盘预计写满", cause="capacity",
    ),
    Rule(
        "infra.disk_growth", "rise_beyond", Threshold(0.003, 0.015, "down"), "查看哪些目录、表或日志在增长",
        "Three thousandths of a disk in two days beyond its own pace fill it within a year, three times five of "
        "them within months; either begins with somebody's change.", kind="growth", label="磁盘增长异常",
        cause="capacity",
    ),
    Rule(
        "infra.cpu", "load_p95", Threshold(0.85, 0.95, "down"), "查看进程与慢请求，必要时扩容",
        "Queues grow without bound near saturation.", count_measure="load_hours", min_count=12,
        label="处理器使用率（95%以内）", cause="busy_hosts",
    ),
    Rule(
        "infra.cpu_by_day", "held_by_day", Threshold(0.83, 0.95, "down"), "查看进程与慢请求，必要时扩容",
        "Two hours near saturation while people work keep all of them waiting.", label="处理器日间持续使用率",
        cause="busy_hosts",
    ),
    Rule(
        "infra.cpu_by_night", "held_by_night", Threshold(0.9, 0.98, "down"), "核对夜间批处理任务，错峰执行",
        "A batch may use what is there by night, as long as there is room left.", label="处理器夜间持续使用率",
        cause="busy_hosts",
    ),
    Rule(
        "infra.load", "load_p95", Threshold(2, 5, "down"), "查看等待磁盘与网络的进程",
        "Twice as many processes as cores want to run: they wait for something.", count_measure="load_hours",
        min_count=12, label="每核负载（95%以内）", cause="busy_hosts",
    ),
    Rule(
        "infra.load_rise", "load_by_hour", Threshold(1.5, 50.0, "down"), "查看该主机等待磁盘与网络的进程和慢查询",
        "What a service that is slow waits for has a load far beyond its usual one in the same hours.",
        count_measure="load_hours", min_count=1, kind="usual", label="每核负载较常态", scale="multiple",
        cause="busy_hosts",
    ),
    Rule(
        "infra.memory", "load_p95", Threshold(0.92, 0.97, "down"), "查看占用内存的进程，必要时扩容",
        "A database takes what it is given; beyond this the system begins to kill processes.",
        count_measure="load_hours", min_count=12, label="内存使用率（95%以内）", cause="busy_hosts",
    ),
    Rule(
        "infra.swap", "load_p95", Threshold(0.5, 0.8, "down"), "查看内存压力，减少换页",
        "A host that swaps half of its space works from disk.", count_measure="load_hours", min_count=12,
        label="交换区使用率（95%以内）", cause="busy_hosts",
    ),
    Rule(
        "infra.novel_hours", "novel_hours", Threshold(0, 24, "down"), "核查该主机当时的进程、定时任务与变更",
        "What a host did not do in ten weeks has a cause that somebody can name.", kind="usual", label="主机时段异动",
        cause="busy_hosts",
    ),
    Rule(
        "infra.slow_decay", "days_until_limit", Threshold(30, 7, "up"),
        "在到限之前查明原因并处理，安排重启、清理或扩容",
        "What worsens a little each day is mended at leisure, or in the night in which it fails.", kind="growth",
        label="缓慢劣化", cause="busy_hosts",
    ),
    Rule(
        "infra.ping_loss", "lost_pings", Threshold(9, 99, "down"), "检查该设备的网口、光模块与链路",
        "Single pings get lost; ten a week more than chance explains are a cable or a port that goes.", kind="change",
        label="连通检查丢失", cause="outages",
    ),
    Rule(
        "infra.backup_lateness", "backup_lateness", Threshold(1.5, 2.5, "down"), "检查备份任务与存储，补做备份",
        "A plan that was kept runs once in its interval (docs/domain.md, O13).", kind="absence",
        label="备份逾期", cause="backups",
    ),
    Rule(
        "infra.backup_missed", "backup_overdue_s", Threshold(7200, 7 * 86_400, "down"),
        "检查备份任务、介质与磁带库，补做备份",
        "A plan that runs every week at one time has missed its run some hours later, long before half a week is lost.",
        kind="absence", label="备份应做未做", cause="backups",
    ),
    Rule(
        "infra.backup_failing", "failed_since", Threshold(0, 1, "down"), "查看备份任务的报错，补做备份",
        "A run that failed is not yet late, and will be (docs/domain.md, O13).", label="备份失败", cause="backups",
    ),
    Rule(
        "infra.backup_duration", "backup_duration_times", Threshold(3.0, 20.0, "down"), "核查备份存储、网络与任务内容",
        "A run that takes three times as long as any week lets expect has a storage that fails; one that is done in a "
        "third of the time has copied little.", kind="usual", scale="multiple", label="备份用时较常态", cause="backups",
    ),
    Rule(
        "infra.backup_unchanged", "unchanged_runs", Threshold(2, 6, "down"),
        "核查备份源快照与备份任务是否更新，做一次恢复验证并补做备份",
        "What is in use never has the same size to the byte three times in a row: it is one old copy that is kept "
        "again.", kind="change", label="备份数据量未变", cause="backups",
    ),
    Rule(
        "infra.backup_shift", "start_shift_s", Threshold(7200, 86_400, "down"), "核对备份计划的调度与服务器时钟",
        "Two backups in a row two hours from their time have another schedule, or a wrong clock; by day they slow down "
        "what people use.", kind="change", label="备份开始时刻", cause="backups",
    ),
    Rule(
        "infra.size_drop", "size_drop", Threshold(0.1, 0.5, "down"), "核对备份内容与范围是否完整并做恢复演练",
        "A drop over 50 % against the median of the last seven (docs/domain.md, Infra); half of that is worth a "
        "look, and a tenth where the runs before differed by far less.", kind="change", label="备份数据量下降",
        cause="backups",
    ),
    Rule(
        "infra.size_rise", "size_rise", Threshold(0.5, 4, "down"),
        "查看新增的目录、日志与转储文件，排除被加密或重复写入，核对存储余量",
        "A backup grows by percents in weeks. Half as much again at once is a dump that was left there, a copy of all, "
        "or files that were encrypted.", kind="change", label="备份数据量上升", cause="backups",
    ),
    Rule(
        "infra.offline_backup", "plans_without_offline", Threshold(0, 5, "down"), "为这些计划安排离线备份",
        "What is only kept online is encrypted with the rest (docs/domain.md, O13).", kind="hygiene", label="离线备份",
        cause="backups",
    ),
    Rule(
        "infra.restore_drill", "drill_days", Threshold(183, 366, "down"), "安排一次恢复演练并登记",
        "A backup that was never restored is a hope (docs/domain.md, Infra: restore drills).", kind="deadline",
        label="恢复演练", cause="backups",
    ),
    Rule(
        "infra.log_retention", "log_days", Threshold(LOG_RETENTION_DAYS, 90, "up"), "延长日志留存，核对日志轮转与归档",
        "Six calendar months at least, which have up to 184 days (docs/domain.md, Log retention).",
        kind="hygiene", cause="logs",
    ),
    Rule(
        "infra.failed_patches", "waiting_patches", Threshold(0, 2, "down"), "与安全服务商约定窗口复装并复测",
        "A known hole is the first that is tried (docs/domain.md, O17).", kind="hygiene", cause="patches",
    ),
    Rule(
        "infra.unpatched", "unpatched_days", Threshold(90, 180, "down"), "安排补丁窗口",
        "A quarter without a patch is a quarter of known holes (docs/domain.md, O17).", kind="deadline",
        cause="patches",
    ),
    Rule(
        "infra.unmade_backups", "unmade_backups", Threshold(0, 2, "down"), "排查备份失败原因，确认其后的备份可用",
        "A backup that was not made is told, though the next one succeeded (docs/domain.md, O13).",
        label="备份未成功次数", cause="backups",
    ),
    Rule(
        "infra.failed_backups", "failed_backups", Threshold(0, 2, "down"), "排查备份失败原因",
        "A plan that fails once may fail when it is needed.", label="季度备份失败次数", cause="backups",
    ),
    mass_change_rule("infra", Threshold(0, 0.5, "down")),
    source_rule("infra"),
)  # fmt: skip
