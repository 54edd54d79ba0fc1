"""The thresholds that a period's figures are held against, by subsystem (domain.md, "The figures" and O1–O18)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rules import Rule

_RULES = (
    Rule(
        "identity.login_failure_rate", "login_failure_rate", Threshold(0.12, 0.3, "down"),
        "按方式和原因查看失败构成，核查认证服务与短信通道",
        "Mistyped passwords alone make up to a tenth of all attempts.", of="logins", fewest=50,
    ),
    Rule(
        "identity.attempts", "attempts", Threshold(19, 99, "down"), "封禁来源地址，通知账号所属单位改密",
        "Twenty failures within ten minutes are no typing error (domain.md).", check="疑似暴力破解",
    ),
    Rule(
        "identity.orphan_accounts", "orphan_accounts", Threshold(0, 500, "down"), "与单位核对后停用或调整归属",
        "Each of them is an access that nobody answers for (domain.md).",
    ),
    Rule(
        "sso.access_failure_rate", "access_failure_rate", Threshold(0.03, 0.1, "down"), "核查应用的接入配置与票据校验",
        "A ticket is refused to a person who has no right, which is rare.", of="accesses", fewest=50,
    ),
    Rule(
        "sso.accesses", "accesses", Threshold(1, 0, "up"), "核实应用是否停用或入口失效",
        "An application in use that nobody reaches in a period is closed, or broken.", check="应用访问量",
    ),
    Rule(
        "docexchange.signed_in_time_rate", "signed_in_time_rate", Threshold(0.9, 0.75, "up"),
        "向逾期单位发送催办，并核对收文员",
        "Nine of ten deliveries are signed for within a working day in an ordinary week.", of="deliveries", fewest=50,
    ),
    Rule(
        "docexchange.overdue_deliveries", "overdue_deliveries", Threshold(4, 19, "down"),
        "电话催办，核实收文员是否变动",
        "A unit with five overdue documents has left off receiving.", check="逾期未签收",
    ),
    Rule(
        "docexchange.returned_share", "returned_share", Threshold(0.05, 0.2, "down"), "与发文单位核对格式与主送范围",
        "A returned document is an error of the sender's; one in twenty is a pattern.", of="deliveries", fewest=30,
    ),
    Rule(
        "docexchange.call_failure_rate", "call_failure_rate", Threshold(0.02, 0.1, "down"),
        "联系调用方核查接口报文与证书",
        "Interfaces between systems fail for one call in some hundreds.", of="calls", fewest=50,
    ),
    Rule(
        "oa.active_change_rate", "active_change_rate", Threshold(-0.1, -0.3, "up"),
        "按单位和版本查看流失账号，核查登录与移动端",
        "Between two weeks of as many working days active accounts move by a few percent.", of="active_before",
        fewest=50, check="活跃账号较上期",
    ),
    Rule(
        "oa.unit_active_change_rate", "active_change_rate", Threshold(-0.4, -0.8, "up"),
        "上门了解该单位停用原因，核查其账号与终端", "A unit of twenty persons does not halve by chance.",
        of="active_before", fewest=20, check="活跃账号较上期",
    ),
    Rule(
        "im.im_messages", "im_messages", Threshold(1, 0, "up"), "核查消息服务与归档插件",
        "A day of work without a message is an outage.",
    ),
    Rule(
        "ca.certificate_failure_rate", "certificate_failure_rate", Threshold(0.08, 0.25, "down"),
        "按原因核查证书链、吊销列表与介质驱动",
        "Wrong PINs and expired certificates make a few percent.", of="certificate_logins", fewest=50,
    ),
    Rule(
        "ca.expired_tried", "expired_tried", Threshold(0, 50, "down"), "通知持证人办理更新",
        "Who tries an expired certificate cannot work (domain.md).",
    ),
    Rule(
        "ca.expiring_30d", "expiring_30d", Threshold(400, 1200, "down"), "汇总名单，提前组织集中更新",
        "What the CA can renew in a month without a queue.",
    ),
    Rule(
        "seal.signing_failure_rate", "signing_failure_rate", Threshold(0.02, 0.1, "down"), "核查签章服务与时间戳服务",
        "A signing fails for a defective document, which is rare.", of="signings", fewest=20,
    ),
    Rule(
        "seal.testing_days", "waiting_days", Threshold(14, 90, "down"), "安排厂商与用章单位完成测试",
        "A seal that was made is tested within a week or two (domain.md, O11).", check="制作后待测试",
    ),
    Rule(
        "infra.availability", "availability", Threshold(0.999, 0.99, "up"), "查看中断时段的主机、服务与网络告警",
        "Ten minutes a week, and an hour and forty minutes.",
    ),
    Rule(
        "infra.error_rate", "error_rate", Threshold(0.005, 0.02, "down"), "查看该服务出错的路径与应用日志",
        "A web service answers all but some thousandths of its requests.", of="requests", fewest=200,
        check="单日最高错误率",
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
        "desk.attendance_rate", "attendance_rate", Threshold(1, 1, "up"), "补录考勤或说明缺岗原因",
        "One person is on site every working day (domain.md, O2).", of="working_days", fewest=1,
    ),
    Rule(
        "desk.overdue_tickets", "overdue_tickets", Threshold(0, 10, "down"), "逐件落实责任人和完成时间",
        "A ticket beyond its time is a promise not kept.",
    ),
    Rule(
        "desk.unconfirmed_changes", "unconfirmed_changes", Threshold(0, 3, "down"), "补办用户书面确认",
        "A workflow changes only after written confirmation (domain.md, O7).",
    ),
    Rule(
        "desk.clocks_broken", "clocks_broken", Threshold(0, 0, "down"), "提交故障分析与改进措施",
        "A crash of vendor software is restored within four hours (domain.md, O15).",
    ),
    Rule(
        "desk.team", "team", Threshold(6, 5, "up"), "补充团队名册",
        "A team of six at least (domain.md, O1).",
    ),
)  # fmt: skip

#: Every rule by code.
RULES: Mapping[str, Rule] = MappingProxyType({rule.code: rule for rule in _RULES})
